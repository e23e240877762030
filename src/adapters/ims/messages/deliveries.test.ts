import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createHandClock } from '#lib/timers'
import { attemptOf, namedBy } from './attempt.ts'
import { createDeliveries, type Report, type Reported } from './deliveries.ts'

const reported: Reported = { verdict: { kind: 'ack' }, settle: () => {} }
const word = (more: Partial<Report>): Report => ({
  ...{ impi: 'ann', named: undefined, reference: -1, ...reported },
  ...more,
})

const anOffice = () => {
  const timers = createHandClock()
  const deliveries = createDeliveries(timers.clock)
  const heard: string[] = []
  const open = (impi: string, id: string, part: number, reference: number) => {
    const delivery = { impi, id, part, reference, onReport: () => void heard.push(`${id} ${part}`) }
    deliveries.open(delivery)
    return delivery
  }
  return { timers, deliveries, heard, open }
}

describe('a word of a handset', () => {
  test('finds its part by name, else by reference, and only within its subscriber', () => {
    const { deliveries, heard, open } = anOffice()
    open('ann', 'm1', 0, 7)
    open('ben', 'm2', 1, 7)
    assert.equal(deliveries.take(word({ named: { id: 'm1', part: 0 } })), true)
    assert.equal(deliveries.take(word({ reference: 7 })), true)
    assert.equal(deliveries.take(word({ impi: 'ben', reference: 7 })), true)
    assert.equal(deliveries.take(word({ named: { id: 'm2', part: 1 } })), false)
    assert.equal(deliveries.take(word({ named: { id: 'm1', part: 1 }, reference: 7 })), false)
    assert.equal(deliveries.take(word({ impi: 'carol', reference: 7 })), false)
    assert.deepEqual(heard, ['m1 0', 'm1 0', 'm2 1'])
  })

  test('finds nothing that has ended, but what has taken its place', () => {
    const { deliveries, heard, open } = anOffice()
    const first = open('ann', 'm1', 0, 7)
    open('ann', 'm1', 0, 8)
    deliveries.close(first)
    assert.equal(deliveries.take(word({ reference: 7 })), false)
    assert.equal(deliveries.take(word({ named: { id: 'm1', part: 0 } })), true)
    assert.deepEqual(heard, ['m1 0'])
    assert.equal(deliveries.size, 1)
  })

  test('that came too early is kept for a while, for its subscriber, and once', () => {
    const { timers, deliveries } = anOffice()
    const part = { id: 'm1', part: 0 }
    deliveries.keepEarly(part, 'ann', reported)
    assert.equal(deliveries.takeEarly(part, 'ben'), undefined)
    deliveries.keepEarly(part, 'ann', reported)
    assert.equal(deliveries.takeEarly(part, 'ann'), reported)
    assert.equal(deliveries.takeEarly(part, 'ann'), undefined)
    deliveries.keepEarly(part, 'ann', reported)
    timers.advance(16 * 60_000)
    assert.equal(deliveries.takeEarly(part, 'ann'), undefined)
  })

  test('that came too early pushes the oldest of too many out', () => {
    const { deliveries } = anOffice()
    for (let at = 0; at < 2001; at++) deliveries.keepEarly({ id: `m${at}`, part: 0 }, 'ann', reported)
    assert.equal(deliveries.takeEarly({ id: 'm0', part: 0 }, 'ann'), undefined)
    assert.equal(deliveries.takeEarly({ id: 'm1', part: 0 }, 'ann'), reported)
  })
})

test('the name of an attempt tells its message and part; others name nothing', () => {
  const { callId } = attemptOf({ id: '1m7z8mm8g00000pe9h', attempts: 12 }, 3, 'text', 'tandem.test')
  assert.deepEqual(namedBy(callId), { id: '1m7z8mm8g00000pe9h', part: 3 })
  for (const other of ['', 'x', 'a.b.c@d', 'a.1@d', 'a.1.2', 'a.1.2@', '.1.2@d', `${'a'.repeat(100)}.1.2@d`])
    assert.deepEqual(namedBy(other) && other, other === 'a.1.2@' ? other : undefined, other)
})

test('neighbouring attempts have references of their own', () => {
  const references = [0, 1, 2].flatMap((attempts) =>
    [0, 1, 2].map((part) => attemptOf({ id: '1m7z8mm8g00000pe9h', attempts }, part, 'sms', 'x').reference),
  )
  assert.equal(new Set(references).size, references.length)
  assert.ok(references.every((reference) => reference >= 0 && reference < 256))
})
