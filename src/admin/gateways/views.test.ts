import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEvents, createFleet } from '#core'
import { createHandClock } from '#lib/timers'
import { aSighting, RULES } from '../../../test/support/gateway-house.ts'
import { lineViewOf } from './views.ts'

test('a line that may text no new number any more says so, and can send all the same', () => {
  const rules = { ...RULES, recipientsPerMonth: 0 }
  const fleet = createFleet({ timers: createHandClock(), events: createEvents(), rules })
  const shown = () => {
    const line = fleet.get('box1/1')
    const { sendable, hindrance } = line ? lineViewOf(line) : {}
    return [sendable, hindrance]
  }
  fleet.sight(aSighting('box1/1'))
  assert.deepEqual(shown(), [true, 'at limit for new numbers: 0 a month'])
  fleet.lock('box1/1', true)
  assert.deepEqual(shown(), [false, 'locked by operator'])
})
