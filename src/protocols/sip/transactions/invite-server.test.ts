import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { figure, type Input, type State, type Step, step } from './invite-server.ts'

const arrows: [State, Input, Step, string][] = [
  ['proceeding', 'invite', ['proceeding', 'resend'], 'a repeated INVITE gets the last provisional again'],
  ['proceeding', 'provisional', ['proceeding', 'send'], 'any number of provisionals goes out'],
  ['proceeding', 'success', ['accepted', 'armL', 'send'], 'a 2xx is sent once, its repeating is the user’s'],
  ['proceeding', 'failure', ['completed', 'armG', 'armH', 'send'], 'a failure is repeated until its ACK'],
  ['accepted', 'success', ['accepted', 'send'], 'the user repeats its 2xx'],
  ['accepted', 'ack', ['acknowledged', 'passUp'], 'an ACK of the 2xx goes up'],
  ['accepted', 'timerL', ['terminated', 'timeout'], 'no ACK in 64 T1: the user is told'],
  ['acknowledged', 'success', ['acknowledged', 'send'], 'a 2xx that crossed the ACK still goes out'],
  ['acknowledged', 'ack', ['acknowledged', 'passUp'], 'a repeated ACK goes up'],
  ['acknowledged', 'timerL', ['terminated'], 'the end of a transaction that went well'],
  ['completed', 'invite', ['completed', 'resend'], 'a repeated INVITE gets the failure again'],
  ['completed', 'timerG', ['completed', 'armG', 'resend'], 'the failure is repeated'],
  ['completed', 'timerH', ['terminated', 'timeout'], 'no ACK in 64 T1'],
  ['completed', 'ack', ['confirmed', 'armI'], 'the ACK of a failure stays below'],
  ['confirmed', 'timerI', ['terminated'], 'late ACKs were absorbed long enough'],
]
const inputs: Input[] = [
  'invite',
  'ack',
  'provisional',
  'success',
  'failure',
  'timerG',
  'timerH',
  'timerI',
  'timerL',
]

describe('an INVITE server transaction', () => {
  for (const [state, input, expected, why] of arrows)
    test(`${state} + ${input} → ${expected[0]}: ${why}`, () => assert.deepEqual(step(state, input), expected))

  test('has no other arrows: everything else changes nothing', () => {
    for (const state of Object.keys(figure) as State[])
      for (const input of inputs)
        if (!arrows.some(([s, i]) => s === state && i === input))
          assert.deepEqual(step(state, input), [state])
  })
})
