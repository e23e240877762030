import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createHandClock } from '#lib/timers'
import type { Route } from '../call-ports.ts'
import { createCallTrial } from './trial.ts'
import { createTrunks } from './trunks.ts'

const aTrial = (route: Route) => {
  const trunks = createTrunks(
    ['a', 'b', 'c'].map((name) => ({ name, mostCalls: 1 })),
    createHandClock().clock,
  )
  trunks.take('b')
  const trial = createCallTrial({
    ...{ trunks, routeTo: () => route },
    trunkRing: { placeOf: (name) => (name === 'c' ? undefined : { listener: 0 }) },
  })
  return trial({
    caller: { identity: 'sip:alice', display: '', anonymous: false },
    dialled: { user: '+1', text: '+1' },
  })
}

describe('a call that is only tried', () => {
  test('says its route, and of each trunk whether it would do', () => {
    const plan = {
      ...{ name: 'out', match: { kind: 'call', to: '*', from: '*' }, allow: [], deny: [] },
      ...{ strategy: 'round_robin' as const, fallbackOn: new Set<number>() },
      stages: [
        { kind: 'trunks' as const, names: ['a', 'b', 'c', 'd'] },
        { kind: 'subscriber' as const, name: 'bob' },
        { kind: 'reject' as const, code: 403 },
      ],
    }
    const { route, targets } = aTrial({ kind: 'plan', plan })
    assert.equal(route, 'out')
    assert.deepEqual(
      targets.map(({ target, usable, why }) => [target, usable, why]),
      [
        ['trunk:a', true, undefined],
        ['trunk:b', false, '1 of 1 calls'],
        ['trunk:c', false, 'no way there: not registered, or its name is not known'],
        ['trunk:d', false, 'there is no such trunk'],
        ['subscriber:bob', true, undefined],
        ['reject:403', false, 'refused here'],
      ],
    )
  })

  test('says why it would be refused', () => {
    const { accepted, why } = aTrial({ kind: 'refused', refused: { why: 'not-registered' } })
    assert.deepEqual([accepted, why], [false, 'it is for a user here who is not registered'])
    assert.equal(aTrial({ kind: 'echo', status: 200 }).why, 'the echo service')
  })
})
