import assert from 'node:assert/strict'
import { get as getHttp } from 'node:http'
import { before, describe, test } from 'node:test'
import { createSecureContext } from 'node:tls'
import { selfSigned } from '#net'
import { aHouse } from '../../../test/support/house.ts'
import { connect, withRemote } from '../../../test/support/remote.ts'
import { isOriginAllowed } from './admission.ts'

const KEY = { key: 'the key' }
const HELP = { message: 'help' }

describe('the door', () => {
  test('asks for a key, as a header or behind the address', async () => {
    await withRemote(
      aHouse(),
      async (remote) => {
        await assert.rejects(remote.connect(), /HTTP 401/)
        const headers = { authorization: 'Bearer the-key-that-it-is' }
        await (await remote.connect({ headers })).done(HELP)
        const behind = await connect(`${remote.url}?key=the-key-that-it-is`)
        await behind.done(HELP)
        behind.close()
        await assert.rejects(remote.connect({ headers: { authorization: 'Bearer other' } }), /HTTP 401/)
        await assert.rejects(remote.connect({ headers: { authorization: 'Basic eDp5' } }), /HTTP 401/)
      },
      {},
      { key: 'the-key-that-it-is' },
    )
  })

  test('slows and blocks who guesses', async () => {
    const house = aHouse({ blockAfter: 3 })
    await withRemote(
      house,
      async (remote) => {
        for (let n = 0; n < 3; n++)
          await assert.rejects(remote.connect({ headers: { authorization: `Bearer ${n}` } }), /HTTP 401/)
        const headers = { authorization: 'Bearer right' }
        await assert.rejects(remote.connect({ headers }), /HTTP 429/)
        await house.pass(11 * 60_000)
        await (await remote.connect({ headers })).done(HELP)
      },
      {},
      { key: 'right' },
    )
  })

  test('lets programs in, and pages of its own address or of known sites', () => {
    const known = ['https://pbx.example']
    const cases: [origin: string | undefined, host: string, allowed: boolean][] = [
      [undefined, '127.0.0.1:9000', true],
      // The manual's sample program says so.
      ['Test', '127.0.0.1:9000', true],
      ['http://127.0.0.1:9000', '127.0.0.1:9000', true],
      ['http://[::1]:9000', '[::1]:9000', true],
      ['http://localhost:9000', 'localhost:9000', true],
      ['https://pbx.example', '192.0.2.1:9000', true],
      ['http://127.0.0.1:3000', '127.0.0.1:9000', false],
      ['https://elsewhere.example', '127.0.0.1:9000', false],
      // DNS rebinding: a name that points here for a moment.
      ['http://elsewhere.example:9000', 'elsewhere.example:9000', false],
      ['https://pbx.example.evil.example', '127.0.0.1:9000', false],
      ['null', '127.0.0.1:9000', false],
      ['chrome-extension://abc', '127.0.0.1:9000', false],
    ]
    for (const [origin, host, allowed] of cases)
      assert.equal(isOriginAllowed(origin, host, known), allowed, `${origin} at ${host}`)
  })

  test('is closed to pages of other sites', async () => {
    await withRemote(aHouse(), async (remote) => {
      await assert.rejects(remote.connect({ origin: 'https://elsewhere.example' }), /HTTP 403/)
      await (await remote.connect({ origin: 'Test' })).done(HELP)
    })
  })

  test('tells a browser or curl what it is', async () => {
    await withRemote(aHouse(), async ({ url }) => {
      const status = await new Promise((done) => {
        getHttp(url.replace('ws', 'http'), (response) => done(response.resume().statusCode))
      })
      assert.equal(status, 426)
    })
  })

  test('holds a hundred of a thousand, and refuses the rest until one leaves', async () => {
    await withRemote(aHouse(), async (remote) => {
      const tries = await Promise.allSettled(Array.from({ length: 1000 }, () => remote.connect()))
      const clients = tries.filter((one) => one.status === 'fulfilled').map(({ value }) => value)
      assert.equal(clients.length, 100)
      const told = tries.filter((one) => one.status === 'rejected' && /HTTP 503/.test(String(one.reason)))
      assert.ok(told.length > 0, 'who comes one too many is told so')
      clients[0]?.close()
      await clients[0]?.closed
      await (await remote.connect()).done(HELP)
    })
  })
})

describe('with com_ssl_certificate', () => {
  let tls: { certificate: string; key: string; peerVerify: boolean }
  before(async () => {
    tls = { ...(await selfSigned(['127.0.0.1'])), peerVerify: false }
  })

  test('it speaks TLS alone', async () => {
    await withRemote(
      aHouse(),
      async (remote) => {
        await (await remote.connect({ ca: tls.certificate })).done(HELP)
        await assert.rejects(remote.connect(), /self-signed/)
      },
      {},
      { tls },
    )
  })

  test('and com_ssl_peer_verify, clients show a certificate that it vouches for', async () => {
    const stranger = await selfSigned(['127.0.0.1'])
    await withRemote(
      aHouse(),
      async (remote) => {
        const { certificate: ca, key } = tls
        await (await remote.connect({ ca, cert: ca, key })).done(HELP)
        await assert.rejects(remote.connect({ ca }))
        await assert.rejects(remote.connect({ ca, cert: stranger.certificate, key: stranger.key }))
      },
      {},
      { tls: { ...tls, peerVerify: true } },
    )
  })

  test('that is none it does not start', async () => {
    const { serveRemoteApi } = await import('./server.ts')
    assert.throws(() => createSecureContext({ cert: 'x', key: 'y' }))
    const house = aHouse()
    await withRemote(house, async (remote) => {
      const opened = await serveRemoteApi(
        {
          ...house,
          ...{
            name: 'IMS',
            version: '1',
            log: remote.log,
            random: { bytes: (n) => new Uint8Array(n), token: () => '' },
          },
          counters: house.sip.counters,
          quit: () => {},
        },
        {
          at: { address: '127.0.0.1', port: 0 },
          tls: { certificate: 'x', key: 'y', peerVerify: false },
          ...{ origins: [], guard: house.guard, ...KEY },
        },
      )
      assert.equal(!opened.ok && opened.error.kind, 'certificate')
      const port = Number(new URL(remote.url).port)
      const taken = await serveRemoteApi(
        {
          ...house,
          ...{
            name: 'IMS',
            version: '1',
            log: remote.log,
            random: { bytes: (n) => new Uint8Array(n), token: () => '' },
          },
          counters: house.sip.counters,
          quit: () => {},
        },
        { at: { address: '127.0.0.1', port }, origins: [], guard: house.guard },
      )
      assert.equal(!taken.ok && taken.error.kind, 'bind')
    })
  })
})
