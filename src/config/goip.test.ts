import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { err } from '#lib/result'
import { loadConfiguration } from './load.ts'
import { printProblem } from './problem.ts'

const load = (line: string) =>
  loadConfiguration(
    { name: 'ims.cfg', text: `sip_addr: "127.0.0.1", domain: "d", goip: { lines: [${line}] }` },
    {},
    { read: () => err('none'), exists: () => false },
  )
const linesOf = (line: string) => {
  const loaded = load(line)
  return loaded.ok ? loaded.value.settings.goip?.lines : loaded.error.map(printProblem)
}

describe('a line of a GoIP', () => {
  test('has defaults by the manual', () => {
    assert.deepEqual(linesOf('{ id: "g1", password: "p" }'), [
      {
        ...{ id: 'g1', password: 'p', number: '', device: '', status_ok: 0, status_refused: 404 },
        ...{ wait_poll: 'silent', number_format: 'plus', pin_address: true, ack_newline: false },
        ...{ direct_sms: false, call_events: true, module_off: 2, trunk: '' },
      },
    ])
  })

  test('asks again after a WAIT in three ways; an older word for one of them stays', () => {
    const pollOf = (word: string) => {
      const [line] = linesOf(`{ id: "g1", password: "p", wait_poll: "${word}" }`) ?? []
      return typeof line === 'string' ? line : line?.wait_poll
    }
    assert.deepEqual(['never', 'silent', 'spec', 'resend'].map(pollOf), ['never', 'silent', 'spec', 'spec'])
    assert.match(`${pollOf('often')}`, /"never" or "silent" or "spec" is needed/)
  })

  test('writes numbers in a way that there is, and has a number itself', () => {
    const said = (member: string, value: string) =>
      `${linesOf(`{ id: "g1", password: "p", ${member}: "${value}" }`)}`.replace(/:1:\d+/, '')
    for (const format of [
      'plus',
      'bare',
      'national',
      'national:49',
      '00',
      '+',
      '*31#',
      'prefix:',
      'prefix:00',
    ])
      assert.equal(said('number_format', format), '[object Object]', format)
    assert.equal(
      said('number_format', 'pluss'),
      'ims.cfg: goip.lines[0].number_format: plus, bare, national, national:49, or a prefix such as 00 is needed, not the string "pluss"',
    )
    for (const format of ['as_dialled', 'national:+49', 'national:', 'prefix', 'prefix:x', '', '0 0'])
      assert.match(said('number_format', format), /or a prefix such as 00 is needed/, format)
    for (const number of ['', '+491701234567', '01701234567'])
      assert.equal(said('number', number), '[object Object]', number)
    for (const number of ['12 3x', '+', 'me', '+49 170'])
      assert.equal(
        said('number', number),
        `ims.cfg: goip.lines[0].number: number such as "+491701234567" is needed, not the string "${number}"`,
      )
  })

  test('has no password or device that would break its messages, or a route', () => {
    for (const line of [
      '{ id: "g1", password: "a b" }',
      '{ id: "g1", password: "a;b" }',
      '{ id: "g1", password: "p", device: "a/b" }',
      '{ id: "g;1", password: "p" }',
      '{ id: "g1", password: "p" }, { id: "g1", password: "q" }',
    ])
      assert.equal(load(line).ok, false, line)
  })
})
