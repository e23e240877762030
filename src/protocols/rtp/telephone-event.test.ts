import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeTelephoneEvent, digitOf, encodeTelephoneEvent, eventOf } from './telephone-event.ts'

test('an event is four octets, RFC 4733 §2.3', () => {
  const event = { event: 11, end: true, volume: 10, duration: 1600 }
  assert.deepEqual(encodeTelephoneEvent(event), Uint8Array.of(11, 0x8a, 6, 64))
  assert.deepEqual(decodeTelephoneEvent(encodeTelephoneEvent(event)), { ok: true, value: event })
  assert.deepEqual(decodeTelephoneEvent(new Uint8Array(3)), { ok: false, error: 'short' })
})

test('keys have numbers and numbers keys', () => {
  for (const digit of '0123456789*#ABCD!') assert.equal(digitOf(eventOf(digit) as number), digit)
  assert.equal(eventOf('a'), 12)
  assert.equal(eventOf('12'), undefined)
  assert.equal(eventOf(''), undefined)
  assert.equal(digitOf(17), undefined)
})
