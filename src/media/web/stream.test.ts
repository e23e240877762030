import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { ALAW_TO_ULAW, ULAW_TO_ALAW } from '../g711.ts'
import { createMemory, PACKET } from '../memory.ts'
import { Reception } from './reception.ts'
import { Stream } from './stream.ts'

describe('a stream of ours', () => {
  const memory = createMemory(2)
  const pass = (
    stream: Stream,
    source: string,
    [ssrc, sequence, timestamp]: [number, number, number],
    nowMs: number,
    rate = 8000,
  ) => {
    const { view } = memory
    view.setUint16(PACKET + 2, sequence)
    view.setUint32(PACKET + 4, timestamp)
    view.setUint32(PACKET + 8, ssrc)
    const joins = stream.take(memory, source, rate, 172, nowMs)
    return {
      joins,
      ssrc: view.getUint32(PACKET + 8),
      sequence: view.getUint16(PACKET + 2),
      timestamp: view.getUint32(PACKET + 4),
    }
  }

  test('keeps gaps and disorder as they came', () => {
    const stream = new Stream(77)
    const first = pass(stream, 'a', [1, 65_535, 100], 1000)
    assert.ok(first.joins)
    const late = pass(stream, 'a', [1, 2, 580], 1060)
    const early = pass(stream, 'a', [1, 1, 420], 1061)
    assert.equal(first.ssrc, 77)
    assert.equal((late.sequence - first.sequence) & 0xffff, 3)
    assert.equal((early.sequence - first.sequence) & 0xffff, 2)
    assert.equal((late.timestamp - first.timestamp) >>> 0, 480)
    assert.ok(!late.joins && !early.joins)
  })

  test('goes on one further when another source begins, and in its own time', () => {
    const stream = new Stream(77)
    const before = pass(stream, 'a', [1, 500, 8000], 1000)
    const after = pass(stream, 'b', [9, 7, 123_456_789], 3000)
    assert.ok(after.joins)
    assert.equal((after.sequence - before.sequence) & 0xffff, 1)
    assert.equal((after.timestamp - before.timestamp) >>> 0, 16_000)
    const other = pass(stream, 'b', [10, 60_000, 5], 3020)
    assert.equal((other.sequence - after.sequence) & 0xffff, 1)
    assert.equal((other.timestamp - after.timestamp) >>> 0, 160)
  })

  test('takes a leap of its source for a new beginning', () => {
    const stream = new Stream(77)
    const before = pass(stream, 'a', [1, 500, 8000], 1000)
    assert.equal((pass(stream, 'a', [1, 5000, 8160], 1020).sequence - before.sequence) & 0xffff, 1)
    assert.equal((pass(stream, 'a', [1, 100, 8320], 1040).sequence - before.sequence) & 0xffff, 2)
  })

  test('never moves its clock back, whatever the sources say', () => {
    const stream = new Stream(77)
    let last = pass(stream, 's0', [0, 0, 0], 1000).timestamp
    for (let i = 1; i < 200; i++) {
      const { timestamp } = pass(
        stream,
        `s${i % 3}`,
        [i % 5, (i * 7919) & 0xffff, (i * 2_654_435_761) >>> 0],
        1000 + i * 20,
        i % 2 ? 8000 : 48_000,
      )
      assert.ok((timestamp - last) >>> 0 < 0x8000_0000)
      last = timestamp
    }
  })
})

describe('reception, RFC 3550 appendix A', () => {
  test('counts what is missing, over the end of the numbers, and across sources', () => {
    const reception = new Reception()
    assert.equal(reception.block(0), undefined)
    for (const sequence of [65_534, 65_535, 1, 2]) reception.note(5, sequence, 0, 8000, 0)
    assert.equal(reception.lost, 1)
    const block = reception.block(0)
    assert.equal(block?.highestSequence, 65_536 + 2)
    assert.equal(block?.fractionLost, Math.floor(256 / 5))
    assert.equal(reception.block(0)?.fractionLost, 0)
    reception.note(6, 100, 0, 8000, 0)
    assert.deepEqual([reception.lost, reception.packets], [1, 1])
  })

  test('tells of jitter and of the last report', () => {
    const reception = new Reception()
    for (let i = 0; i < 100; i++) reception.note(5, i, i * 160, 8000, i * 20 + (i % 2) * 8)
    assert.ok(Math.abs(reception.jitterMs - 8) < 1)
    reception.noteReport(5, 0xabcd, 2000)
    assert.deepEqual([reception.block(3000)?.lastSr, reception.block(3000)?.delay], [0xabcd, 65_536])
    reception.noteReport(99, 1, 2000)
    assert.equal(reception.block(3000)?.lastSr, 0xabcd)
  })
})

test('the two laws are next to each other, and go back to where they came from but for steps that the other has not', () => {
  for (let octet = 0; octet < 256; octet++) {
    const there = ULAW_TO_ALAW[octet] as number
    const back = ALAW_TO_ULAW[there] as number
    const distance = Math.abs((back & 0x7f) - (octet & 0x7f))
    assert.ok(distance <= 1 || (octet & 0x7f) > 0x60, `${octet} ${back}`)
    assert.equal(back & 0x80, octet & 0x80)
  }
})
