import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createLanes, type Lane } from './lanes.ts'

const go = (lane: Lane | undefined): Lane => {
  assert.ok(lane)
  lane.busy = true
  return lane
}

describe('lanes', () => {
  test('let one event of a subject go at a time, and subjects in the order of their events', () => {
    const lanes = createLanes()
    for (const [subject, seq] of [
      ['a', 1],
      ['b', 2],
      ['a', 3],
      ['c', 4],
    ] as const)
      lanes.add(subject, seq)
    const [a, b, c] = [go(lanes.next(0)), go(lanes.next(0)), go(lanes.next(0))]
    assert.deepEqual([a.seqs, b.seqs, c.seqs], [[1, 3], [2], [4]])
    assert.equal(lanes.next(0), undefined)
    lanes.done(a)
    assert.deepEqual(lanes.next(0)?.seqs, [3])
    assert.equal(lanes.count, 3)
  })

  test('pass by one whose first event waits for its time', () => {
    const lanes = createLanes()
    for (const [subject, seq] of [
      ['a', 1],
      ['a', 2],
      ['b', 3],
    ] as const)
      lanes.add(subject, seq)
    lanes.failed(go(lanes.next(0)), 5000)
    assert.equal(go(lanes.next(0)).subject, 'b')
    assert.equal(lanes.next(4999), undefined)
    assert.equal(lanes.nextAtMs(), 5000)
    assert.equal(lanes.retrying, 2)
    const again = lanes.next(5000)
    assert.deepEqual([again?.seqs[0], again?.attempts], [1, 1])
    lanes.done(go(again))
    assert.deepEqual([lanes.next(0)?.seqs, lanes.next(0)?.attempts], [[2], 0])
  })

  test('forget what will be read again, but not what is under way', () => {
    const lanes = createLanes()
    for (const [subject, seq] of [
      ['a', 5],
      ['a', 6],
      ['b', 7],
      ['c', 2],
    ] as const)
      lanes.add(subject, seq)
    const a = go(lanes.next(0))
    lanes.dropAfter(3)
    assert.deepEqual([a.seqs, lanes.count], [[5], 2])
    assert.equal(lanes.next(0)?.subject, 'c')
    lanes.add('a', 5)
    assert.equal(lanes.count, 2)
  })
})
