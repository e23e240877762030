import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { Inviter, Registerer, SessionState, Subscriber, UserAgent } from 'sip.js'
import { parseDialogInfo } from '#dialog-info'
import { octets } from '#lib/text'
import { type Baresip, startBaresip } from '../support/baresip.ts'
import { freshAddress } from '../support/loopback.ts'
import { without } from '../support/peers.ts'
import { freePort } from '../support/ports.ts'
import { runSipp } from '../support/sipp.ts'
import { DOMAIN, md5User, startTandem, type Tandem } from '../support/tandem.ts'
import { heardMs } from '../support/tone.ts'
import { blind, type Capture, startCapture } from '../support/tshark.ts'
import { holds, until } from '../support/wait.ts'
import { createSipJs } from '../support/web-phones.ts'

const PEOPLE = { alice: 'wonder', bob: 'builder', carol: 'singer', dave: 'watcher' } as const
const HERTZ = { alice: 440, bob: 600, carol: 880 } as const
type Name = keyof typeof HERTZ

const config = {
  security: { exempt: ['127.0.0.0/8'] },
  ue_db: Object.entries(PEOPLE).map(([user, password]) => md5User(user, password)),
}

/** Waits until the newest recording of a phone holds a whole second of the tone. */
const hears = (phone: Baresip, hertz: number) =>
  until(`${hertz} Hz is heard`, () => heardMs(phone.heard().at(-1) ?? new Int16Array(0), hertz) >= 1000)
const uriOf = (user: string) => UserAgent.makeURI(`sip:${user}@${DOMAIN}`) ?? assert.fail(user)

describe('calls that are passed on', { skip: without('baresip') }, () => {
  let house: Tandem
  let capture: Capture
  const phones = {} as Record<Name, Baresip>

  const software = async (user: keyof typeof PEOPLE) => {
    const phone = createSipJs({
      ...{ server: `ws://127.0.0.1:${house.ports.ws}`, user, domain: DOMAIN },
      ...{ authUser: `${user}@${DOMAIN}`, password: PEOPLE[user] },
    })
    await phone.start()
    return phone
  }
  const calling = async (phone: UserAgent, user: string): Promise<Inviter> => {
    const inviter = new Inviter(phone, uriOf(user))
    await inviter.invite()
    await until(`${user} answers`, () => inviter.state === SessionState.Established)
    return inviter
  }
  const closed = (name: Name, from: number) => phones[name].event('CALL_CLOSED', { from })
  const marks = () => ({
    alice: phones.alice.events.length,
    bob: phones.bob.events.length,
    carol: phones.carol.events.length,
  })

  before(async () => {
    house = await startTandem({ config })
    capture = await startCapture(`port ${house.ports.sip}`)
    for (const name of ['alice', 'bob', 'carol'] as const) {
      const registrar = `127.0.0.1:${house.ports.sip}`
      const own = { user: name, authUser: `${name}@${DOMAIN}`, password: PEOPLE[name], hertz: HERTZ[name] }
      phones[name] = await startBaresip({ address: freshAddress(), registrar, domain: DOMAIN, ...own })
      await phones[name].registered()
    }
  })
  after(async () => {
    for (const phone of Object.values(phones)) await phone.stop()
    await house?.stop()
  })

  test('by a baresip, to another whom it has not asked: the two hear each other', async () => {
    const from = marks()
    await phones.alice.command('dial', `sip:bob@${DOMAIN}`)
    await phones.alice.event('CALL_ESTABLISHED', { from: from.alice })
    await hears(phones.bob, HERTZ.alice)
    await phones.alice.command('transfer', `sip:carol@${DOMAIN}`)
    await phones.carol.event('CALL_ESTABLISHED', { from: from.carol })
    await closed('alice', from.alice)
    await hears(phones.carol, HERTZ.bob)
    await hears(phones.bob, HERTZ.carol)
    await phones.carol.command('hangup')
    await closed('bob', from.bob)
  })

  test('by a baresip, to nobody: it is told why', async () => {
    const from = marks()
    await phones.alice.command('dial', `sip:bob@${DOMAIN}`)
    await phones.alice.event('CALL_ESTABLISHED', { from: from.alice })
    await phones.alice.command('transfer', `sip:nobody@${DOMAIN}`)
    const failed = await phones.alice.event('TRANSFER_FAILED', { from: from.alice })
    assert.match(failed.param ?? '', /404/)
    await phones.alice.command('hangup')
    await closed('bob', from.bob)
  })

  test('by SIPp, which follows each step', { skip: without('sipp') }, async () => {
    const from = marks()
    const address = freshAddress()
    const words = { user: 'dave', callee: 'bob', third: 'carol', domain: DOMAIN }
    const { passed, report } = await runSipp({
      ...{ scenario: 'call-transferred', to: `127.0.0.1:${house.ports.sip}` },
      ...{ address, port: await freePort(address) },
      words: { ...words, auth_user: `dave@${DOMAIN}`, password: PEOPLE.dave },
    })
    assert.ok(passed, report)
    await hears(phones.carol, HERTZ.bob)
    await phones.carol.command('hangup')
    await closed('bob', from.bob)
  })

  test('by SIP.js, which has asked first: the two hear each other, and it is out', async (t) => {
    const from = marks()
    const dave = await software('dave')
    t.after(() => dave.stop())
    const first = await calling(dave, 'bob')
    const second = await calling(dave, 'carol')
    const told: string[] = []
    await first.refer(second, {
      onNotify: (notification) => {
        told.push(notification.request.body.trim())
        void notification.accept()
      },
    })
    await hears(phones.carol, HERTZ.bob)
    await hears(phones.bob, HERTZ.carol)
    await until('both calls of SIP.js are over', () =>
      [first, second].every(({ state }) => state === SessionState.Terminated),
    )
    await holds('it was told how it went', () =>
      assert.deepEqual([told[0], told.at(-1)], ['SIP/2.0 100 Trying', 'SIP/2.0 200 OK']),
    )
    await phones.bob.command('hangup')
    await closed('carol', from.carol)
  })

  test('and are watched by SIP.js: each step of a call', async (t) => {
    const from = marks()
    const dave = await software('dave')
    t.after(() => dave.transport.disconnect())
    await new Registerer(dave).register()
    const seen: string[] = []
    const subscriber = new Subscriber(dave, uriOf('bob'), 'dialog', { expires: 600 })
    subscriber.delegate = {
      onNotify: (notification) => {
        const info = parseDialogInfo(octets(notification.request.body))
        assert.ok(info.ok)
        seen.push(info.value.dialogs.map(({ state, remote }) => `${state} ${remote?.identity}`).join())
        void notification.accept()
      },
    }
    await subscriber.subscribe()
    await until('an idle lamp', () => seen.length > 0)
    await phones.alice.command('dial', `sip:bob@${DOMAIN}`)
    await phones.alice.event('CALL_ESTABLISHED', { from: from.alice })
    const alice = `sip:alice@${DOMAIN}`
    await until('a busy lamp', () => seen.includes(`confirmed ${alice}`))
    await phones.alice.command('hangup')
    await until('an idle lamp', () => seen.includes(`terminated ${alice}`))
  })

  test('and tshark found nothing wrong in all of this', { skip: blind }, async () => {
    const { count, faults, startLines } = await capture.read({ sipPorts: [house.ports.sip] })
    assert.ok(count.sip > 60, `${count.sip} messages`)
    assert.ok(startLines.filter((line) => line.startsWith('REFER')).length >= 2)
    assert.deepEqual(faults, [])
  })
})
