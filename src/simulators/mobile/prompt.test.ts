import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createEjoinPrompt } from '../ejoin/prompt.ts'
import type { GoipLine } from '../goip/contract.ts'
import { createGoipPrompt } from '../goip/prompt.ts'
import { typed } from './prompt.ts'

/** Lines a1 and a2 of one device; what they are made to do. */
const aGoip = () => {
  const done: string[] = []
  const line = (id: string): GoipLine => ({
    ...{ id, number: '+1555', registered: true, waiting: 0 },
    receive: (from, text) => void done.push(`${id} receive ${from} ${text}`),
    tell: (name, fields) => void done.push(`${id} tell ${name} ${fields}`),
    call: (way, number, seconds) => void done.push(`${id} call ${way} ${number} ${seconds}`),
    setRegistered: (on) => void done.push(`${id} ${on ? 'return' : 'leave'}`),
  })
  const lines = [line('a1'), line('a2')]
  const device = {
    ...{ lines, line: (id: string) => lines.find((one) => one.id === id) },
    plug: async () => void done.push('plug'),
    unplug: () => void done.push('unplug'),
  }
  const prompt = createGoipPrompt([device], () => void done.push('quit'))
  return { done, type: (text: string) => typed(prompt, text) }
}

const anEjoin = () => {
  const done: string[] = []
  const port = { name: '1.01', number: '+1555', waiting: 0 }
  const device = {
    ...{
      on: true,
      ports: [
        { ...port, st: 3 },
        { ...port, st: 8 },
      ],
    },
    receive: (at: number, from: string, text: string) => void done.push(`${at} receive ${from} ${text}`),
    call: (at: number, ...call: unknown[]) => void done.push(`${at} call ${call.join(' ')}`),
    setState: (at: number, st: number) => void done.push(`${at} state ${st}`),
    ...{ plug: () => void done.push('plug'), unplug: () => void done.push('unplug') },
  }
  const prompt = createEjoinPrompt(device, () => void done.push('quit'))
  return { done, type: (text: string) => typed(prompt, text) }
}

describe('what is typed at a simulated gateway', () => {
  test('is done at the line that is named, else at the first', () => {
    const { done, type } = aGoip()
    const good = [
      'receive',
      'receive +1555 good day',
      'receive a2 Bank 123456 is it',
      'receive Bank 123456 is it',
    ]
    const more = [
      'call in',
      'call a2 out +1777 9',
      'tell a2 USSN msg:hi',
      'leave',
      'return a2',
      'plug',
      'plug a1',
    ]
    for (const words of [...good, ...more]) assert.equal(type(words), undefined, words)
    assert.deepEqual(done, [
      ...['a1 receive +15550100900 hello', 'a1 receive +1555 good day', 'a2 receive Bank 123456 is it'],
      ...['a1 receive Bank 123456 is it', 'a1 call in +15550100900 5', 'a2 call out +1777 9'],
      ...['a2 tell USSN msg:hi', 'a1 leave', 'a2 return', 'plug', 'plug'],
    ])
  })

  test('is refused with a reason for each wrong line, and nothing is done', () => {
    const { done, type } = aGoip()
    for (const [words, why] of [
      ['bogus', /^bogus: no such command; "help"/],
      ['constructor', /no such command/],
      ['receive 2 +1555 hi', /^2: no such line/],
      ['receive a3 +1555 hi', /^a3: no such line/],
      ['call up', /^expected: call \[LINE\] in\|out NUMBER SECONDS/],
      ['call a3 in', /^a3: no such line/],
      ['call in +1555 soon', /^expected: call/],
      ['call in +1555 -4', /^expected: call/],
      ['tell 2 USSN', /^expected: tell/],
      ['leave a3', /^a3: no such line/],
      ['unplug a3', /^a3: no such line/],
    ] as const)
      assert.match(type(words) ?? '', why, words)
    assert.deepEqual(done, [])
    assert.match(type('help') ?? '', /receive \[LINE\] FROM TEXT/)
  })

  test('names the port first at an Ejoin', () => {
    const { done, type } = anEjoin()
    for (const words of ['receive 1 +1555 good day', 'call 1 in +1777 9', 'state 2 3', 'unplug', 'plug'])
      assert.equal(type(words), undefined, words)
    assert.match(type('receive 2 +1555 hi') ?? '', /port 2 is not registered/)
    assert.deepEqual(done, [
      ...['1 receive +1555 good day', '1 call in +1777 9', '2 state 3', 'unplug', 'plug'],
      '2 receive +1555 hi',
    ])
  })

  test('is refused at an Ejoin without a port, and for a state that there is not', () => {
    const { done, type } = anEjoin()
    for (const [words, why] of [
      ['bogus', /no such command/],
      ['receive +1555 hi', /^\+1555: no such port; the first word is one of 1 to 2/],
      ['receive', /^expected: receive PORT/],
      ['call in +1555 5', /^in: no such port/],
      ['call 3 in', /^3: no such port/],
      ['call 1 up', /^expected: call PORT/],
      ['state 1 99', /^99: no state/],
      ['state 1', /^expected: state/],
      ['state 1 10', /^10: no state/],
    ] as const)
      assert.match(type(words) ?? '', why, words)
    assert.deepEqual(done, [])
  })
})
