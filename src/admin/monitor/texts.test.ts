import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  type Accepted,
  createSubscribers,
  type MessageQuery,
  type MessageRecord,
  type MessageRefusal,
  type MessageState,
} from '#core'
import { err, ok, type Result } from '#lib/result'
import { createHandClock } from '#lib/timers'
import { aHouse } from '../../../test/support/admin-house.ts'
import { aSubscriber } from '../../../test/support/house.ts'
import { createMonitor, createTextCommands } from '../index.ts'

const { clock } = createHandClock()
const NOON = Date.UTC(2026, 0, 31, 12, 0, 0)

const aMessage = (id: string, more: Partial<MessageRecord> = {}): MessageRecord => ({
  id,
  origin: 'api',
  from: 'Tandem',
  to: '1001',
  queue: 'subscriber:alice@tandem.test',
  body: { kind: 'text', text: 'hello' },
  pid: 0,
  acceptedAtMs: NOON,
  expiresAtMs: NOON + 86_400_000,
  state: 'queued',
  reason: 'not registered',
  attempts: 0,
  partsTotal: 1,
  partsDone: 0,
  steps: [{ atMs: NOON, state: 'queued', reason: 'not registered' }],
  ...more,
})

/** A monitor over these messages; `asked` says what was wanted of them. */
const aPlace = (
  kept: MessageRecord[] = [],
  accepted: Result<Accepted, MessageRefusal> = ok({ id: 'm1', duplicate: false }),
) => {
  const asked: unknown[] = []
  const list = async ({ limit, before, state, user }: MessageQuery) => {
    asked.push({ limit, ...(before && { before }), ...(state && { state }), ...(user && { user }) })
    const fits = (m: MessageRecord) =>
      (state === undefined || m.state === state) && (before === undefined || m.id < before)
    return kept
      .filter(fits)
      .sort((a, b) => (a.id < b.id ? 1 : -1))
      .slice(0, limit)
  }
  const commands = createTextCommands({
    sender: 'IMS',
    subscribers: createSubscribers([aSubscriber('alice'), aSubscriber('bob')]),
    messages: {
      waiting: kept.length,
      list,
      get: async (id) => kept.find((one) => one.id === id),
      flush: async (impi) => {
        asked.push(impi)
        return 2
      },
      accept: async (draft) => {
        asked.push(draft)
        return accepted
      },
    },
    candidates: {
      users: () => ['alice', 'bob'],
      impis: () => ['alice@tandem.test'],
      contacts: () => [],
      calls: () => [],
    },
  })
  const log = { describe: () => '', setOptions: () => ok(undefined) }
  const monitor = createMonitor({ house: aHouse(), log, clock, quit: () => {} }, commands)
  return { asked, monitor, run: monitor.run }
}
const shown = (answer: Result<string, string>): string =>
  answer.ok ? answer.value : assert.fail(answer.error)
const refused = (answer: Result<string, string>): string =>
  answer.ok ? assert.fail(answer.value) : answer.error

describe('texts in the monitor', () => {
  test('are sent to a private identity, or to a public one', async () => {
    const { asked, run } = aPlace()
    assert.equal(shown(await run('sms alice@tandem.test  Good   day, "Alice" ')), 'message m1 is accepted')
    await run('sms tel:+4930111 hi')
    await run('sms sip:bob@tandem.test hi')
    const common = { origin: 'monitor', from: 'IMS' }
    assert.deepEqual(asked, [
      { ...common, to: { impi: 'alice@tandem.test' }, body: { kind: 'text', text: 'Good   day, "Alice"' } },
      { ...common, to: { user: '+4930111', text: 'tel:+4930111' }, body: { kind: 'text', text: 'hi' } },
      { ...common, to: { user: 'bob', text: 'sip:bob@tandem.test' }, body: { kind: 'text', text: 'hi' } },
    ])
  })

  test('that cannot be sent say why', async () => {
    for (const line of ['sms', 'sms alice', 'sms alice   '])
      assert.match(refused(await aPlace().run(line)), /is needed/, line)
    const words = {
      'unknown-user': /no user "zoe"/,
      overloaded: /too many/,
      'bad-request': /as it is/,
      failure: /stored/,
    }
    for (const [why, pattern] of Object.entries(words))
      assert.match(refused(await aPlace([], err(why as keyof typeof words)).run('sms zoe hi')), pattern)
  })

  test('that wait for a user are ended together', async () => {
    const { asked, run } = aPlace()
    assert.equal(shown(await run('sms_flush alice')), '2 messages cancelled')
    assert.deepEqual(asked, ['alice@tandem.test'])
    assert.match(refused(await run('sms_flush zoe')), /no user "zoe"/)
    assert.match(refused(await run('sms_flush')), /is needed/)
  })

  test('are listed while they wait, with the reason, newest first', async () => {
    const waiting = [
      aMessage('a1', { attempts: 2, reason: 'no answer', cause: 408 }),
      aMessage('a2', { state: 'submitting', reason: '', partsTotal: 3, partsDone: 1 }),
      aMessage('a3', { state: 'delivered' }),
      aMessage('a4', { from: 'sip:evil\x1b[2J@home', to: 'tel:+4930111' }),
    ]
    const { run } = aPlace(waiting)
    const lines = shown(await run('messages'))
      .split('\n')
      .map((line) => line.replace(/ +/g, ' '))
    assert.deepEqual(lines.slice(1), [
      'a4 2026-01-31 12:00:00 evil\\x1b[2J +4930111 queued not registered',
      'a2 2026-01-31 12:00:00 Tandem 1001 submitting 1 of 3 parts',
      'a1 2026-01-31 12:00:00 Tandem 1001 queued no answer, cause 408, 2 attempts',
    ])
    assert.equal(shown(await aPlace().run('messages')), 'no messages wait')
    assert.equal(shown(await aPlace().run('messages foo')), 'no messages for or from "foo" wait')
  })

  test('are listed by state and user, a page at a time', async () => {
    const many = Array.from({ length: 45 }, (_, i) =>
      aMessage(`m${String(i).padStart(2, '0')}`, { state: 'failed' }),
    )
    const { run, asked } = aPlace(many)
    const first = shown(await run('messages failed 1001')).split('\n')
    assert.equal(first.length, 22)
    assert.equal(first.at(-1), 'more: messages failed 1001 before m25')
    const second = shown(await run('messages failed 1001 before m25')).split('\n')
    assert.equal(second.at(-1), 'more: messages failed 1001 before m05')
    assert.equal(shown(await run('messages all before m05')).split('\n').length, 6)
    assert.deepEqual(asked, [
      { limit: 21, state: 'failed', user: '1001' },
      { limit: 21, before: 'm25', state: 'failed', user: '1001' },
      { limit: 21, before: 'm05' },
    ])
    assert.equal(shown(await run('messages delivered')), 'no messages')
    for (const line of ['messages before', 'messages failed 1 2', 'messages before m1 m2'])
      assert.match(refused(await run(line)), /not understood/, line)
  })

  test('show their whole life', async () => {
    const steps = [
      { atMs: NOON, state: 'queued' as MessageState, reason: 'not registered' },
      {
        atMs: NOON + 61_005,
        state: 'failed' as MessageState,
        route: 'sms',
        cause: 21,
        reason: 'RP-ERROR 21',
      },
    ]
    const whole = aMessage('m1', {
      state: 'failed',
      reason: 'RP-ERROR 21',
      cause: 21,
      fromImpi: 'bob@x',
      tag: 't1',
      steps,
    })
    const others = [
      aMessage('m2', { body: { kind: 'data', octets: '00ff', dcs: 4, udh: '0003aa' } }),
      aMessage('m3', {
        body: { kind: 'report', reference: 7, recipient: '1002', atMs: 0, doneAtMs: 0, status: 0 },
      }),
    ]
    const { run } = aPlace([whole, ...others])
    const card = shown(await run('message m1'))
      .split('\n')
      .map((line) => line.replace(/ +/g, ' '))
    assert.deepEqual(card, [
      'message m1',
      'from Tandem (bob@x)',
      'to 1001 (alice@tandem.test)',
      'came by api',
      'text hello',
      'state failed: RP-ERROR 21',
      'expires 2026-02-01 12:00:00',
      'tag t1',
      '',
      'TIME (UTC) STATE ROUTE CAUSE WHY',
      '2026-01-31 12:00:00.000 queued not registered',
      '2026-01-31 12:01:01.005 failed sms 21 RP-ERROR 21',
    ])
    assert.match(shown(await run('message m2')), /data +00ff \(dcs 4, header 0003aa\)/)
    assert.match(shown(await run('message m3')), /report +on message 7 to 1002: status 0/)
    assert.match(refused(await run('message m9')), /no message m9/)
    assert.match(refused(await run('message')), /is needed/)
  })

  test('have names that the tab key knows', async () => {
    const { monitor } = aPlace()
    assert.deepEqual(await monitor.complete('sms'), ['sms', 'sms_flush'])
    assert.deepEqual(await monitor.complete('sms b'), ['bob'])
    assert.deepEqual(await monitor.complete('sms bob h'), [])
    assert.deepEqual(await monitor.complete('sms_flush '), ['alice@tandem.test'])
    assert.deepEqual(await monitor.complete('messages del'), ['delivered'])
    assert.deepEqual(await monitor.complete('messages delivered a'), ['alice'])
    assert.deepEqual(await monitor.complete('messages before a'), [])
  })
})
