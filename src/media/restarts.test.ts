import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHandClock } from '#lib/timers'
import { createRestarts } from './restarts.ts'

const aHouse = () => {
  const timers = createHandClock()
  let starts = 0
  const restarts = createRestarts({
    nowMs: () => timers.clock.nowMs(),
    later: (delayMs, run) => timers.after(delayMs, run),
    start: () => starts++,
  })
  return { timers, restarts, starts: () => starts }
}

test('workers that die young are replaced ever more slowly, up to 30 s', () => {
  const { timers, restarts, starts } = aHouse()
  const delays: number[] = []
  for (let death = 0; death < 8; death++) {
    const { delayMs } = restarts.died()
    delays.push(delayMs)
    assert.equal(starts(), delayMs === 0 ? death + 1 : death, 'not before its time')
    timers.advance(delayMs + 10)
    assert.equal(starts(), death + 1)
  }
  assert.deepEqual(delays, [0, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000])
  timers.advance(20_000)
  assert.deepEqual(restarts.died(), { delayMs: 0, again: false }, 'one that lived is replaced at once')
})

test('nothing starts after the end', () => {
  const { timers, restarts, starts } = aHouse()
  restarts.died()
  restarts.died()
  restarts.end()
  timers.advance(60_000)
  assert.equal(starts(), 1)
})
