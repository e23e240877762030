import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createHandClock } from '#lib/timers'
import { Answers } from './answers.ts'

/** Repeatable noise. */
const createNoise = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed / 0x100000000
}

describe('the answers kept for repetitions', () => {
  test('are what was put there, each for its time, the oldest pushed out first: as a plain queue would have it', () => {
    const clock = createHandClock()
    const noise = createNoise(7)
    const answers = new Answers({ timers: clock, holdMs: 32_000, limit: 1000, octets: 1 << 18 })
    const put: { print: number; text: string }[] = []
    for (let i = 0; i < 20_000; i++) {
      // Few low halves, so that searches collide.
      const print = Math.floor(noise() * 0x1fffff) * 0x100000000 + Math.floor(noise() * 700)
      const text = `${i} ${'x'.repeat(Math.floor(noise() * noise() * 3000))}`
      if (answers.get(print) !== undefined) continue
      const before = answers.pushedOut + answers.size
      answers.put(print, text)
      assert.equal(answers.pushedOut + answers.size, before + 1)
      put.push({ print, text })
      if (i % 50 === 0) {
        const kept = put.slice(put.length - answers.size)
        for (const { print: known, text: expected } of kept) assert.equal(answers.get(known), expected)
        const gone = put[put.length - answers.size - 1]
        if (gone) assert.equal(answers.get(gone.print), undefined)
      }
      assert.ok(answers.size <= 1000)
    }
    assert.ok(answers.pushedOut > 15_000)
    clock.advance(33_100)
    assert.deepEqual([answers.size, clock.armed], [0, 0])
    assert.equal(answers.get(put.at(-1)?.print ?? 0), undefined)
  })

  test('leave in the order of their coming, none before its time and none long after', () => {
    const clock = createHandClock()
    const answers = new Answers({ timers: clock, holdMs: 32_000, limit: 100_000, octets: 1 << 24 })
    const noise = createNoise(3)
    const due: { print: number; at: number }[] = []
    for (let print = 1; print < 5000; print++) {
      answers.put(print, `answer ${print}`)
      due.push({ print, at: clock.clock.nowMs() + 32_000 })
      clock.advance(Math.floor(noise() * 4) * 10)
      const now = clock.clock.nowMs()
      while (due[0] && answers.get(due[0].print) === undefined) {
        assert.ok(due[0].at <= now && due[0].at > now - 1100, `${due[0].at - now} ms early`)
        due.shift()
      }
      assert.equal(answers.size, due.length)
    }
    assert.equal(answers.pushedOut, 0)
  })

  test('that are alike in everything that places them cost a bounded search', () => {
    const answers = new Answers({ timers: createHandClock(), holdMs: 32_000, limit: 50_000, octets: 1 << 24 })
    for (let high = 0; high < 1000; high++) answers.put(high * 0x100000000 + 5, 'x')
    assert.ok(answers.size <= 64)
    assert.equal(answers.pushedOut + answers.size, 1000)
    answers.put(9, 'y')
    assert.equal(answers.get(9), 'y')
  })

  test('larger than half of all there is are not kept', () => {
    const answers = new Answers({ timers: createHandClock(), holdMs: 32_000, limit: 10, octets: 1000 })
    answers.put(1, 'x'.repeat(501))
    answers.put(2, 'x'.repeat(500))
    assert.deepEqual([answers.get(1), answers.get(2)?.length, answers.size], [undefined, 500, 1])
  })
})
