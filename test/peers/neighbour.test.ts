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
import { until } from '../support/wait.ts'

const config = {
  security: { exempt: ['127.0.0.0/8'] },
  ue_db: [md5User('alice', 'wonder'), md5User('bob', 'builder')],
}

describe('a Kamailio proxy between phones and Tandem', {
  skip: without('kamailio', 'sipp', 'baresip'),
}, () => {
  let house: Tandem
  let proxy: Kamailio
  let capture: Capture
  const edge = { address: freshAddress(), port: 0 }
  const [alice, bob] = [freshAddress(), freshAddress()]
  const phones: Baresip[] = []

  before(async () => {
    house = await startTandem({ config })
    edge.port = await freePort(edge.address)
    proxy = await startKamailio('neighbour', { ...edge, registrar: `127.0.0.1:${house.ports.sip}` })
    capture = await startCapture(`port ${house.ports.sip} or port ${edge.port} or ${mediaOf(house)}`)
  })
  after(async () => {
    for (const phone of phones) await phone.stop()
    await proxy?.stop()
    await house?.stop()
  })

  test('its Path is kept, and a call reaches the phone behind it through it', async () => {
    const [alicePort, bobPort] = [await freePort(alice), await freePort(bob)]
    const credentials = `username=bob@${DOMAIN} password=builder`
    const registered = await runSipp({
      ...{ scenario: 'register', to: `${edge.address}:${edge.port}`, address: bob, port: bobPort },
      words: { user: 'bob', domain: DOMAIN, contact: `${bob}:${bobPort}`, expires: 600, credentials },
    })
    assert.ok(registered.passed, registered.report)
    assert.match(registered.messages, /^Path: .*;lr/m, 'the registrar repeats the Path, RFC 3327 §5.3')
    const to = `127.0.0.1:${house.ports.sip}`
    const called = await startSipp({
      scenario: 'called',
      to,
      address: bob,
      port: bobPort,
      words: { ring_ms: 100 },
    })
    const words = {
      user: 'alice',
      callee: 'bob',
      domain: DOMAIN,
      auth_user: `alice@${DOMAIN}`,
      password: 'wonder',
    }
    const caller = await runSipp({
      ...{ scenario: 'call', to, address: alice, port: alicePort, words: { ...words, talk_ms: 200 } },
    })
    if (!caller.passed) await called.stop()
    const answered = await called.done
    assert.ok(caller.passed && answered.passed, `${caller.report}\n${answered.report}`)
    const vias = answered.messages.match(/^INVITE [\s\S]*?\r?\n\r?\n/m)?.[0].match(/^Via: .*/gm) ?? []
    assert.equal(vias.length, 2, 'the INVITE came through the proxy')
  })

  test('phones that know only the proxy call each other and are heard', async () => {
    const common = { domain: DOMAIN, registrar: `${edge.address}:${edge.port}` }
    const [first, second] = [
      { user: 'alice', authUser: `alice@${DOMAIN}`, password: 'wonder', hertz: 440 },
      { user: 'bob', authUser: `bob@${DOMAIN}`, password: 'builder', hertz: 600 },
    ]
    for (const account of [first, second])
      phones.push(await startBaresip({ ...common, ...account, address: freshAddress() }))
    for (const phone of phones) await phone.registered()
    const [caller, called] = phones as [Baresip, Baresip]
    await caller.command('dial', `sip:bob@${DOMAIN}`)
    await caller.event('CALL_ESTABLISHED')
    const hears = (phone: Baresip, hertz: number) =>
      until(`${hertz} Hz is heard`, () => heardMs(phone.heard().at(-1) ?? new Int16Array(0), hertz) >= 1000)
    await hears(called, 440)
    await hears(caller, 600)
    await called.command('hangup')
    await caller.event('CALL_CLOSED')
  })

  test('and tshark found nothing wrong in all of this', { skip: blind }, async () => {
    const { count, faults } = await capture.read({ sipPorts: [house.ports.sip, edge.port] })
    assert.ok(count.sip > 40 && count.rtp > 100, JSON.stringify(count))
    assert.deepEqual(faults, [])
  })
})
