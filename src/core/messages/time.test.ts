import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRandom } from '#lib/random'
import { createHandClock } from '#lib/timers'
import { aMessageHouse } from '../../../test/support/message-house.ts'
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
    const now = createSteadyClock(clock, (_oldMs, byMs) => void sets.push(byMs))
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

describe('messages when the clock is set', () => {
  const DAY = 86_400_000
  const AWAY = { kind: 'away' as const, reason: 'gone' }
  const aHouse = async () => {
    const timers = createHandClock()
    const { clock } = timers
    let byMs = 0
    const wallMs = clock.wallMs
    clock.wallMs = () => wallMs() + byMs
    const house = await aMessageHouse({ timers, script: () => AWAY })
    const set = async (ms: number) => {
      byMs = ms
      for (let i = 0; i < 40; i++) await house.pass(10_000)
    }
    return { ...house, set }
  }

  test('ahead for good: what waits lasts as long as it would have, and expires then', async () => {
    const { accepted, stateOf, set, pass, settle, lines } = await aHouse()
    const id = await accepted({ validityS: 3600 })
    await settle()
    await set(365 * DAY)
    assert.ok(lines.some((line) => line === `warn the clock was set by ${365 * 86_400} s`))
    assert.equal(await stateOf(id), 'queued')
    const later = await accepted({ validityS: 3600 })
    for (let i = 0; i < 5; i++) await pass(600_000)
    assert.equal(await stateOf(id), 'queued')
    await pass(300_000)
    await pass(6000)
    assert.equal(await stateOf(id), 'expired')
    assert.equal(await stateOf(later), 'queued')
  })

  test('back and ahead again: order stays, nothing expires before its time', async () => {
    const { accepted, stateOf, set, messages } = await aHouse()
    const ids = [await accepted()]
    await set(-365 * DAY)
    ids.push(await accepted())
    await set(0)
    ids.push(await accepted())
    assert.deepEqual(ids, [...ids].sort())
    for (const id of ids) assert.equal(await stateOf(id), 'queued')
    assert.deepEqual(
      (await messages.list({ limit: 9 })).map(({ id }) => id),
      [...ids].reverse(),
    )
  })
})
