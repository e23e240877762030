import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createHandClock } from '#lib/timers'
import type { PairPlan } from './commands.ts'
import { createPortPool, createPortRange, QUARANTINE_MS } from './ports.ts'

const aPool = (portMin: number, portMax: number, refused: number[] = []) => {
  const timers = createHandClock()
  const nowMs = () => timers.clock.nowMs()
  const range = createPortRange(portMin, portMax, nowMs)
  const asked: PairPlan[] = []
  let slots = 0
  const spokenTo = new Set<number>()
  const pool = createPortPool({
    ...{ bind: '192.0.2.1', range, nowMs },
    takeSlot: () => slots++ * 2,
    giveSlot: () => {},
    heard: (slot) => spokenTo.has(slot),
    forget: (slot) => spokenTo.delete(slot),
    open: (pairs) => {
      asked.push(...pairs)
      queueMicrotask(() => {
        for (const { slot, port } of pairs) pool.onOpened(slot, !refused.includes(port))
      })
    },
  })
  return { pool, timers, asked, spokenTo }
}

describe('a pool of ports', () => {
  test('binds even ports of its range, each with the odd one after it', async () => {
    const { pool, asked } = aPool(10_001, 10_008)
    assert.equal(await pool.grow(), true)
    assert.deepEqual(
      asked.map(({ port }) => port),
      [10_002, 10_004, 10_006],
    )
    assert.equal(await pool.grow(), false)
  })

  test('grows ahead of need, as far as the range', async () => {
    const { pool, asked } = aPool(10_000, 10_099)
    await pool.grow()
    assert.equal(asked.length, 16)
    for (let i = 0; i < 12; i++) assert.ok(pool.take())
    await pool.grow()
    assert.equal(asked.length, 32)
    let taken = 12
    for (;;) {
      if (pool.take()) taken++
      else if (!(await pool.grow())) break
    }
    assert.equal(taken, 50)
    assert.equal(new Set(asked.map(({ slot }) => slot)).size, 50)
  })

  test('lets a freed pair rest before another call gets it', async () => {
    const { pool, timers, spokenTo } = aPool(10_000, 10_001)
    await pool.grow()
    const pair = pool.take()
    assert.ok(pair)
    spokenTo.add(pair.slot)
    pool.give(pair)
    timers.advance(QUARANTINE_MS - 10)
    assert.equal(pool.take(), undefined)
    timers.advance(10)
    assert.equal(pool.take(), pair)
  })

  test('gives a pair that nobody spoke to at once to the next call', async () => {
    const { pool } = aPool(10_000, 10_001)
    await pool.grow()
    const pair = pool.take()
    assert.ok(pair)
    pool.give(pair)
    assert.equal(pool.take(), pair)
  })

  test('lets a free pair rest when somebody sends to it', async () => {
    const { pool, timers, spokenTo } = aPool(10_000, 10_001)
    await pool.grow()
    const pair = pool.take()
    assert.ok(pair)
    pool.give(pair)
    spokenTo.add(pair.slot)
    assert.equal(pool.take(), undefined)
    timers.advance(QUARANTINE_MS)
    assert.equal(pool.take(), pair)
  })

  test('does without ports that somebody else holds, and tries them again later', async () => {
    const refused = [10_000]
    const { pool, timers } = aPool(10_000, 10_003, refused)
    assert.equal(await pool.grow(), true)
    assert.equal(pool.take()?.port, 10_002)
    assert.equal(await pool.grow(), false)
    refused.length = 0
    timers.advance(5000)
    assert.equal(await pool.grow(), true)
    assert.equal(pool.take()?.port, 10_000)
  })

  test('goes on behind a stretch that somebody else holds, and ends when all of it is held', async () => {
    const held = Array.from({ length: 100 }, (_, at) => 10_000 + 2 * at)
    const { pool } = aPool(10_000, 10_203, held)
    assert.equal(await pool.grow(), true)
    assert.deepEqual([pool.take()?.port, pool.take()?.port].toSorted(), [10_200, 10_202])
    assert.equal(await aPool(10_000, 10_199, held).pool.grow(), false)
  })
})
