import assert from 'node:assert/strict'
import { test } from 'node:test'
import { KEPT, Resends, unanswered } from './resends.ts'

const packet = (sequence: number): Uint8Array => new Uint8Array(1200).fill(sequence & 255)

test('what was sent lately is there again, and older things are not', () => {
  const resends = new Resends()
  const place = new Uint8Array(2000)
  for (let sequence = 65_500; sequence < 65_500 + KEPT + 10; sequence++)
    resends.keep(sequence & 0xffff, packet(sequence), 0, 1200, 0)
  assert.ok(!resends.has(65_509))
  assert.equal(resends.take(65_509, place, 0, 100), 0)
  assert.equal(resends.take(65_510, place, 100, 100), 1200)
  assert.deepEqual(place.subarray(100, 1300), packet(65_510))
  assert.equal(resends.take(3, place, 0, 100), 1200)
})
test('nothing goes out again at once, and not any number', () => {
  const resends = new Resends()
  const place = new Uint8Array(2000)
  for (let sequence = 0; sequence < KEPT; sequence++) resends.keep(sequence, packet(sequence), 0, 1200, 1000)
  assert.equal(resends.take(1, place, 0, 1010), 0)
  const sent = (nowMs: number): number => {
    let count = 0
    for (let sequence = 0; sequence < KEPT; sequence++) if (resends.take(sequence, place, 0, nowMs)) count++
    return count
  }
  assert.equal(sent(1100), 50)
  assert.equal(sent(1110), 0)
  assert.equal(sent(1250), 50)
})
test('what is longer than a network takes is not kept', () => {
  const resends = new Resends()
  resends.keep(5, new Uint8Array(3000), 0, 1500, 0)
  assert.ok(!resends.has(5))
})
test('a list is answered number by number, and the rest is a list', () => {
  const asked: number[] = []
  const left = unanswered(Uint8Array.of(0xff, 0xff, 0x80, 0x03, 0, 9, 0, 0), (sequence) => {
    asked.push(sequence)
    return sequence !== 1 && sequence !== 9
  })
  assert.deepEqual(asked, [65_535, 0, 1, 15, 9])
  assert.deepEqual(left, Uint8Array.of(0, 1, 0, 0, 0, 9, 0, 0))
  assert.equal(unanswered(Uint8Array.of(1, 2, 3), () => false).length, 0)
})
