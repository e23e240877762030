import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createHandClock, createTimers } from './timers.ts'

test('timers run in the order in which they come due, across all levels of the wheel', () => {
  const timers = createHandClock()
  const heard: number[] = []
  const delays = [5, 500, 2600, 30_000, 700_000, 90_000_000]
  for (const delay of delays.toReversed()) timers.after(delay, () => heard.push(delay))
  timers.advance(490)
  assert.deepEqual(heard, [5])
  timers.advance(700_020)
  assert.deepEqual(heard, [5, 500, 2600, 30_000, 700_000])
  assert.equal(timers.armed, 1)
  timers.advance(90_000_000)
  assert.deepEqual(heard, delays)
  assert.equal(timers.armed, 0)
})

test('a cancelled timer does not run, and cancelling twice or late is harmless', () => {
  const timers = createHandClock()
  let ran = 0
  const one = timers.after(100, () => ran++)
  const two = timers.after(100, () => ran++)
  one.cancel()
  one.cancel()
  timers.advance(200)
  two.cancel()
  assert.deepEqual([ran, timers.armed], [1, 0])
})

test('a timer never runs before its time', () => {
  const timers = createHandClock()
  for (let delay = 0; delay < 6000; delay += 7) {
    const start = timers.clock.nowMs()
    timers.after(delay, () => assert.ok(timers.clock.nowMs() - start >= delay))
    timers.advance(3)
  }
  timers.advance(10_000)
  assert.equal(timers.armed, 0)
})

test('the process clock wakes for a timer that is sooner than the one it waits for', async () => {
  const timers = createTimers()
  const heard: string[] = []
  const keepAlive = setTimeout(() => {}, 10_000)
  timers.after(5000, () => heard.push('late'))
  await new Promise<void>((done) => {
    timers.after(20, () => {
      heard.push('soon')
      done()
    })
  })
  clearTimeout(keepAlive)
  assert.deepEqual(heard, ['soon'])
})

test('an idle house wakes rarely: a far timer costs no tick of its own', async () => {
  let asked = 0
  const nowMs = (): number => {
    asked++
    return performance.now()
  }
  const clock = { nowMs, wallMs: Date.now }
  const timers = createTimers(clock)
  const far = timers.after(60_000, () => {})
  const before = asked
  await new Promise((done) => setTimeout(done, 300))
  far.cancel()
  assert.ok(asked - before <= 8, `${asked - before} looks at the clock in 300 ms`)
})
