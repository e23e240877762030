import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import { createTestNetwork } from './testing.ts'
import { createUe, type UePorts } from './ue.ts'
import type { CallReport, UeEvent } from './ue-event.ts'

/** Two phones that know each other's address: each takes the other for its server. */
const twoPhones = (options: { alice?: Partial<UePorts>; bob?: Partial<UePorts> } = {}) => {
  const network = createTestNetwork()
  const places = { alice: { address: '192.0.2.1', port: 5060 }, bob: { address: '192.0.2.2', port: 5060 } }
  const phone = (name: 'alice' | 'bob', other: 'alice' | 'bob') => {
    const events: UeEvent[] = []
    const ue = createUe({
      wire: network.wireAt(places[name]),
      timers: network.timers,
      random: createRandom(),
      log: silentLog,
      openMedia: network.openMediaAt(places[name].address),
      identity: { impu: `sip:${name}@test`, impi: name, domain: 'test', password: 'x' },
      server: { ...places[other], transport: 'udp' },
      onEvent: (event) => events.push(event),
      ...options[name],
    })
    network.attach(places[name], ue.user)
    return {
      ue,
      events,
      reports: () => events.flatMap((event) => (event.kind === 'ended' ? [event.report] : [])),
    }
  }
  const said = (start: string) => network.seen.filter((text) => text.startsWith(start))
  return { ...network, alice: phone('alice', 'bob'), bob: phone('bob', 'alice'), said }
}

const answer = { kind: 'answer', afterMs: 500, audio: { tone: 600 } } as const
const near = (hz: number | undefined, wanted: number) => Math.abs((hz ?? 0) - wanted) <= 2
const only = (reports: CallReport[]): CallReport => {
  assert.equal(reports.length, 1)
  return reports[0] as CallReport
}

describe('a call between two simulated phones', () => {
  test('is heard at both ends and ended by the caller', async () => {
    const { alice, bob, pass, said } = twoPhones({ bob: { incoming: answer } })
    const [report] = await Promise.all([
      alice.ue.call('bob', { audio: { tone: 440 }, seconds: 5 }),
      pass(7000),
    ])
    assert.deepEqual([report.status, report.endedBy, report.lost], [200, 'us', 0])
    assert.ok((report.setupMs ?? 0) >= 500 && (report.setupMs ?? 0) < 700)
    assert.ok(report.sent >= 250 && report.sent <= 252 && report.received >= 250)
    assert.ok(near(report.heardHz, 600))
    const other = only(bob.reports())
    assert.ok(near(other.heardHz, 440))
    assert.deepEqual(
      [other.status, other.endedBy, other.direction, other.peer],
      [200, 'peer', 'in', 'sip:alice@test'],
    )
    assert.deepEqual([said('INVITE').length, said('ACK').length, said('BYE').length], [1, 1, 1])
    assert.equal(bob.ue.current, undefined)
  })

  test('may be held and taken up again', async () => {
    const { alice, bob, pass } = twoPhones({ bob: { incoming: answer } })
    const report = alice.ue.call('bob', { audio: { tone: 440 }, seconds: 10 })
    await pass(2000)
    const [held] = await Promise.all([alice.ue.current?.hold(), pass(1000)])
    assert.equal(held, true)
    assert.ok(bob.events.some((event) => event.kind === 'held' && !event.byUs))
    const [resumed] = await Promise.all([alice.ue.current?.resume(), pass(3000)])
    assert.equal(resumed, true)
    await pass(6000)
    const { received, lost, heardHz } = await report
    assert.ok(received < 480 && received > 420, `${received}`)
    assert.equal(lost, 0)
    assert.ok(near(heardHz, 600))
  })

  test('carries key presses both ways of telling them', async () => {
    const { alice, bob, pass } = twoPhones({ bob: { incoming: answer } })
    const report = alice.ue.call('bob', { audio: { tone: 440 }, seconds: 6 })
    await pass(1500)
    await Promise.all([alice.ue.current?.press('12#'), pass(100)])
    await pass(1500)
    const [byInfo] = await Promise.all([alice.ue.current?.press('9*', 'info'), pass(500)])
    assert.equal(byInfo, true)
    await pass(4000)
    await report
    assert.equal(only(bob.reports()).keys, '12#9*')
  })

  test('may have video', async () => {
    const { alice, bob, pass } = twoPhones({ bob: { incoming: { ...answer, video: true } } })
    const [report] = await Promise.all([alice.ue.call('bob', { seconds: 2, video: true }), pass(4000)])
    assert.ok(report.video && report.video.received >= 48 && report.video.lost === 0)
    assert.ok((only(bob.reports()).video?.received ?? 0) >= 48)
  })

  test('goes on without video when the other side has none', async () => {
    const { alice, pass } = twoPhones({ bob: { incoming: answer } })
    const [report] = await Promise.all([alice.ue.call('bob', { seconds: 2, video: true }), pass(4000)])
    assert.deepEqual(report.video, { sent: 0, received: 0, lost: 0 })
    assert.ok(near(report.heardHz, 600))
  })

  test('is recorded on demand', async () => {
    const { alice, pass } = twoPhones({ bob: { incoming: answer } })
    const [report] = await Promise.all([alice.ue.call('bob', { seconds: 1, record: true }), pass(3000)])
    assert.ok((report.recording?.length ?? 0) >= 8000)
  })
})

describe('a call that does not come about', () => {
  test('busy', async () => {
    const { alice, bob, pass } = twoPhones()
    const [report] = await Promise.all([alice.ue.call('bob', { seconds: 1 }), pass(500)])
    assert.deepEqual([report.status, report.setupMs, report.sent], [486, undefined, 0])
    assert.deepEqual(bob.reports(), [])
  })

  test('given up while it rings', async () => {
    const { alice, bob, pass, said } = twoPhones({ bob: { incoming: { kind: 'ring' } } })
    const report = alice.ue.call('bob')
    await pass(1000)
    alice.ue.current?.hangUp()
    await pass(500)
    assert.deepEqual([(await report).status, (await report).endedBy], [487, 'us'])
    assert.deepEqual([only(bob.reports()).status, only(bob.reports()).endedBy], [487, 'peer'])
    assert.equal(said('CANCEL').length, 1)
    assert.ok((await report).ringMs !== undefined)
  })

  test('while another one stands', async () => {
    const { alice, bob, pass } = twoPhones({ bob: { incoming: answer } })
    const first = alice.ue.call('bob', { seconds: 3 })
    await pass(1000)
    const [second] = await Promise.all([alice.ue.call('bob'), pass(200)])
    assert.equal(second.status, 486)
    await pass(5000)
    assert.equal((await first).status, 200)
    assert.equal(bob.reports().length, 1)
  })
})

describe('other requests', () => {
  test('the phone leaves a call when it is closed', async () => {
    const { alice, bob, pass } = twoPhones({ bob: { incoming: answer } })
    const report = alice.ue.call('bob')
    await pass(2000)
    await Promise.all([alice.ue.close(), pass(500)])
    assert.equal((await report).endedBy, 'us')
    assert.equal(only(bob.reports()).endedBy, 'peer')
  })
})
