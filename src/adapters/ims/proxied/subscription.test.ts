import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRandom } from '#lib/random'
import { octets } from '#lib/text'
import { createHandClock } from '#lib/timers'
import type { Flow } from '#lib/wire'
import {
  createDigestAnswerer,
  createRequest,
  createResponse,
  reasonPhrase,
  type ServerTransaction,
  type SipRequest,
} from '#sip'
import type { ProxyAccount } from './accounts.ts'
import { createWatching, type ProxyLamp } from './watching.ts'

const flow = { transport: 'udp', local: { address: '192.0.2.1', port: 5090 } } as Flow
const random = createRandom()

const anAccount = (tel: string): ProxyAccount => ({
  ...{ name: `web:${tel}`, contact: `contact-of-${tel}`, wish: { tel, user: tel, password: 'x' } },
  found: {} as ProxyAccount['found'],
  line: { transport: 'udp', endpoint: () => ({ address: '192.0.2.9', port: 5060 }) } as ProxyAccount['line'],
  ...{
    hear: undefined,
    standing: true,
    state: { code: 0, over: false },
    onWaiting: undefined,
    leave: () => {},
  },
  answerer: () => createDigestAnswerer({ username: tel, password: 'x' }, random),
})

/** An exchange that grants what it is asked for, or refuses with a status. */
const anExchange = () => {
  const timers = createHandClock()
  const sent: SipRequest[] = []
  const accounts = new Map<string, ProxyAccount>()
  const exchange = { status: 200 }
  const replies: number[] = []
  const watching = createWatching({
    ...{ timers, random, host: 'pbx.test', wire: { flowTo: () => flow, close: async () => {} } },
    accounts: { called: ({ uri }) => accounts.get(uri) },
    reply: (_transaction, status) => void replies.push(status),
    request(request, at, events) {
      sent.push(request)
      timers.after(1, () => {
        const response = createResponse(request, exchange.status, reasonPhrase(exchange.status))
        response.headers.set('To', `${request.headers.get('To')};tag=theirs`)
        response.headers.add('Contact', '<sip:there@192.0.2.9>').add('Expires', '600')
        events.onResponse(response)
      })
      return { request, flow: at, cancel: () => {}, release: () => {} }
    },
  })
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 1000) {
      timers.advance(1000)
      for (let turn = 0; turn < 8; turn++) await Promise.resolve()
    }
  }
  /** NOTIFY of that subscription; gives what it was answered. */
  const notify = (of: SipRequest, body: string, state = 'active'): number | undefined => {
    const request = createRequest('NOTIFY', 'sip:contact@192.0.2.1')
    const tag = /;tag=(\S+)/.exec(of.headers.get('From') ?? '')?.[1]
    request.headers.add('To', `<sip:us@pbx.test>;tag=${tag}`).add('From', '<sip:x@pbx.test>;tag=theirs')
    request.headers.add('Call-ID', of.headers.get('Call-ID') ?? '').add('CSeq', '1 NOTIFY')
    request.headers.add('Event', of.headers.get('Event') ?? '').add('Subscription-State', state)
    request.body = octets(body)
    let status: number | undefined
    const respond: ServerTransaction['respond'] = (response) => {
      status = response.status
    }
    watching.take({ request, flow, respond } as ServerTransaction)
    return status
  }
  return { watching, sent, exchange, pass, notify, accounts, replies }
}
const document = (version: number, state: string): string =>
  `<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="${version}" state="full" entity="sip:1@pbx.test">` +
  `<dialog id="a" direction="initiator"><state>${state}</state></dialog></dialog-info>`
const expiresIn = ({ headers }: SipRequest) => headers.get('Expires')

describe('subscriptions at another exchange', () => {
  test('one serves all who watch the same; it is renewed in time, handed on, and ended', async () => {
    const { watching, sent, pass, notify } = anExchange()
    const heard: ProxyLamp['lamp'][][] = [[], []]
    const watch = (at: number) =>
      watching.lamp(anAccount(`100${at}`), '1', ({ lamp }) => void heard[at]?.push(lamp))
    const [stopFirst, stopSecond] = [watch(0), watch(1)]
    await pass(1000)
    assert.equal(sent.length, 1)
    assert.equal(notify(sent[0] as SipRequest, document(0, 'confirmed')), 200)
    assert.equal(notify(sent[0] as SipRequest, 'no document <at all'), 200)
    assert.deepEqual(heard, [['busy'], ['busy']])
    await pass(358_000)
    assert.equal(sent.length, 1, 'renewed before 60 % of its time')
    await pass(185_000)
    assert.equal(sent.length, 2, 'not renewed before 90 % of its time')
    assert.match(sent[1]?.headers.get('To') ?? '', /;tag=theirs/)
    stopFirst()
    await pass(1000)
    assert.deepEqual(sent.slice(2).map(expiresIn), ['0', '3600'])
    assert.match(sent[3]?.headers.get('From') ?? '', /sip:1001@/)
    stopSecond()
    await pass(1000)
    assert.equal(expiresIn(sent.at(-1) as SipRequest), '0')
    assert.equal(watching.size, 0)
  })

  test('what is refused is told, and asked for later and later', async () => {
    const { watching, sent, exchange, pass } = anExchange()
    exchange.status = 404
    const codes: number[] = []
    watching.lamp(anAccount('1000'), '1', ({ code }) => void codes.push(code))
    await pass(2000)
    assert.deepEqual(codes, [-404])
    await pass(1_200_000)
    assert.equal(sent.length, 1)
    await pass(700_000)
    assert.equal(sent.length, 2)
  })

  test('one that the exchange ends is begun anew', async () => {
    const { watching, sent, pass, notify } = anExchange()
    watching.lamp(anAccount('1000'), '1', () => {})
    await pass(1000)
    notify(sent[0] as SipRequest, '', 'terminated;reason=deactivated')
    await pass(3000)
    assert.equal(sent.length, 2)
    assert.doesNotMatch(sent[1]?.headers.get('To') ?? '', /;tag=/)
  })

  test('what waits is also heard unasked', async () => {
    const { watching, accounts, replies, pass } = anExchange()
    const account = anAccount('1000')
    accounts.set('sip:contact@192.0.2.1', account)
    const heard: unknown[] = []
    watching.mailbox(account, (waiting) => void heard.push(waiting))
    await pass(1000)
    const request = createRequest('NOTIFY', 'sip:contact@192.0.2.1')
    request.headers.add('Call-ID', 'unasked').add('Event', 'message-summary')
    request.body = octets(
      'Messages-Waiting: yes\r\nMessage-Account: sip:vm@pbx.test\r\nVoice-Message: 2/8 (1/0)\r\n',
    )
    assert.ok(watching.take({ request, flow } as ServerTransaction))
    assert.deepEqual(heard, [{ new: 2, old: 8, newUrgent: 1, oldUrgent: 0, exact: true }])
    assert.deepEqual(replies, [200])
  })
})
