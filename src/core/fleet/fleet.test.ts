import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseHours } from '#lib/hours'
import { createHandClock } from '#lib/timers'
import { aSighting, RULES } from '../../../test/support/gateway-house.ts'
import { memoryGateways } from '../../../test/support/memory-gateways.ts'
import { type CoreEvent, createEvents } from '../events.ts'
import type { ClaimWish, SendResult } from './contract.ts'
import { createFleet, type FleetPorts } from './fleet.ts'

/** The hand clock's wall time begins at this. */
const WALL_MS = 1_700_000_000_000
const atTime = (ms: number) => createHandClock(ms - WALL_MS)
const SENT: SendResult = { kind: 'sent' }
const BAD_LINE: SendResult = { kind: 'refused', fault: 'line', reason: 'no' }

const aFleet = (more: Partial<FleetPorts> = {}) => {
  const timers = more.timers ? (more.timers as ReturnType<typeof createHandClock>) : createHandClock()
  const events = createEvents()
  const heard: CoreEvent[] = []
  events.subscribe((event) => void heard.push(event))
  const fleet = createFleet({ timers, events, rules: RULES, ...more })
  const wish = (wishes: Partial<ClaimWish> = {}): ClaimWish => ({
    ...{ targets: ['*'], to: '+15550100900', strategy: 'round_robin' as const },
    ...wishes,
  })
  const claim = (wishes: Partial<ClaimWish> = {}) => {
    const claimed = fleet.claim(wish(wishes))
    return claimed.ok ? claimed.value.id : claimed.error.reason
  }
  const send = (wishes: Partial<ClaimWish> = {}, result: SendResult = SENT) => {
    const id = claim(wishes)
    fleet.release(id, wishes.to ?? '+15550100900', result)
    return id
  }
  return { fleet, timers, heard, claim, send, wish }
}

describe('a line', () => {
  test('is known by what was seen of it, and tells only what an operator cares about', () => {
    const { fleet, heard, timers } = aFleet()
    fleet.sight(aSighting('box1/1', { signal: 20, fields: { idle: '3' }, imei: '35' }))
    assert.equal(heard.length, 1)
    timers.advance(1000)
    fleet.sight(aSighting('box1/1', { signal: 21, fields: { idle: '4' } }))
    fleet.sight({ device: 'box1', line: '1', kind: 'goip', state: 'registered' })
    assert.equal(heard.length, 1)
    const line = fleet.get('box1/1')
    assert.ok(line)
    assert.deepEqual([line.signal, line.fields, line.imei], [21, { idle: '4' }, '35'])
    assert.equal(line.seenAtMs - line.sinceMs, 1000)
    fleet.lose('box1', '1', 'no keepalive')
    assert.match(fleet.get('box1/1')?.hindrance ?? '', /^offline since \d\d:\d\d \(no keepalive\)$/)
    fleet.lose('box1', '1', 'no keepalive')
    fleet.sight(aSighting('box1/1'))
    assert.equal(fleet.get('box1/1')?.hindrance, undefined)
    assert.equal(heard.length, 3)
    assert.equal(heard.at(-1)?.kind, 'line.changed')
    assert.deepEqual(
      fleet.devices().map(({ name, lines, registered }) => [name, lines, registered]),
      [['box1', 1, 1]],
    )
    fleet.forget('box1', '1')
    assert.deepEqual([fleet.list(), fleet.devices()], [[], []])
  })

  test('says why it cannot send, and so does a claim', () => {
    const { fleet, claim } = aFleet({ rules: { ...RULES, perDay: 1 } })
    assert.equal(claim(), 'no sendable SIM: none has been seen')
    for (const [line, state] of [
      ['1', 'locked'],
      ['2', 'locked'],
      ['3', 'no-sim'],
      ['4', 'registered'],
      ['5', 'registered'],
    ] as const)
      fleet.sight(aSighting(`box1/${line}`, { state }))
    fleet.lock('box1/4', true)
    const id = claim()
    assert.equal(id, 'box1/5')
    assert.equal(claim(), 'no sendable SIM: 3 locked, 1 without SIM, 1 busy')
    fleet.release(id, '+1', SENT)
    assert.equal(claim(), 'no sendable SIM: 3 locked, 1 without SIM, 1 at limit')
    assert.equal(fleet.get('box1/4')?.hindrance, 'locked by operator')
    assert.equal(fleet.get('box1/5')?.hindrance, 'at limit: 1 texts a day')
    fleet.lock('box1/4', false)
    assert.equal(claim({ targets: ['box2', 'box1/4'] }), 'box1/4')
  })

  test('has the limits of its device, and counts on between two of its reports', () => {
    const { fleet, claim, send } = aFleet()
    const limits = { smsctl_day: { used: 98, limit: 100 }, dur_day: { used: 9, limit: 9 } }
    fleet.sight(aSighting('box1/1', { limits }))
    send()
    send()
    assert.equal(claim(), 'no sendable SIM: 1 at limit')
    assert.equal(fleet.get('box1/1')?.hindrance, 'at limit: smsctl_day 100')
    fleet.sight(aSighting('box1/1', { limits: { smsctl_day: { used: 0, limit: -1 } } }))
    assert.equal(claim(), 'box1/1')
  })

  test('is suspect after failures in a row, for a time, until success or until somebody says otherwise', () => {
    const { fleet, timers, send, claim } = aFleet({ rules: { ...RULES, suspectAfter: 3 } })
    fleet.sight(aSighting('box1/1'))
    for (let i = 0; i < 2; i++) send({}, BAD_LINE)
    send()
    for (let i = 0; i < 2; i++) send({}, BAD_LINE)
    send({}, { kind: 'refused', fault: 'number', reason: 'x' })
    assert.equal(send({}, BAD_LINE), 'box1/1')
    assert.equal(claim(), 'no sendable SIM: 1 suspect')
    assert.match(fleet.get('box1/1')?.hindrance ?? '', /^suspect after 3 failures/)
    timers.advance(600_010)
    assert.equal(send({}, BAD_LINE), 'box1/1')
    assert.equal(claim(), 'no sendable SIM: 1 suspect')
    fleet.lock('box1/1', false)
    assert.equal(send(), 'box1/1')
    assert.equal(fleet.get('box1/1')?.failuresInRow, 0)
  })
})

describe('a card', () => {
  test('keeps its counts in another port, in another day, and after a restart', async () => {
    const store = memoryGateways()
    const timers = atTime(Date.UTC(2026, 10, 30, 23, 59, 50))
    const first = aFleet({ store, timers })
    first.fleet.sight(aSighting('box1/1', { sim: { number: '+15550100201' } }))
    first.send({ to: '+1' })
    first.fleet.sight(aSighting('box1/1', { sim: { iccid: '8901', imsi: '001', number: '+15550100201' } }))
    first.send({ to: '+1' })
    first.send({ to: '+2' })
    first.send({ to: '+2' }, BAD_LINE)
    first.fleet.received('box1/1', '+2')
    first.fleet.sight(aSighting('box2/7', { sim: { iccid: '8901' } }))
    const counts = first.fleet.get('box2/7')?.counts
    assert.deepEqual(counts?.sent, { day: 3, month: 3, total: 3 })
    assert.deepEqual([counts?.failed.day, counts?.received.day, counts?.recipients], [1, 1, 2])
    first.fleet.lock('box2/7', true)
    const again = aFleet({ timers, kept: await store.loadSims(0) })
    again.fleet.sight(aSighting('box3/1', { sim: { iccid: '8901' } }))
    assert.deepEqual(again.fleet.get('box3/1')?.counts, counts)
    assert.equal(again.fleet.get('box3/1')?.lockedHere, true)
    timers.advance(10_000)
    const later = again.fleet.get('box3/1')?.counts
    assert.deepEqual(later?.sent, { day: 0, month: 0, total: 3 }, 'December')
    assert.equal(later?.recipients, 0)
  })

  test('counts what it has sent, also when another one is in its line by then', () => {
    const { fleet, claim } = aFleet()
    fleet.sight(aSighting('box1/1', { sim: { iccid: '1' } }))
    const id = claim()
    fleet.sight(aSighting('box1/1', { sim: { iccid: '2' } }))
    fleet.release(id, '+1', SENT)
    const totals = Array.from(fleet.cards(), ({ key, counts }) => [key, counts.sent.total])
    assert.deepEqual(totals, [
      ['iccid:1', 1],
      ['iccid:2', 0],
    ])
  })

  test('is another one when its number differs: facts of the one before do not stay', () => {
    const { fleet } = aFleet()
    fleet.sight(aSighting('box1/1', { sim: { iccid: '1', number: '+1', balance: '3' } }))
    fleet.sight(aSighting('box1/1', { sim: { iccid: '2' } }))
    assert.deepEqual(fleet.get('box1/1')?.sim, { iccid: '2' })
  })

  test('rests between texts, from milliseconds to hours, also over a restart', async () => {
    const store = memoryGateways()
    const { fleet, timers, send, claim, wish } = aFleet({ store, rules: { ...RULES, pacingMs: 500 } })
    let freed = 0
    fleet.onFree(() => freed++)
    fleet.sight(aSighting('box1/1'))
    assert.equal(freed, 1)
    send()
    assert.equal(claim(), 'no sendable SIM: 1 resting')
    timers.advance(510)
    assert.equal(freed, 2)
    send({ pacingMs: 2 * 3_600_000 })
    timers.advance(3_600_000)
    assert.equal(claim(), 'no sendable SIM: 1 resting')
    const refused = fleet.claim(wish({ targets: ['box1/1'] }))
    assert.ok(!refused.ok && refused.error.againMs === 3_600_000)
    const again = aFleet({ timers, kept: await store.loadSims(0) })
    again.fleet.sight(aSighting('box1/1'))
    assert.equal(again.claim(), 'no sendable SIM: 1 resting')
    timers.advance(3_600_010)
    assert.equal(again.claim(), 'box1/1')
  })

  test('texts so many different numbers a month, and goes on with those that it knows', () => {
    const { fleet, send, claim, heard } = aFleet({ rules: { ...RULES, recipientsPerMonth: 2 } })
    fleet.sight(aSighting('box1/1'))
    send({ to: '+1' })
    assert.equal(fleet.get('box1/1')?.restriction, undefined)
    const told = heard.length
    send({ to: '+2' })
    send({ to: '+1' })
    assert.equal(heard.length, told + 1)
    const { hindrance, restriction } = fleet.get('box1/1') ?? {}
    assert.deepEqual([hindrance, restriction], [undefined, 'at limit for new numbers: 2 a month'])
    assert.equal(claim({ to: '+3' }), 'no sendable SIM: 1 at limit')
    assert.equal(send({ to: '+2' }), 'box1/1')
    fleet.lock('box1/1', true)
    assert.equal(fleet.get('box1/1')?.restriction, undefined, 'more than that stands against it')
  })

  test('is free again with the next day', () => {
    const timers = atTime(Date.UTC(2026, 10, 21, 23, 59, 50))
    const { fleet, send, claim, heard } = aFleet({ rules: { ...RULES, perDay: 1 }, timers })
    fleet.sight(aSighting('box1/1'))
    send()
    assert.equal(claim(), 'no sendable SIM: 1 at limit')
    const told = heard.length
    timers.advance(10_010)
    assert.equal(heard.length, told + 1)
    assert.equal(claim(), 'box1/1')
  })
})

describe('a claim', () => {
  test('goes round all lines, or takes the least used, or the one that the number knows', () => {
    const { fleet, send, claim } = aFleet()
    for (const line of ['a/1', 'a/2', 'b/1']) fleet.sight(aSighting(line))
    assert.deepEqual(
      Array.from({ length: 6 }, () => send()),
      ['a/1', 'a/2', 'b/1', 'a/1', 'a/2', 'b/1'],
    )
    send({ targets: ['b'] })
    const least = Array.from({ length: 2 }, () => send({ strategy: 'least_used' })).sort()
    assert.deepEqual(least, ['a/1', 'a/2'])
    send({ targets: ['a/2'], to: '+7' })
    for (let i = 0; i < 3; i++) assert.equal(send({ strategy: 'sticky', to: '+7' }), 'a/2')
    fleet.received('b/1', '+7')
    assert.equal(claim({ strategy: 'sticky', to: '+7' }), 'b/1')
    assert.match(claim({ strategy: 'sticky', to: '+7' }), /line of this conversation is busy/)
    fleet.lose('b', undefined, 'gone')
    assert.match(claim({ strategy: 'sticky', to: '+7' }), /^a\//)
  })

  test('leaves out lines that have refused the text, and says that this is about it alone', () => {
    const { fleet, wish } = aFleet()
    for (const line of ['a/1', 'a/2']) fleet.sight(aSighting(line))
    const first = fleet.claim(wish({ not: new Set(['a/1']) }))
    assert.equal(first.ok && first.value.id, 'a/2')
    const none = fleet.claim(wish({ not: new Set(['a/1']) }))
    assert.deepEqual(!none.ok && none.error, { reason: 'no sendable SIM: 1 busy, 1 tried', own: true })
  })

  test('is refused in quiet hours until they end', () => {
    const at = new Date(2026, 10, 21, 6, 58).getTime()
    const quiet = parseHours('22:00-07:00')
    assert.ok(quiet)
    const { fleet, wish, timers } = aFleet({ quiet, timers: atTime(at) })
    fleet.sight(aSighting('a/1'))
    const refused = fleet.claim(wish())
    assert.deepEqual(!refused.ok && refused.error, { reason: 'quiet hours', againMs: 120_000 })
    timers.advance(120_000)
    assert.ok(fleet.claim(wish()).ok)
  })

  test('costs the same for one line and for 5,000', () => {
    const { fleet, send, claim } = aFleet({ rules: { ...RULES, recipientsPerMonth: 1 } })
    for (let n = 0; n < 5000; n++) fleet.sight(aSighting(`box${n % 100}/${n}`, { sim: { imsi: `${n}` } }))
    const ids = new Set<string>()
    for (let n = 0; n < 5000; n++) ids.add(send({ to: `+${n}` }))
    assert.equal(ids.size, 5000, 'each one once')
    assert.match(claim({ to: '+x' }), /5000 at limit/)
  })
})
