import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { figure, type Input, opening, type State, type Step, step } from './invite-client.ts'

const accepted: Step = ['accepted', 'armM', 'passUp']
const completed: Step = ['completed', 'armD', 'ack', 'passUp']
const broken: Step = ['terminated', 'transport']
const cancelling: Step = ['cancelling', 'armX', 'sendCancel']

const arrows: [State, Input, Step, string][] = [
  ['calling', 'timerA', ['calling', 'armA', 'send'], 'the INVITE is repeated'],
  ['calling', 'timerB', ['terminated', 'timeout'], 'nobody answered'],
  ['calling', 'broken', broken, 'the flow failed'],
  ['calling', 'provisional', ['proceeding', 'passUp', 'armC'], 'repeating ends'],
  ['calling', 'success', accepted, 'a 2xx goes up'],
  ['calling', 'failure', completed, 'a failure is acknowledged here'],
  ['proceeding', 'provisional', ['proceeding', 'passUp', 'armC'], 'every provisional goes up'],
  ['proceeding', 'success', accepted, 'a 2xx goes up'],
  ['proceeding', 'failure', completed, 'a failure is acknowledged here'],
  ['proceeding', 'broken', broken, 'the flow failed'],
  ['proceeding', 'cancel', cancelling, 'the user gave up'],
  ['proceeding', 'timerC', cancelling, 'it only rang, for very long'],
  ['cancelling', 'provisional', ['cancelling', 'passUp'], 'it does not postpone the end'],
  ['cancelling', 'success', accepted, 'the answer was faster than the CANCEL'],
  ['cancelling', 'failure', completed, 'the 487, usually'],
  ['cancelling', 'broken', broken, 'the flow failed'],
  ['cancelling', 'timerX', ['terminated', 'timeout'], 'the peer ignored the CANCEL'],
  ['accepted', 'success', ['accepted', 'passUp'], 'repetitions and forks go up'],
  ['accepted', 'timerM', ['terminated'], 'no fork can come any more'],
  ['completed', 'failure', ['completed', 'ack'], 'a repeated failure is acknowledged again'],
  ['completed', 'timerD', ['terminated'], 'no repetition can come any more'],
]
const inputs: Input[] = [
  'provisional',
  'success',
  'failure',
  'broken',
  'cancel',
  'timerA',
  'timerB',
  'timerC',
  'timerD',
  'timerM',
  'timerX',
]

describe('an INVITE client transaction', () => {
  test('begins by sending', () => assert.deepEqual(opening, ['calling', 'armA', 'armB', 'send']))

  for (const [state, input, expected, why] of arrows)
    test(`${state} + ${input} → ${expected[0]}: ${why}`, () => assert.deepEqual(step(state, input), expected))

  test('has no other arrows: everything else changes nothing', () => {
    for (const state of Object.keys(figure) as State[])
      for (const input of inputs)
        if (!arrows.some(([s, i]) => s === state && i === input))
          assert.deepEqual(step(state, input), [state])
  })
})
