import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Log } from '#lib/log'
import { createHandClock } from '#lib/timers'
import { createRefusalLog } from './refusal-log.ts'

test('refusals are told one by one, a flood of them by its number', () => {
  const timers = createHandClock()
  const lines: string[] = []
  const log: Log = { on: () => true, write: (_layer, _level, text) => lines.push(text) }
  const refused = createRefusalLog(timers, log)
  for (let i = 0; i < 1000; i++) refused(`REGISTER refused: ${i}`, '192.0.2.1')
  assert.equal(lines.length, 10)
  assert.equal(lines[0], 'REGISTER refused: 0')
  timers.advance(1000)
  assert.equal(lines.at(-1), '990 more requests refused within a second')
  refused('INVITE refused: wrong-answer', '192.0.2.1')
  assert.equal(lines.at(-1), 'INVITE refused: wrong-answer')
  timers.advance(5000)
  assert.equal(lines.length, 12, 'nothing was left out: nothing is said of it')
})
