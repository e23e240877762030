import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createHandClock } from '#lib/timers'
import { createTrunks } from './trunks.ts'

const aPlace = (most = 1) => {
  const { clock, advance } = createHandClock()
  const trunks = createTrunks(
    ['a', 'b', 'c'].map((name) => ({ name, mostCalls: most })),
    clock,
  )
  return { trunks, advance }
}

describe('the channels of a trunk', () => {
  test('are taken, given back once, and no more than there are', () => {
    const { trunks } = aPlace(2)
    const [first, second] = [trunks.take('a'), trunks.take('a')]
    assert.ok(first && second)
    assert.equal(trunks.take('a'), undefined)
    first()
    first()
    assert.equal(trunks.stateOf('a')?.calls, 1)
    assert.ok(trunks.take('a'))
    assert.equal(trunks.take('nobody'), undefined)
  })
})

describe('trunks of a group', () => {
  test('have their turns in turn, or those with the fewest calls first', () => {
    const { trunks } = aPlace()
    const order = () => trunks.order(['a', 'b', 'c'], 'round_robin').join('')
    assert.deepEqual([order(), order(), order(), order()], ['abc', 'bca', 'cab', 'abc'])
    trunks.take('b')
    assert.equal(trunks.order(['b', 'a'], 'least_used').join(''), 'ab')
    assert.deepEqual(trunks.order([], 'sticky'), [])
  })

  test('come last for a minute when they have failed', () => {
    const { trunks, advance } = aPlace()
    trunks.failed('a')
    assert.equal(trunks.order(['a', 'b'], 'round_robin').join(''), 'ba')
    assert.equal(trunks.order(['a', 'b'], 'round_robin').join(''), 'ba')
    trunks.well('a')
    assert.equal(trunks.order(['a', 'b'], 'round_robin').join(''), 'ab')
    trunks.failed('b')
    advance(61_000)
    assert.equal(trunks.order(['a', 'b'], 'round_robin').join(''), 'ba')
  })
})
