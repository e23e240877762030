import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { figure, type Input, type State, type Step, step } from './non-invite-server.ts'

const arrows: [State, Input, Step, string][] = [
  ['trying', 'provisional', ['proceeding', 'send'], 'a provisional goes out'],
  ['trying', 'final', ['completed', 'send', 'armJ'], 'the final answer goes out'],
  ['proceeding', 'request', ['proceeding', 'resend'], 'a repetition gets the last provisional again'],
  ['proceeding', 'provisional', ['proceeding', 'send'], 'further provisionals go out'],
  ['proceeding', 'final', ['completed', 'send', 'armJ'], 'the final answer goes out'],
  ['completed', 'request', ['completed', 'resend'], 'a repetition gets the final answer again'],
  ['completed', 'timerJ', ['terminated'], 'no repetition can come any more'],
]
const inputs: Input[] = ['request', 'provisional', 'final', 'timerJ']

describe('a non-INVITE server transaction', () => {
  for (const [state, input, expected, why] of arrows)
    test(`${state} + ${input} → ${expected[0]}: ${why}`, () => assert.deepEqual(step(state, input), expected))

  test('has no other arrows: a repetition while trying, or a second final answer, changes nothing', () => {
    for (const state of Object.keys(figure) as State[])
      for (const input of inputs)
        if (!arrows.some(([s, i]) => s === state && i === input))
          assert.deepEqual(step(state, input), [state])
  })
})
