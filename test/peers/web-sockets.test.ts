import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Invitation, Inviter, Registerer, SessionState, UserAgent } from 'sip.js'
import WebSocket from 'ws'
import { freshAddress } from '../support/loopback.ts'
import { peer } from '../support/peers.ts'
import { freePort } from '../support/ports.ts'
import { runSipp } from '../support/sipp.ts'
import { DOMAIN, md5User, startTandem, type Tandem } from '../support/tandem.ts'
import { until } from '../support/wait.ts'
import {
  askOptions,
  createJsSip,
  createSipJs,
  once,
  remoteDescriptionOf,
  type WebAccount,
} from '../support/web-phones.ts'

const config = {
  security: { exempt: ['127.0.0.0/8'] },
  ue_db: [md5User('alice', 'wonder'), md5User('bob', 'builder'), md5User('carol', 'singer')],
}

type Users = { items: { impi: string; registered: boolean; bindings: { transport: string }[] }[] }

describe('SIP over WebSocket', () => {
  let house: Tandem
  const account = (user: string, password: string): WebAccount => ({
    ...{
      server: `ws://127.0.0.1:${house.ports.ws}`,
      user,
      domain: DOMAIN,
      authUser: `${user}@${DOMAIN}`,
      password,
    },
  })
  const bindingsOf = async (user: string) =>
    (await house.rest<Users>('/users')).items.find(({ impi }) => impi === `${user}@${DOMAIN}`)?.bindings ?? []
  /** SIPp calls over UDP and is told `status`, or is answered. */
  const call = async (callee: string, words: Record<string, string | number>, scenario: string) => {
    const address = freshAddress()
    return runSipp({
      ...{ scenario, to: `127.0.0.1:${house.ports.sip}`, address, port: await freePort(address) },
      words: {
        user: 'alice',
        callee,
        domain: DOMAIN,
        auth_user: `alice@${DOMAIN}`,
        password: 'wonder',
        ...words,
      },
    })
  }

  before(async () => {
    house = await startTandem({ config })
  })
  after(async () => {
    await house?.stop()
  })

  test('JsSIP registers, asks, is called, and leaves', async (t) => {
    const phone = createJsSip(account('bob', 'builder'))
    t.after(() => phone.stop())
    phone.start()
    await once(phone, 'connected')
    phone.register()
    await once(phone, 'registered')
    assert.deepEqual(
      (await bindingsOf('bob')).map(({ transport }) => transport),
      ['ws'],
    )
    assert.equal(await askOptions(phone, DOMAIN), 200)
    if (!peer('sipp').skip) {
      // Without WebRTC it says 405: the call reached it through its own connection, and its answer the caller.
      const { passed, report } = await call('bob', { status: 405 }, 'call-refused')
      assert.ok(passed, report)
    }
    phone.unregister()
    await once(phone, 'unregistered')
    assert.equal((await bindingsOf('bob')).length, 0)
  })

  test('SIP.js registers, calls the echo service, is called, and leaves', async (t) => {
    const calls: Invitation[] = []
    const phone = createSipJs(account('carol', 'singer'), {
      onInvite: (invitation) => calls.push(invitation),
    })
    t.after(() => phone.stop())
    await phone.start()
    const registerer = new Registerer(phone)
    await registerer.register()
    await until('a binding', async () => (await bindingsOf('carol')).length === 1)

    const target = UserAgent.makeURI(`sip:600@${DOMAIN}`)
    assert.ok(target)
    const inviter = new Inviter(phone, target)
    await inviter.invite()
    await until('the echo answers', () => inviter.state === SessionState.Established)
    assert.match(remoteDescriptionOf(inviter), /^m=audio [1-9]\d* RTP\/AVP 8/m)
    await inviter.bye()
    await until('the call is over', () => inviter.state === SessionState.Terminated)

    if (!peer('sipp').skip) {
      const caller = call('carol', { talk_ms: 200 }, 'call')
      const invitation = await until('an incoming call', () => calls[0])
      assert.match(invitation.remoteIdentity.uri.toString(), /^sip:alice@/)
      await invitation.accept()
      const { passed, report } = await caller
      assert.ok(passed, report)
      await until('the call is over', () => invitation.state === SessionState.Terminated)
    }
    await registerer.unregister()
    await until('no binding', async () => (await bindingsOf('carol')).length === 0)
  })

  test('a lost connection takes its registration with it', async (t) => {
    const phone = createSipJs(account('carol', 'singer'))
    t.after(() => phone.stop())
    await phone.start()
    await new Registerer(phone).register()
    await until('a binding', async () => (await bindingsOf('carol')).length === 1)
    await phone.transport.disconnect()
    const { passed, report } = await call('carol', { status: 480 }, 'call-refused')
    assert.ok(passed, report)
  })

  test('works under TLS, and only by its own subprotocol', async () => {
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = new WebSocket(`wss://127.0.0.1:${house.ports.wss}`, 'sip', { rejectUnauthorized: false })
      socket.on('error', reject)
      socket.on('open', () =>
        socket.send(
          [
            `OPTIONS sip:${DOMAIN} SIP/2.0`,
            'Via: SIP/2.0/WSS phone.invalid;branch=z9hG4bK1',
            'Max-Forwards: 70',
            `From: <sip:alice@${DOMAIN}>;tag=1`,
            `To: <sip:${DOMAIN}>`,
            'Call-ID: over-wss',
            'CSeq: 1 OPTIONS',
            'Content-Length: 0',
            '\r\n',
          ].join('\r\n'),
        ),
      )
      socket.on('message', (text) => {
        resolve(String(text))
        socket.close()
      })
    })
    assert.match(answer, /^SIP\/2\.0 200 /)
    const refused = await new Promise((resolve) => {
      const socket = new WebSocket(`ws://127.0.0.1:${house.ports.ws}`, 'chat')
      socket.on('error', () => resolve('refused'))
      socket.on('open', () => resolve('open'))
    })
    assert.equal(refused, 'refused')
  })
})
