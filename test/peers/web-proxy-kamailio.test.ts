import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Baresip, startBaresip } from '../support/baresip.ts'
import { type Kamailio, startKamailio } from '../support/kamailio.ts'
import { type Linphone, startLinphone } from '../support/linphone.ts'
import { freshAddress } from '../support/loopback.ts'
import { without } from '../support/peers.ts'
import { freePort } from '../support/ports.ts'
import { type ScriptPages, startScriptPages } from '../support/script-pages.ts'
import { logOf, mediaOf } from '../support/tandem.ts'
import { heardMs } from '../support/tone.ts'
import { blind, type Capture, startCapture } from '../support/tshark.ts'
import { until } from '../support/wait.ts'
import { startProxyTown } from '../support/web-proxy.ts'
import { type Driver, oldPage, storyOf } from '../support/web-town.ts'

const [ALICE, BOB, CAROL] = [440, 1000, 700]
const account = { domain: 'pbx.test', password: 'shared' }

describe('a browser as an extension of a Kamailio', {
  skip: without('kamailio', 'baresip', 'chromium'),
}, () => {
  const edge = { address: freshAddress(), port: 0 }
  let pbx: Kamailio
  let house: Awaited<ReturnType<typeof startProxyTown>>
  let browser: ScriptPages
  let capture: Capture
  let [bob, carol]: Baresip[] = []
  let alice: Driver

  before(async () => {
    edge.port = await freePort(edge.address)
    pbx = await startKamailio('registrar', { ...edge, ...account })
    house = await startProxyTown(edge.port, { address: edge.address, domain: account.domain })
    capture = await startCapture(`port ${house.local} or port ${edge.port} or ${mediaOf(house)}`)
    const phone = (user: string, hertz: number, answer: 'auto' | 'manual' = 'auto') =>
      startBaresip({
        ...{ user, authUser: user, ...account, hertz, answer, address: freshAddress() },
        registrar: `${edge.address}:${edge.port}`,
      })
    bob = await phone('bob', BOB)
    carol = await phone('carol', CAROL, 'manual')
    for (const one of [bob, carol]) await one.registered()
    browser = await startScriptPages()
    alice = await oldPage(browser, house.wss, { user: 'alice', hertz: ALICE, password: account.password })
  })
  after(async () => {
    await browser?.close()
    for (const one of [bob, carol, house, pbx]) await one?.stop()
  })
  const hears = (phone: Baresip | undefined, hertz: number) =>
    until(`${hertz} Hz is heard`, () => heardMs(phone?.heard().at(-1) ?? new Int16Array(0), hertz) >= 1000)
  const told = async (story: () => Promise<void>): Promise<void> => {
    try {
      await story()
    } catch (fault) {
      throw new Error(`${(fault as Error).message}\n${await storyOf(house, browser, alice)}`)
    }
  }

  test('calls a phone there, holds it, and presses keys', () =>
    told(async () => {
      await alice.call('bob')
      await alice.until(9004, { state: '2' })
      await Promise.all([alice.hears(BOB), hears(bob, ALICE)])
      const cid = await alice.cid()
      const from = bob?.events.length ?? 0
      await alice.say(1012, { cid, dtmf: '5' })
      await bob?.event('CALL_DTMF_START', { from })
      await alice.say(1007, { cid, type: '1' })
      await alice.until(9004, { state: '3' })
      await alice.forget()
      await alice.say(1007, { cid, type: '0' })
      await alice.until(9004, { state: '2' })
      await alice.hears(BOB)
      await bob?.command('hangup')
      await alice.until(9004, { state: '0' })
      await alice.forget()
    }))

  test('is called by a phone there', () =>
    told(async () => {
      await bob?.command('dial', 'sip:alice@pbx.test')
      await alice.until(9004, { state: '2' })
      await Promise.all([alice.hears(BOB), hears(bob, ALICE)])
      await alice.say(1010, { cid: await alice.cid() })
      await alice.until(9004, { state: '0' })
      await alice.forget()
    }))

  test('sends its call on to another phone there, which the first one calls itself', () =>
    told(async () => {
      await alice.call('bob')
      await alice.until(9004, { state: '2' })
      await alice.hears(BOB)
      const cid = await alice.cid()
      const before = carol?.events.length ?? 0
      await alice.say(1008, { cid, rto: 'carol' })
      await alice.until(9007, { state: '1' })
      await carol?.event('CALL_INCOMING', { from: before })
      await alice.forget()
      const from = carol?.events.length ?? 0
      await alice.say(1010, { cid })
      const rung = await carol?.event('CALL_INCOMING', { from })
      assert.match(rung?.peeruri ?? '', /bob@/)
      await carol?.command('accept')
      await hears(carol, BOB)
      await alice.until(9004, { state: '0' })
      await carol?.command('hangup')
    }))

  test(
    'joins two of its calls, and one phone there takes its place with the other',
    {
      skip: without('linphone-daemon'),
    },
    () =>
      told(async () => {
        const phones = await Promise.all(
          ['dave', 'erin'].map((user) =>
            startLinphone({
              ...{ user, authUser: user, ...account, address: freshAddress(), hertz: 880 },
              registrar: `${edge.address}:${edge.port}`,
            }),
          ),
        )
        const [dave, erin] = phones as [Linphone, Linphone]
        try {
          for (const one of phones) await one.registered()
          await alice.forget()
          await alice.call('dave')
          await alice.until(9004, { state: '2' })
          const cid = await alice.cid()
          await alice.say(1008, { cid, rto: 'erin' })
          await alice.until(9007, { state: '2' })
          await alice.forget()
          await alice.say(1010, { cid })
          await alice.until(9004, { state: '0', cause: '200' })
          await until('it was asked to replace', () =>
            / TO \S+ REFER [\s\S]*?Refer-To: .*Replaces=/.test(logOf(house, 8000)),
          )
          // Alice is gone: what runs at either is the call of the two.
          const talks = async (one: Linphone) => (await one.command('call-status')).includes('StreamsRunning')
          for (const one of phones) await until('it talks', () => talks(one))
          await dave.command('terminate')
          await until('erin is free', async () => !(await talks(erin)))
        } finally {
          for (const one of phones) await one.stop()
        }
      }),
  )

  test('nothing malformed was said', { skip: blind }, async () => {
    const { faults, count } = await capture.read({ sipPorts: [house.local, edge.port] })
    assert.deepEqual(faults, [])
    assert.ok(count.sip > 20 && count.rtp > 100, JSON.stringify(count))
  })
})
