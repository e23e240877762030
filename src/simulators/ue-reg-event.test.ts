import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRandom } from '#lib/random'
import { createHandClock } from '#lib/timers'
import { type ContactEvent, printReginfo, type RegisteredContact } from '#reginfo'
import { createRequest, createResponse, type SipRequest, type SipResponse } from '#sip'
import { createAnswerer } from './ue-answer.ts'
import type { UeIdentity } from './ue-identity.ts'
import { createRegWatch } from './ue-reg-event.ts'

const identity: UeIdentity = { impu: 'sip:1001@test', impi: '1001', domain: 'test', password: 'open sesame' }
const own = {
  ok: true,
  algorithm: 'MD5',
  expiresS: 3600,
  identities: ['sip:1001@test', 'tel:+491001'],
  routes: ['<sip:orig@192.0.2.9;lr>'],
} as const
const registered = { ...own, identities: [...own.identities], routes: [...own.routes] }
const URI = 'sip:1001@192.0.2.1:5060'

/** A handset whose server answers as `judge` says. */
const aPlace = (judge: (request: SipRequest, nth: number) => [number, ...[string, string][]]) => {
  const timers = createHandClock()
  const random = createRandom()
  const asked: { request: SipRequest; seq: string }[] = []
  const heard: string[] = []
  const watch = createRegWatch({
    ...{ timers, random, identity, answerer: createAnswerer(identity, random) },
    contact: () => `<${URI}>;audio`,
    ask: async (request): Promise<SipResponse> => {
      asked.push({ request, seq: request.headers.get('CSeq') ?? '' })
      const [status, ...headers] = judge(request, asked.length)
      const response = createResponse(request, status, 'as the test says')
      if (!response.headers.get('To')?.includes('tag='))
        response.headers.set('To', `${request.headers.get('To')};tag=s`)
      for (const [name, value] of headers) response.headers.add(name, value)
      return response
    },
    onOrder: (event, afterS) => heard.push(afterS > 0 ? `${event} ${afterS}` : event),
    onSubscribed: (status) => heard.push(`${status}`),
  })
  const notify = (
    version: number,
    contacts: RegisteredContact[],
    state = 'active',
    more: [string, string][] = [],
  ) => {
    const [first] = asked
    const { headers } = first?.request ?? assert.fail('nobody subscribed')
    const request = createRequest('NOTIFY', URI)
    request.headers.add('From', '<sip:1001@test>;tag=s').add('To', headers.get('From') ?? '')
    request.headers.add('Call-ID', headers.get('Call-ID') ?? '').add('Subscription-State', state)
    for (const [name, value] of more) request.headers.set(name, value)
    const registrations = [{ aor: 'sip:1001@test', id: 'a', state: 'active' as const, contacts }]
    request.body = new TextEncoder().encode(printReginfo({ version, state: 'full', registrations }))
    return watch.onNotify(request)
  }
  return { timers, watch, asked, heard, notify }
}
const contact = (event: ContactEvent, more: Partial<RegisteredContact> = {}): RegisteredContact => ({
  id: 'c',
  state: event === 'registered' ? 'active' : 'terminated',
  event,
  uri: URI,
  ...more,
})
const fine = (expires = '600000'): [number, ...[string, string][]] => [
  200,
  ['Expires', expires],
  ['Contact', '<sip:192.0.2.9>'],
]
const CHALLENGE: [string, string] = ['Proxy-Authenticate', 'Digest realm="test", nonce="n", qop="auth"']

describe('a handset that watches its registration', () => {
  test('asks as handsets do, with proof when that is wanted', async () => {
    const { watch, asked, heard } = aPlace((_request, nth) => (nth === 1 ? [407, CHALLENGE] : fine()))
    await watch.begin(registered)
    const { headers, uri } = asked[1]?.request ?? assert.fail('no second SUBSCRIBE')
    assert.equal(uri, 'sip:1001@test')
    assert.deepEqual(
      ['Route', 'Event', 'Accept', 'Expires', 'P-Preferred-Identity', 'Contact'].map((name) =>
        headers.get(name),
      ),
      [
        '<sip:orig@192.0.2.9;lr>',
        'reg',
        'application/reginfo+xml',
        '600000',
        '<sip:1001@test>',
        `<${URI}>;audio`,
      ],
    )
    assert.match(headers.get('Proxy-Authorization') ?? '', /uri="sip:1001@test"/)
    assert.deepEqual([asked[0]?.seq, asked[1]?.seq], ['1 SUBSCRIBE', '2 SUBSCRIBE'])
    assert.deepEqual(heard, ['200'])
    await watch.begin(registered)
    assert.equal(asked.length, 2, 'one subscription is enough')
  })

  test('obeys what concerns its own contact, once', async () => {
    const { watch, heard, notify } = aPlace(() => fine())
    await watch.begin(registered)
    assert.equal(notify(0, [contact('registered')]), 200)
    assert.equal(notify(1, [contact('deactivated', { uri: 'sip:other@192.0.2.2' })]), 200)
    assert.equal(notify(2, [contact('deactivated')]), 200)
    assert.equal(notify(2, [contact('deactivated')]), 200)
    assert.equal(notify(3, [contact('probation', { retryAfter: 30 })]), 200)
    assert.equal(notify(4, [contact('rejected')], 'terminated;reason=noresource'), 200)
    assert.deepEqual(heard, ['200', 'deactivated', 'probation 30', 'rejected'])
    assert.equal(notify(5, [contact('deactivated')]), 481, 'that subscription is over')
  })

  test('knows no NOTIFY but its own, and none that it cannot read', async () => {
    const { watch, notify, heard } = aPlace(() => fine())
    await watch.begin(registered)
    assert.equal(notify(0, [contact('rejected')], 'active', [['Call-ID', 'x']]), 481)
    assert.equal(notify(0, [contact('rejected')], 'active', [['To', '<sip:1001@test>;tag=forged']]), 481)
    const bad = createRequest('NOTIFY', URI)
    assert.equal(watch.onNotify(bad), 481)
    assert.deepEqual(heard, ['200'])
    assert.equal(notify(0, [contact('registered', { uri: '' })]), 400)
  })

  test('goes on in time, and begins anew where nobody remembers', async () => {
    const { watch, asked, heard, timers } = aPlace((_request, nth) => (nth === 3 ? [481] : fine('1300')))
    await watch.begin(registered)
    timers.advance(700_100)
    await new Promise((done) => setImmediate(done))
    const { request } = asked[1] ?? assert.fail('no refresh')
    assert.equal(request.uri, 'sip:192.0.2.9')
    assert.equal(request.headers.get('To'), '<sip:1001@test>;tag=s')
    timers.advance(700_100)
    await new Promise((done) => setImmediate(done))
    assert.deepEqual(heard, ['200', '200', '481'])
    await watch.begin(registered)
    assert.equal(asked.length, 4)
    assert.notEqual(asked[3]?.request.headers.get('Call-ID'), request.headers.get('Call-ID'))
  })

  test('lives with a server that has nothing to watch', async () => {
    const { watch, heard, timers } = aPlace(() => [489])
    await watch.begin(registered)
    assert.deepEqual(heard, ['489'])
    assert.equal(timers.armed, 0)
  })
})
