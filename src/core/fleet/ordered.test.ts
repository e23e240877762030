import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createOrdered } from './ordered.ts'

test('keys are in their order, whatever order they came and went in', () => {
  const ordered = createOrdered()
  const there = new Set<string>()
  let seed = 7
  const next = (most: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return (seed >>> 8) % most
  }
  for (let i = 0; i < 20_000; i++) {
    const key = `k${next(4000)}`
    if (next(3) > 0) {
      ordered.add(key)
      there.add(key)
    } else {
      ordered.delete(key)
      there.delete(key)
    }
  }
  const sorted = [...there].sort()
  assert.ok(sorted.length > 2000)
  assert.deepEqual([...ordered.from()], sorted)
  for (const after of ['', 'k1', 'k2000', sorted[700] as string, sorted.at(-1) as string, 'z'])
    assert.deepEqual(
      [...ordered.from(after)],
      sorted.filter((key) => key > after),
    )
  for (const key of sorted) ordered.delete(key)
  assert.deepEqual([...ordered.from()], [])
  ordered.add('again')
  assert.deepEqual([...ordered.from()], ['again'])
})
