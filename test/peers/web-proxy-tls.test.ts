import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { createServer, type Server } from 'node:tls'
import { selfSigned } from '#net'
import { startBaresip } from '../support/baresip.ts'
import { startKamailio } from '../support/kamailio.ts'
import { freshAddress } from '../support/loopback.ts'
import { without } from '../support/peers.ts'
import { freePort } from '../support/ports.ts'
import { DOMAIN, logOf, temporaryFolder } from '../support/tandem.ts'
import { until } from '../support/wait.ts'
import { browserSdp } from '../support/web-clients.ts'
import { person } from '../support/web-person.ts'
import { extension, startProxyTown } from '../support/web-proxy.ts'
import { socketClient } from '../support/web-socket-client.ts'
import { startWebTown } from '../support/web-town.ts'

const ANSWER = browserSdp('page').replace('setup:actpass', 'setup:active')

const proxyTo = async (port: number, domain: string, authorities: string, address = '127.0.0.1') =>
  startProxyTown(port, { address, domain, proxy: { transport: 'tls' }, config: { tls: { authorities } } })

const fileOf = (pem: string): string => {
  const file = join(temporaryFolder('authority'), 'authority.pem')
  writeFileSync(file, pem)
  return file
}

describe('an exchange behind TLS', () => {
  test('knows its extensions, and calls them by the same connection', async () => {
    const exchange = await startWebTown(['alice', 'bob'])
    const authority = join(exchange.dataDir, 'tls.crt')
    const house = await proxyTo(exchange.ports.tls, DOMAIN, fileOf(readFileSync(authority, 'utf8')))
    try {
      const [alice, bob] = [await extension(house, 'alice'), await extension(house, 'bob')]
      await Promise.all([alice.next(9001, { state: 0 }), bob.next(9001, { state: 0 })])
      alice.say(1003, { to: 'bob', sdp: browserSdp('page') })
      const { cid } = await alice.next(2003, { code: 0 })
      const rung = await bob.next(9002)
      bob.say(1004, { cid: rung.cid, sdp: ANSWER })
      await alice.next(9004, { cid, state: 2 })
      bob.say(1010, { cid: rung.cid })
      await alice.next(9004, { cid, state: 0 })
      await until('it is in the log', () => /Via: SIP\/2\.0\/TLS /.test(logOf(house, 5000)))
      assert.doesNotMatch(logOf(house, 5000), /Via: SIP\/2\.0\/(?:UDP|TCP) /)
    } catch (fault) {
      throw new Error(`${(fault as Error).stack}\n${logOf(house, 200)}`)
    } finally {
      await house.stop()
      await exchange.stop()
    }
  })

  test('is registered at anew when the connection is cut, and calls its extensions again', async () => {
    const exchange = await startWebTown(['alice', 'bob'])
    const front = await terminate({ address: '127.0.0.1', port: exchange.ports.sip }, DOMAIN)
    const house = await proxyTo(front.port, DOMAIN, fileOf(front.certificate))
    try {
      const alice = await extension(house, 'alice')
      await alice.next(9001, { state: 0 })
      const bob = await socketClient(exchange, 'bob', 'json')
      assert.equal(front.cut(), 1)
      // It had not stood for two minutes, or nobody would be told.
      await alice.next(9001, { state: -503 })
      await alice.next(9001, { state: 0 })
      bob.say(1003, { to: 'alice', sdp: browserSdp('page') })
      const { cid } = await alice.next(9002)
      alice.say(1004, { cid, sdp: ANSWER })
      await bob.next(9004, { state: 2 })
      for (const one of [alice, bob]) one.close()
    } catch (fault) {
      throw new Error(`${(fault as Error).stack}\n${logOf(house, 200)}`)
    } finally {
      await house.stop()
      front.close()
      await exchange.stop()
    }
  })

  test('with a certificate of a stranger, or for another name, is not spoken to', async () => {
    const exchange = await startWebTown(['alice'])
    const strange = (await selfSigned([DOMAIN])).certificate
    for (const [name, authority, status] of [
      [DOMAIN, 'its own', 200],
      ['other.test', 'its own', 503],
      [DOMAIN, strange, 503],
    ] as const) {
      const front = await terminate({ address: '127.0.0.1', port: exchange.ports.sip }, name)
      const house = await proxyTo(
        front.port,
        DOMAIN,
        fileOf(authority === strange ? strange : front.certificate),
      )
      const alice = await person(house, 'alice')
      await house.stop()
      front.close()
      assert.equal(alice.status, status, `${name}, vouched for by ${authority.slice(0, 20)}`)
    }
    await exchange.stop()
  })
})

/** OpenSSL in front of what speaks TCP alone. */
const terminate = async (to: { address: string; port: number }, name: string) => {
  const { certificate, key } = await selfSigned([name])
  const live = new Set<Socket>()
  const server: Server = createServer({ cert: certificate, key }, (inside) => {
    const plain = connect(to.port, to.address)
    live.add(inside)
    inside.on('close', () => live.delete(inside))
    inside.pipe(plain).pipe(inside)
    for (const socket of [inside, plain]) socket.on('error', () => socket.destroy())
  })
  await new Promise<void>((resume) => void server.listen(0, to.address, resume))
  const { port } = server.address() as { port: number }
  /** Ends every connection, and says how many there were. */
  const cut = (): number => {
    const all = [...live]
    for (const inside of all) inside.destroy()
    live.clear()
    return all.length
  }
  return { certificate, port, cut, close: () => server.close() }
}

test('a Kamailio behind TLS', { skip: without('kamailio', 'baresip') }, async () => {
  const edge = { address: freshAddress(), port: 0 }
  edge.port = await freePort(edge.address)
  const account = { domain: 'pbx.test', password: 'shared' }
  const pbx = await startKamailio('registrar', { ...edge, ...account })
  const bob = await startBaresip({
    ...{ user: 'bob', authUser: 'bob', ...account, hertz: 1000, answer: 'auto', address: freshAddress() },
    registrar: `${edge.address}:${edge.port}`,
  })
  await bob.registered()
  const front = await terminate(edge, account.domain)
  const house = await proxyTo(front.port, account.domain, fileOf(front.certificate), edge.address)
  try {
    const alice = await extension(house, 'alice', account.password)
    await alice.next(9001, { state: 0 })
    alice.say(1003, { to: 'bob', sdp: browserSdp('page') })
    const { cid } = await alice.next(2003, { code: 0 })
    await alice.next(9004, { cid, state: 2 })
    const from = bob.events.length
    alice.say(1010, { cid })
    // Debian's Kamailio here has no TLS of its own: what it begins itself cannot come back by the front.
    await bob.event('CALL_CLOSED', { from: Math.max(0, from - 1) })
    const wrong = await extension(house, 'alice', 'not this')
    await wrong.next(9001, { state: -403 })
    for (const one of [alice, wrong]) one.close()
  } catch (fault) {
    throw new Error(`${(fault as Error).stack}\n${logOf(house, 200)}`)
  } finally {
    front.close()
    for (const one of [house, bob, pbx]) await one.stop()
  }
})
