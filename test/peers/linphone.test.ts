import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Baresip, startBaresip } from '../support/baresip.ts'
import { type Linphone, startLinphone } from '../support/linphone.ts'
import { freshAddress } from '../support/loopback.ts'
import { without } from '../support/peers.ts'
import { DOMAIN, md5User, mediaOf, startTandem, type Tandem } from '../support/tandem.ts'
import { heardMs } from '../support/tone.ts'
import { blind, type Capture, startCapture } from '../support/tshark.ts'
import { sleep, until } from '../support/wait.ts'

const config = {
  security: { exempt: ['127.0.0.0/8'] },
  ue_db: [md5User('bob', 'builder'), md5User('carol', 'singer', '+4930333')],
}

/** A phone of another family, with its own ideas of SIP: Linphone's belle-sip. */
describe('Linphone and baresip', { skip: without('linphone-daemon', 'baresip') }, () => {
  let house: Tandem
  let capture: Capture
  let bob: Baresip
  let carol: Linphone

  before(async () => {
    house = await startTandem({ config })
    capture = await startCapture(`port ${house.ports.sip} or ${mediaOf(house)}`)
    const registrar = `127.0.0.1:${house.ports.sip}`
    const common = { domain: DOMAIN, registrar }
    const [forBob, forCarol] = [
      { user: 'bob', authUser: `bob@${DOMAIN}`, password: 'builder', hertz: 600 },
      { user: 'carol', authUser: `carol@${DOMAIN}`, password: 'singer', hertz: 880 },
    ]
    bob = await startBaresip({ ...common, ...forBob, address: freshAddress() })
    carol = await startLinphone({ ...common, ...forCarol, address: freshAddress() })
  })
  after(async () => {
    await bob?.stop()
    await carol?.stop()
    await house?.stop()
  })

  test('register', async () => {
    await bob.registered()
    await carol.registered()
  })

  test('hear each other when baresip calls', async () => {
    await bob.command('dial', `sip:+4930333@${DOMAIN}`)
    await bob.event('CALL_ESTABLISHED')
    await carol.call('Connected')
    await carol.playTone()
    await until('880 Hz is heard', () => heardMs(bob.heard().at(-1) ?? new Int16Array(0), 880) >= 1000)
    await bob.command('hangup')
    await carol.call('Released')
  })

  test('hear each other when Linphone calls and hangs up', async () => {
    const [from, recordings] = [bob.events.length, bob.heard().length]
    await carol.command(`call sip:bob@${DOMAIN}`)
    await bob.event('CALL_ESTABLISHED', { from })
    await until('the call stands', async () =>
      (await carol.command('call-status')).includes('StreamsRunning'),
    )
    await carol.playTone()
    await until('880 Hz is heard', () => heardMs(bob.heard()[recordings] ?? new Int16Array(0), 880) >= 1000)
    await carol.command('terminate')
    await bob.event('CALL_CLOSED', { from })
  })

  test('and on the wire to Linphone was the tone of baresip, and nothing malformed', {
    skip: blind,
  }, async () => {
    await sleep(200)
    const { faults } = await capture.read({ sipPorts: [house.ports.sip] })
    const sounds = await capture.sounds([house.ports.sip])
    const toCarol = sounds.filter(({ toPort }) => toPort >= carol.media.from && toPort <= carol.media.to)
    assert.equal(toCarol.length, 2, 'one stream for each call')
    for (const { samples } of toCarol) assert.ok(heardMs(samples, 600) >= 1000)
    assert.deepEqual(faults, [])
  })
})
