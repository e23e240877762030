import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRandom } from '#lib/random'
import { octets } from '#lib/text'
import {
  answerTo,
  createTestEndpoint,
  createTestFlow,
  octetsOf,
  parsed,
  requestText,
  type TestFlow,
} from '../endpoint/testing.ts'
import type { Grant } from './notifier.ts'
import { createNotifier } from './notifier.ts'
import type { Subscription } from './subscription.ts'

const CONTACT = 'Contact: <sip:alice@192.0.2.1:5060>\r\n'

/** A subscriber at the far end of a flow, and the notifier that it speaks to. */
const aPlace = (paceMs = 5000) => {
  const { endpoint, heard, clock } = createTestEndpoint()
  const notifier = createNotifier({
    timers: clock,
    random: createRandom(),
    flowFor: (_dialog, flow) => flow,
    contact: () => '<sip:192.0.2.5:5060>',
    request: endpoint.request,
  })
  const flow: TestFlow = createTestFlow()
  let [documents, ends, seq] = [0, 0, 10]
  const watched = {
    contentType: 'text/plain',
    paceMs,
    compose: () => octets(`state ${documents++}`),
    onEnd: () => void ends++,
  }
  const send = (text: string): void => endpoint.onData(flow, octetsOf(text))
  const ask = (to?: string, extra = 'Event: reg;id=7\r\n', more: { seq?: number; callId?: string } = {}) => {
    const number = more.seq ?? ++seq
    const base = { branch: `z9hG4bKs${number}${seq}`, seq: number, extra: `${CONTACT}${extra}` }
    const { callId = 'call-1' } = more
    send(requestText('SUBSCRIBE', { ...base, callId, ...(to !== undefined && { to }) }))
    return heard.requests.at(-1)?.transaction ?? assert.fail('no request')
  }
  const begin = (expiresS = 600, extra?: string): Subscription =>
    notifier.begin(ask(undefined, extra), expiresS, watched)
  const messages = () => flow.sent.map(parsed)
  const notifies = () => messages().flatMap((message) => (message.kind === 'request' ? [message] : []))
  /** Answers the NOTIFY that came last. */
  const answer = (status: number, header?: [string, string]): void => {
    const last = notifies().at(-1) ?? assert.fail('no NOTIFY')
    const response = answerTo(last, status)
    if (header) response.headers.add(...header)
    const lines = response.headers.names
      .map((name, i) => `${name}: ${response.headers.values[i]}\r\n`)
      .join('')
    send(`SIP/2.0 ${status} X\r\n${lines}Content-Length: 0\r\n\r\n`)
  }
  const told = () =>
    notifies().map(({ headers, body }) => [headers.get('Subscription-State'), Buffer.from(body).toString()])
  return { notifier, clock, flow, ask, begin, messages, notifies, answer, told, ends: () => ends }
}

const granted = (expiresS: number) => (): Grant => ({ expiresS })

describe('a subscription', () => {
  test('is answered with its time, and followed by the whole state', () => {
    const { begin, messages, notifies, notifier } = aPlace()
    begin()
    const [ok] = messages()
    assert.ok(ok?.kind === 'response' && ok.status === 200)
    assert.equal(ok.headers.get('Expires'), '600')
    assert.equal(ok.headers.get('Contact'), '<sip:192.0.2.5:5060>')
    const [notify] = notifies()
    assert.ok(notify)
    assert.equal(notify.method, 'NOTIFY')
    assert.equal(notify.uri, 'sip:alice@192.0.2.1:5060')
    const { headers } = notify
    assert.equal(headers.get('From'), ok.headers.get('To'))
    assert.equal(headers.get('To'), '<sip:alice@example.com>;tag=a')
    assert.equal(headers.get('Event'), 'reg;id=7')
    assert.equal(headers.get('Subscription-State'), 'active;expires=600')
    assert.equal(headers.get('Content-Type'), 'text/plain')
    assert.equal(notifier.size, 1)
  })

  test('tells of changes one after the other, not more often than its pace', () => {
    const { begin, answer, told, clock } = aPlace()
    const subscription = begin()
    subscription.changed()
    clock.advance(6000)
    assert.ok(
      told().every(([, body]) => body === 'state 0'),
      'one is under way: only its repeats were sent',
    )
    answer(200)
    assert.equal(told().at(-1)?.[1], 'state 1')
    answer(200)
    for (let i = 0; i < 10; i++) subscription.changed()
    assert.equal(told().at(-1)?.[1], 'state 1')
    clock.advance(5000)
    assert.deepEqual(told().at(-1), ['active;expires=589', 'state 2'])
    answer(200)
    clock.advance(20_000)
    assert.equal(told().at(-1)?.[1], 'state 2')
  })

  test('does not let the urgent wait', () => {
    const { begin, answer, told } = aPlace()
    const subscription = begin()
    subscription.changed(true)
    assert.equal(told().length, 1)
    answer(200)
    assert.equal(told().length, 2)
    answer(200)
    subscription.changed(true)
    assert.equal(told().length, 3)
  })

  test('goes on with another SUBSCRIBE, which may bring another address', () => {
    const { begin, answer, ask, notifier, notifies, messages, clock } = aPlace()
    const subscription = begin()
    answer(200)
    clock.advance(500_000)
    const transaction = ask(subscription.dialog.local)
    assert.equal(notifier.onSubscribe(transaction, granted(300)), true)
    assert.equal(messages().at(-2)?.headers.get('Expires'), '300')
    assert.equal(notifies().at(-1)?.headers.get('Subscription-State'), 'active;expires=300')
    answer(200)
    clock.advance(299_000)
    assert.equal(notifier.size, 1)
    clock.advance(2000)
    assert.equal(notifier.size, 0)
    assert.equal(notifies().at(-1)?.headers.get('Subscription-State'), 'terminated;reason=timeout')
  })

  test('ends when its subscriber asks for no more time, with a last word', () => {
    const { begin, answer, ask, notifier, told, ends } = aPlace()
    const subscription = begin()
    answer(200)
    assert.equal(notifier.onSubscribe(ask(subscription.dialog.local), granted(0)), true)
    assert.deepEqual(told().at(-1), ['terminated;reason=timeout', 'state 1'])
    assert.deepEqual([notifier.size, ends()], [0, 1])
    answer(200)
    assert.equal(notifier.onSubscribe(ask(subscription.dialog.local), granted(60)), false)
    assert.equal(told().length, 2)
  })

  test('of no time at all is a question: one answer', () => {
    const { begin, answer, notifier, told, ends } = aPlace()
    begin(0)
    answer(200)
    assert.deepEqual(told(), [['terminated;reason=timeout', 'state 0']])
    assert.deepEqual([notifier.size, ends()], [0, 1])
  })

  test('has its end said after what is under way', () => {
    const { begin, answer, told } = aPlace()
    const subscription = begin()
    subscription.end('probation', 600)
    subscription.end('noresource')
    assert.equal(told().length, 1)
    answer(200)
    assert.deepEqual(told().at(-1), ['terminated;reason=probation;retry-after=600', 'state 1'])
  })

  test('belongs to one dialogue and one event; anything else is none', () => {
    const { begin, answer, ask, notifier, messages } = aPlace()
    const { local } = begin().dialog
    answer(200)
    const misses: [string | undefined, string?, { callId?: string }?][] = [
      [undefined],
      ['<sip:bob@example.com>;tag=forged'],
      [local, 'Event: reg\r\n'],
      [local, 'Event: dialog;id=7\r\n'],
      [local, ''],
      [local, 'Event: reg;id=7\r\n', { callId: 'call-2' }],
    ]
    for (const [to, event, more] of misses)
      assert.equal(notifier.onSubscribe(ask(to, event, more), granted(60)), false)
    assert.equal(notifier.onSubscribe(ask(local, undefined, { seq: 1 }), granted(60)), true)
    const late = messages().at(-1)
    assert.equal(late?.kind === 'response' && late.status, 500, 'an old number')
  })

  test('that asks for something impossible goes on as it was', () => {
    const { begin, answer, ask, notifier, messages } = aPlace()
    const { local } = begin().dialog
    answer(200)
    const refused = (): Grant => ({ status: 423, headers: [['Min-Expires', '10']] })
    assert.equal(notifier.onSubscribe(ask(local), refused), true)
    const last = messages().at(-1)
    assert.deepEqual(
      [last?.kind === 'response' && last.status, last?.headers.get('Min-Expires')],
      [423, '10'],
    )
    assert.equal(notifier.size, 1)
  })
})

describe('a subscriber that does not take its NOTIFY', () => {
  test('because it knows nothing of it, or refuses, is forgotten at once', () => {
    for (const status of [481, 489, 403, 405, 603]) {
      const { begin, answer, notifier, ends, clock, flow } = aPlace()
      begin().changed()
      answer(status)
      assert.deepEqual([notifier.size, ends()], [0, 1], `${status}`)
      const { length } = flow.sent
      clock.advance(60_000)
      assert.equal(flow.sent.length, length, 'and is left in peace')
    }
  })

  test('because it is busy is asked again with what is then true, four times in all', () => {
    const { begin, answer, notifier, told, clock } = aPlace()
    const busy = begin()
    answer(503, ['Retry-After', '30'])
    clock.advance(10_000)
    busy.changed()
    clock.advance(19_000)
    assert.equal(told().length, 1)
    clock.advance(1100)
    assert.equal(told().length, 2)
    answer(200)
    assert.equal(notifier.size, 1)
    const subscription = begin()
    for (const waitMs of [2000, 4000, 8000]) {
      answer(500)
      clock.advance(waitMs + 50)
    }
    assert.equal(subscription.ended, false)
    answer(408)
    assert.equal(subscription.ended, true)
  })

  test('because it is gone is forgotten when the transaction gives up', () => {
    const { begin, notifier, ends, clock } = aPlace()
    begin()
    clock.advance(31_000)
    assert.equal(notifier.size, 1)
    clock.advance(2000)
    assert.deepEqual([notifier.size, ends()], [0, 1])
    assert.equal(clock.armed, 0, 'nothing is left behind')
  })
})
