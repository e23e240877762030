import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRandom } from '#lib/random'
import { createIds } from './ids.ts'
import { createSteadyClock } from './steady-clock.ts'

describe('ids of messages', () => {
  test('grow within a millisecond, with the clock, against the clock and over a restart', () => {
    let now = 1_700_000_000_000
    const wall = () => now
    const random = createRandom()
    let next = createIds(random, wall)
    const ids: string[] = []
    const some = (count: number) => {
      for (let i = 0; i < count; i++) ids.push(next())
    }
    some(40_000)
    now += 1
    some(10)
    now -= 1_000_000
    some(10)
    next = createIds(random, wall, ids.at(-1))
    some(10)
    now += 5_000_000_000_000
    some(10)
    assert.deepEqual(ids, [...ids].sort())
    assert.equal(new Set(ids).size, ids.length)
    assert.ok(ids.every((id) => /^[0-9a-z]{18}$/.test(id)))
  })

  test('cannot be guessed from others', () => {
    const next = createIds(createRandom(), () => 1)
    const tails = new Set(Array.from({ length: 1000 }, () => next().slice(12)))
    assert.ok(tails.size > 990)
  })
})

describe('the steady clock', () => {
  const aClock = () => {
    const at = { mono: 0, wall: 1_000_000_000 }
    const sets: number[] = []
    const clock = { nowMs: () => at.mono, wallMs: () => at.wall }
    const now = createSteadyClock(clock, (byMs) => void sets.push(byMs))
    const pass = (ms: number, byMs = 0) => {
      at.mono += ms
      at.wall += ms + byMs
    }
    return { now, pass, sets }
  }

  test('follows a clock that is adjusted a little', () => {
    const { now, pass, sets } = aClock()
    for (let i = 0; i < 100; i++) {
      pass(10_000, 900)
      assert.equal(now(), 1_000_000_000 + (i + 1) * 10_900)
    }
    assert.deepEqual(sets, [])
  })

  test('goes on through a jump that is taken back', () => {
    const { now, pass, sets } = aClock()
    const year = 365 * 86_400_000
    for (const jump of [year, -year]) {
      pass(1000, jump)
      const before = now()
      pass(200_000)
      assert.equal(now() - before, 200_000)
      pass(1000, -jump)
      now()
      pass(400_000)
      now()
    }
    assert.deepEqual(sets, [])
  })

  test('believes a new time that stands, and says by how much it was set', () => {
    const { now, pass, sets } = aClock()
    pass(0, -3_600_000)
    for (let i = 0; i < 40; i++) {
      now()
      pass(10_000)
    }
    assert.deepEqual(sets, [-3_600_000])
    assert.equal(now(), 1_000_000_000 + 400_000 - 3_600_000)
  })
})
