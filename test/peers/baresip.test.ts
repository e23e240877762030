import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Baresip, type BaresipOptions, startBaresip } from '../support/baresip.ts'
import { freshAddress } from '../support/loopback.ts'
import { without } from '../support/peers.ts'
import { DOMAIN, MEDIA_PORTS, md5User, mediaOf, startTandem, type Tandem } from '../support/tandem.ts'
import { heardMs, soundMs } from '../support/tone.ts'
import { blind, type Capture, startCapture } from '../support/tshark.ts'
import { holds, sleep, until } from '../support/wait.ts'

const config = {
  security: { exempt: ['127.0.0.0/8'] },
  ue_db: [md5User('alice', 'wonder', '+4930111'), md5User('bob', 'builder', '+4930222')],
}
const [ALICE_HZ, BOB_HZ] = [440, 600]

const last = (recordings: Int16Array[]): Int16Array => recordings.at(-1) ?? new Int16Array(0)
/** Waits until the newest recording holds a whole second of the tone. */
const hears = (phone: Baresip, hertz: number) =>
  until(`${hertz} Hz is heard`, () => heardMs(last(phone.heard()), hertz) >= 1000)

describe('two baresip phones', { skip: without('baresip') }, () => {
  let house: Tandem
  let capture: Capture
  let alice: Baresip
  let bob: Baresip
  const open: Baresip[] = []
  const ofHouse = (port: number) => port >= house.ports.media && port < house.ports.media + MEDIA_PORTS

  const phone = async (
    options: Pick<BaresipOptions, 'user' | 'password' | 'hertz'> & Partial<BaresipOptions>,
  ) => {
    const registrar = `127.0.0.1:${options.transport === 'tls' ? house.ports.tls : house.ports.sip}`
    const identity = { domain: DOMAIN, authUser: `${options.user}@${DOMAIN}` }
    const made = await startBaresip({ address: freshAddress(), registrar, ...identity, ...options })
    open.push(made)
    await made.registered()
    return made
  }
  /** Dials, and waits until both ends say that they talk. */
  const talk = async (caller: Baresip, called: Baresip, number: string) => {
    const [mine, theirs] = [caller.events.length, called.events.length]
    await caller.command('dial', number)
    await called.event('CALL_ESTABLISHED', { from: theirs })
    await caller.event('CALL_ESTABLISHED', { from: mine })
    return { mine, theirs }
  }

  before(async () => {
    house = await startTandem({ config })
    capture = await startCapture(`port ${house.ports.sip} or ${mediaOf(house)}`)
    alice = await phone({ user: 'alice', password: 'wonder', hertz: ALICE_HZ })
    bob = await phone({ user: 'bob', password: 'builder', hertz: BOB_HZ })
  })
  after(async () => {
    for (const one of open) await one.stop()
    await house?.stop()
  })

  test('hear each other', async () => {
    const { theirs } = await talk(alice, bob, `sip:bob@${DOMAIN}`)
    await hears(bob, ALICE_HZ)
    await hears(alice, BOB_HZ)
    assert.equal(heardMs(last(bob.heard()), BOB_HZ), 0, 'bob does not hear himself')
    await alice.command('hangup')
    await bob.event('CALL_CLOSED', { from: theirs })
  })

  test('reach each other by number, and the called side may hang up', async () => {
    const { mine } = await talk(bob, alice, `sip:+4930111@${DOMAIN}`)
    await hears(alice, BOB_HZ)
    await alice.command('hangup')
    await bob.event('CALL_CLOSED', { from: mine })
  })

  test('hold and resume: silence in between, sound afterwards', async () => {
    const { theirs } = await talk(alice, bob, `sip:bob@${DOMAIN}`)
    await hears(bob, ALICE_HZ)
    await alice.command('hold')
    await holds('silence while held', async () => {
      const held = last(bob.heard()).length
      await sleep(1000)
      const silent = last(bob.heard()).slice(held)
      assert.ok(soundMs(silent) <= 200, `${soundMs(silent)} ms of sound while held`)
    })
    await alice.command('resume')
    if (!blind)
      // baresip keeps no recording after a hold, so the wire is asked.
      await holds('sound after the hold', async () => {
        const after = await startCapture(mediaOf(house))
        await sleep(1600)
        const sent = (await after.sounds([])).filter(({ fromPort }) => ofHouse(fromPort))
        for (const hertz of [ALICE_HZ, BOB_HZ])
          assert.ok(
            sent.some(({ samples }) => heardMs(samples, hertz) >= 1000),
            `${hertz} Hz after the hold`,
          )
      })
    await alice.command('hangup')
    await bob.event('CALL_CLOSED', { from: theirs })
  })

  test('hear themselves at the echo service', async () => {
    const from = alice.events.length
    await alice.command('dial', `sip:600@${DOMAIN}`)
    await alice.event('CALL_ESTABLISHED', { from })
    await hears(alice, ALICE_HZ)
    await alice.command('hangup')
    await alice.event('CALL_CLOSED', { from })
  })

  test("are told when a number is nobody's", async () => {
    const from = alice.events.length
    await alice.command('dial', `sip:nobody@${DOMAIN}`)
    const closed = await alice.event('CALL_CLOSED', { from })
    assert.match(closed.param ?? '', /^404 /)
  })

  test('register over TCP and TLS, and are still heard', async () => {
    for (const transport of ['tcp', 'tls'] as const) {
      const third = await phone({ user: 'alice', password: 'wonder', hertz: 880, transport })
      const { theirs } = await talk(third, bob, `sip:bob@${DOMAIN}`)
      await hears(bob, 880)
      await hears(third, BOB_HZ)
      await third.command('hangup')
      await bob.event('CALL_CLOSED', { from: theirs })
      await third.stop()
    }
  })

  test('and tshark found nothing wrong in all of this', { skip: blind }, async () => {
    const { count, faults } = await capture.read({ sipPorts: [house.ports.sip] })
    assert.ok(count.sip > 60 && count.rtp > 500 && count.rtcp > 0, JSON.stringify(count))
    assert.deepEqual(faults, [])
  })
})
