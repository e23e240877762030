import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createHandClock } from '#lib/timers'
import { aSighting, RULES } from '../../../test/support/gateway-house.ts'
import { memoryGateways } from '../../../test/support/memory-gateways.ts'
import { createEvents } from '../events.ts'
import { createFleet } from './fleet.ts'

const BOB = '+15550100900'
const A = { iccid: 'A' }
const B = { iccid: 'B' }
const C = { iccid: 'C' }

const aFleet = async (store = memoryGateways(), known: [string, string][] = []) => {
  const kept = await store.loadSims(0)
  const timers = createHandClock()
  const fleet = createFleet({
    ...{ timers, events: createEvents(), rules: RULES, store, kept },
    recall: async (hear) => {
      for (const one of known) hear(...one)
    },
  })
  const see = (line: string, sim?: object, more: object = {}) =>
    fleet.sight(aSighting(line, { ...(sim ? { sim } : { sim: {}, state: 'no-sim' }), ...more }))
  const claim = () => {
    const claimed = fleet.claim({ targets: ['*'], to: BOB, strategy: 'sticky' })
    return claimed.ok ? claimed.value.id : claimed.error.reason
  }
  const send = () => {
    const line = claim()
    fleet.release(line, BOB, { kind: 'sent' })
    return line
  }
  return { fleet, store, timers, see, claim, send }
}

describe('a card that moves to another line', () => {
  test('takes its conversations along: the line that it left has them no more', async () => {
    const { see, send } = await aFleet()
    see('a/1', A)
    assert.equal(send(), 'a/1')
    see('a/1', B)
    see('a/2', C)
    see('b/1', A)
    for (let times = 0; times < 3; times++) assert.equal(send(), 'b/1')
  })

  test('keeps its conversations when its line tells its name at last', async () => {
    const { fleet, see, claim } = await aFleet()
    see('a/1', {})
    fleet.received('a/1', BOB)
    see('a/2', B)
    see('a/1', A)
    for (let times = 0; times < 4; times++) {
      const line = claim()
      assert.equal(line, 'a/1')
      fleet.release(line, '+15550100999', { kind: 'refused', fault: 'busy', reason: '' })
    }
  })

  test('is not waited for where another card is in its place', async () => {
    const { see, claim, send } = await aFleet()
    see('a/1', A)
    send()
    see('a/1', B)
    see('a/2', C)
    assert.deepEqual([claim(), claim()].sort(), ['a/1', 'a/2'])
  })

  test('is found again in the line that it comes back to, which still knew it', async () => {
    const { see, send } = await aFleet()
    see('a/1', A)
    see('a/2', B)
    assert.equal(send(), 'a/1')
    see('a/1')
    see('b/1', A)
    assert.equal(send(), 'b/1')
    see('b/1')
    see('a/1', A)
    for (let times = 0; times < 3; times++) assert.equal(send(), 'a/1')
  })

  test('is known to have been in the last five lines, also by later processes and while it moved between them', async () => {
    const { fleet, store, see, send } = await aFleet()
    see('a/0', A)
    send()
    for (let at = 1; at < 8; at++) see(`a/${at}`, A)
    const lines = ['a/7', 'a/6', 'a/5', 'a/4', 'a/3', 'a/2']
    assert.deepEqual(fleet.linesOf(A, 'a/7'), lines)
    const next = await aFleet(store)
    next.see('a/7', B)
    next.see('b/1', A)
    assert.deepEqual(next.fleet.linesOf(A, 'b/1'), ['b/1', ...lines.slice(0, 5)])
    assert.deepEqual(next.fleet.linesOf(B, 'a/7'), ['a/7'])
    assert.deepEqual(next.fleet.linesOf({}, 'a/7'), ['a/7'])
  })

  test('is not one that two lines tell of at the same time: each has its own', async () => {
    const { fleet, see, timers, send } = await aFleet()
    see('a/1', A)
    assert.equal(send(), 'a/1')
    see('b/1', A)
    assert.deepEqual(fleet.linesOf(A, 'b/1'), ['b/1', 'a/1'])
    timers.advance(30_000)
    for (let times = 0; times < 2; times++) for (const line of ['a/1', 'b/1']) see(line, A)
    assert.deepEqual([fleet.linesOf(A, 'a/1'), fleet.linesOf(A, 'b/1')], [['a/1'], ['b/1']])
    fleet.lose('a', undefined, 'gone')
    assert.deepEqual(fleet.linesOf(A, 'b/1'), ['b/1', 'a/1'])
  })
})
