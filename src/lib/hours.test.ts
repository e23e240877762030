import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clockTime, createRemaining, type Hours, isWithin, parseHours, untilChange } from './hours.ts'

/** 2026-11-21 is a Saturday. */
const at = (day: number, hour: number, minute = 0): number => new Date(2026, 10, day, hour, minute).getTime()
const within = (text: string, ms: number) => isWithin(parseHours(text) as Hours, ms)

test('hours of the day and of the week, also over midnight', () => {
  assert.deepEqual(
    [7, 8, 17, 18].map((hour) => within('08:00-18:00', at(21, hour))),
    [false, true, true, false],
  )
  assert.deepEqual(
    [21, 22, 6, 7].map((hour) => within('22:00-07:00', at(21, hour))),
    [false, true, true, false],
  )
  assert.ok(within('Sa 10:00-12:00', at(21, 11)) && !within('Mo-Fr 10:00-12:00', at(21, 11)))
  assert.ok(within('Fr-Mo 10:00-12:00', at(21, 11)) && within('fri 22:00-07:00', at(21, 6)))
  assert.ok(!within('Sa 22:00-07:00', at(21, 6)) && within('Mo 1:00-2:00, sat 11:00-24:00', at(21, 23, 59)))
})

test('what is no hours is undefined', () => {
  for (const text of ['', '8-18', '25:00-26:00', '08:60-09:00', 'Xx 08:00-09:00', '08:00-09:00,', 'Mo-Fr'])
    assert.equal(parseHours(text), undefined, text)
})

test('their end can be waited for', () => {
  const night = parseHours('22:00-07:00') as Hours
  assert.equal(untilChange(night, at(21, 23) + 1500), 8 * 3_600_000 - 1500)
  assert.equal(untilChange(night, at(21, 21)), 3_600_000)
  assert.equal(untilChange(parseHours('00:00-24:00') as Hours, at(21, 21)), 7 * 86_400_000)
  const remaining = createRemaining(night)
  const left = [at(21, 21), at(21, 23), at(22, 6), at(22, 7), at(22, 22), at(21, 23)].map(remaining)
  assert.deepEqual(
    left.map((ms) => ms / 3_600_000),
    [0, 8, 1, 0, 9, 8],
  )
  assert.equal(createRemaining(undefined)(1), 0)
  assert.equal(clockTime(at(21, 7, 5)), '07:05')
})
