import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { figure, type Input, opening, type State, type Step, step } from './non-invite-client.ts'

const arrows: [State, Input, Step, string][] = [
  ['trying', 'timerE', ['trying', 'armE', 'send'], 'the request is repeated'],
  ['trying', 'timerF', ['terminated', 'timeout'], 'nobody answered'],
  ['trying', 'broken', ['terminated', 'transport'], 'the flow failed'],
  ['trying', 'provisional', ['proceeding', 'passUp'], 'somebody is there'],
  ['trying', 'final', ['completed', 'armK', 'passUp'], 'the answer goes up'],
  ['proceeding', 'timerE', ['proceeding', 'armE', 'send'], 'the request is repeated all the same'],
  ['proceeding', 'timerF', ['terminated', 'timeout'], 'the final answer never came'],
  ['proceeding', 'broken', ['terminated', 'transport'], 'the flow failed'],
  ['proceeding', 'provisional', ['proceeding', 'passUp'], 'every provisional goes up'],
  ['proceeding', 'final', ['completed', 'armK', 'passUp'], 'the answer goes up'],
  ['completed', 'timerK', ['terminated'], 'no repetition can come any more'],
]
const inputs: Input[] = ['provisional', 'final', 'broken', 'timerE', 'timerF', 'timerK']

describe('a non-INVITE client transaction', () => {
  test('begins by sending', () => assert.deepEqual(opening, ['trying', 'armE', 'armF', 'send']))

  for (const [state, input, expected, why] of arrows)
    test(`${state} + ${input} → ${expected[0]}: ${why}`, () => assert.deepEqual(step(state, input), expected))

  test('has no other arrows: a repeated answer changes nothing', () => {
    for (const state of Object.keys(figure) as State[])
      for (const input of inputs)
        if (!arrows.some(([s, i]) => s === state && i === input))
          assert.deepEqual(step(state, input), [state])
  })
})
