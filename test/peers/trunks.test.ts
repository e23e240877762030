import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Baresip, startBaresip } from '../support/baresip.ts'
import { type Kamailio, startKamailio } from '../support/kamailio.ts'
import { freshAddress } from '../support/loopback.ts'
import { without } from '../support/peers.ts'
import { freePort } from '../support/ports.ts'
import { runSipp, startSipp } from '../support/sipp.ts'
import { DOMAIN, md5User, mediaOf, startTandem, type Tandem } from '../support/tandem.ts'
import { heardMs } from '../support/tone.ts'
import { blind, type Capture, startCapture } from '../support/tshark.ts'
import { holds, until } from '../support/wait.ts'

const ue_db = [md5User('alice', 'wonder'), md5User('gw', 'gsm box')]
const security = { exempt: ['127.0.0.0/8'] }
const route = (name: string, to: string, ...targets: string[]) => ({
  ...{ name, match: { kind: 'call', to }, to: targets },
})
const alice = { user: 'alice', auth_user: `alice@${DOMAIN}`, domain: DOMAIN, password: 'wonder' }

describe('SIPp as trunk and as the SIP account of a GoIP', { skip: without('sipp') }, () => {
  let house: Tandem
  let capture: Capture
  const [phone, box, ...providers] = [1, 2, 3, 4].map(() => freshAddress())
  const ports = new Map<string, number>()
  const at = (address = ''): { address: string; port: number; to: string } => ({
    ...{ address, port: ports.get(address) ?? 0, to: `127.0.0.1:${house.ports.sip}` },
  })

  before(async () => {
    for (const address of [phone, box, ...providers]) ports.set(address ?? '', await freePort(address))
    const trunk = (index: number, more: object) => ({
      ...{ name: `p${index}`, addr: `${providers[index]}:${ports.get(providers[index] ?? '')}` },
      ...more,
    })
    house = await startTandem({
      config: {
        ...{ ue_db, security },
        trunks: [trunk(0, { user: 'tandem', password: 'our secret' }), trunk(1, { trusted: true })],
        goip: { addr: '127.0.0.1:0', lines: [{ id: 'g1', password: 'x', device: 'box', trunk: 'gw' }] },
        routes: [
          route('challenging', '^\\+1', 'trunk:p0'),
          route('plain', '^\\+2', 'trunk:p1'),
          route('by SIM', '^\\+3', 'gateway:box'),
        ],
      },
    })
    capture = await startCapture(`port ${house.ports.sip}`)
  })
  after(() => house?.stop())

  /** Alice calls the number, and `scenario` at this address answers. */
  const call = async (
    callee: string,
    address: string | undefined,
    scenario: string,
    words: Record<string, string | number>,
  ) => {
    const called = await startSipp({ scenario, ...at(address), words })
    const caller = await runSipp({
      ...{ scenario: 'call', ...at(phone), words: { ...alice, callee, talk_ms: 200 } },
    })
    if (!caller.passed) await called.stop()
    const answered = await called.done
    assert.ok(caller.passed && answered.passed, `${answered.report}\n${caller.report}`)
    return answered.messages
  }

  for (const [status, challenge, proof] of [
    [401, 'WWW-Authenticate', 'Authorization'],
    [407, 'Proxy-Authenticate', 'Proxy-Authorization'],
  ] as const)
    test(`a call leaves by a trunk that asks with ${status} for INVITE and BYE`, async () => {
      // SIPp verifies no Proxy-Authorization: Kamailio does, below.
      const wrong = status === 401 ? 'true' : 'false'
      const words = { status, challenge, proof, user: 'tandem', password: 'our secret', wrong }
      await call('+1555', providers[0], 'called-challenging', words)
    })

  test('a call leaves by a trunk that asks for nothing, and is in the records', async () => {
    const messages = await call('+2555', providers[1], 'called', { ring_ms: 100 })
    assert.match(messages, /^INVITE sip:\+2555@127/m)
    await holds('it is in the records', async () => {
      const { items } = await house.rest<{ items: { callee: string }[] }>('/calls?limit=1')
      assert.equal(items[0]?.callee, 'sip:+2555@p1')
    })
  })

  test('a call leaves by the account that a gateway registered', async () => {
    const words = { user: 'gw', domain: DOMAIN, contact: `${box}:${ports.get(box ?? '')}`, expires: 600 }
    const credentials = `username=gw@${DOMAIN} password="gsm box"`
    const registered = await runSipp({
      ...{ scenario: 'register', ...at(box), words: { ...words, credentials } },
    })
    assert.ok(registered.passed, registered.report)
    assert.match(await call('+3555', box, 'called', { ring_ms: 100 }), /^INVITE sip:\+3555@127/m)
  })

  test('says nothing that is malformed', { skip: blind }, async () => {
    const { faults, count } = await capture.read({ sipPorts: [house.ports.sip] })
    assert.ok(count.sip > 40)
    assert.deepEqual(faults, [])
  })
})

describe('a Kamailio with phones of its own as trunk', { skip: without('kamailio', 'baresip') }, () => {
  let house: Tandem
  let pbx: Kamailio
  let capture: Capture
  let [ours, theirs]: Baresip[] = []
  const edge = { address: freshAddress(), port: 0 }
  const account = { domain: 'pbx.test', password: 'shared' }

  before(async () => {
    edge.port = await freePort(edge.address)
    pbx = await startKamailio('registrar', { ...edge, ...account })
    house = await startTandem({
      config: {
        ...{ ue_db, security },
        trunks: [
          {
            ...{ name: 'pbx', addr: `${edge.address}:${edge.port}`, domain: 'pbx.test', register: true },
            ...{ user: 'tandem', password: 'shared', trusted: true, strip: 1 },
          },
        ],
        routes: [route('out', '^9', 'trunk:pbx'), route('in', '^tandem$', 'subscriber:alice')],
      },
    })
    capture = await startCapture(`port ${house.ports.sip} or port ${edge.port} or ${mediaOf(house)}`)
    ours = await startBaresip({
      ...{ user: 'alice', authUser: `alice@${DOMAIN}`, password: 'wonder', domain: DOMAIN, hertz: 440 },
      ...{ registrar: `127.0.0.1:${house.ports.sip}`, address: freshAddress() },
    })
    theirs = await startBaresip({
      ...{ user: '200', authUser: '200', ...account, hertz: 600, address: freshAddress() },
      registrar: `${edge.address}:${edge.port}`,
    })
    for (const phone of [ours, theirs]) await phone.registered()
  })
  after(async () => {
    for (const one of [ours, theirs, pbx, house]) await one?.stop()
  })

  let calls = 0
  const hears = (phone: Baresip | undefined, hertz: number) =>
    until(
      `${hertz} Hz is heard`,
      () => heardMs(phone?.heard()[calls - 1] ?? new Int16Array(0), hertz) >= 1000,
    )
  const talk = async (caller: Baresip | undefined, number: string) => {
    calls++
    const from = caller?.events.length ?? 0
    await caller?.command('dial', number)
    await caller?.event('CALL_ESTABLISHED', { from })
    await hears(ours, 600)
    await hears(theirs, 440)
    await caller?.command('hangup')
    await until('the call has ended', async () => {
      const { items } = await house.rest<{ items: { state: string }[] }>('/calls?limit=1')
      return items[0]?.state === 'ended'
    })
  }

  test('takes our registration', async () => {
    await until('we are registered', async () => {
      const { items } = await house.rest<{ items: { registration?: { registered: boolean } }[] }>('/trunks')
      return items[0]?.registration?.registered === true
    })
  })

  test('takes a call of ours after we have proved who we are, and both hear each other', () =>
    talk(ours, `sip:9200@${DOMAIN}`))

  test('calls us where we registered, and both hear each other', () => talk(theirs, 'sip:tandem@pbx.test'))

  test('hears nothing malformed', { skip: blind }, async () => {
    const { faults, count } = await capture.read({ sipPorts: [house.ports.sip, edge.port] })
    assert.ok(count.sip > 20 && count.rtp > 100)
    assert.deepEqual(faults, [])
  })
})
