import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRandom } from '#lib/random'
import { createHandClock } from '#lib/timers'
import type { Flow } from '#lib/wire'
import { createResponse, reasonPhrase, type SipRequest } from '#sip'
import { aSubscriber } from '../../../../test/support/house.ts'
import { createProxyAccounts, type ProxyState } from './accounts.ts'

const flow = { transport: 'udp', local: { address: '192.0.2.1', port: 5090 } } as Flow
type Said = { status: number; contact?: 'own' | 'other'; headers?: [string, string][] } | undefined

/** An exchange that says what it is told to; undefined: nothing. */
const anExchange = (say: (request: SipRequest) => Said) => {
  const timers = createHandClock()
  const sent: SipRequest[] = []
  const accounts = createProxyAccounts({
    ...{ timers, random: createRandom(), host: 'pbx.test', domain: 'pbx.test' },
    transport: 'udp',
    wire: { flowTo: () => flow, close: async () => {} },
    endpoint: () => ({ address: '192.0.2.9', port: 5060 }),
    request(request, at, events) {
      sent.push(request)
      const said = say(request)
      if (said)
        timers.after(1, () => {
          const response = createResponse(request, said.status, reasonPhrase(said.status))
          for (const [name, value] of said.headers ?? []) response.headers.add(name, value)
          const own = request.headers.get('Contact') ?? ''
          if (said.status < 300)
            response.headers.add('Contact', said.contact === 'other' ? '<sip:x@192.0.2.77>;expires=60' : own)
          events.onResponse(response)
        })
      return { request, flow: at, cancel: () => {}, release: () => {} }
    },
    keep: () => () => {},
  })
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 100) {
      timers.advance(100)
      for (let turn = 0; turn < 8; turn++) await Promise.resolve()
    }
  }
  return { accounts, sent, pass }
}
const wish = { tel: '1001', user: 'u1001', password: 'secret' }
const expiresOf = ({ headers }: SipRequest) => headers.get('Expires')

describe('an extension of another exchange', () => {
  test('is there once it is registered, found by its contact, and taken back', async () => {
    const { accounts, sent, pass } = anExchange(() => ({ status: 200 }))
    const entering = accounts.enter(wish)
    await pass(200)
    const entered = await entering
    assert.ok(entered.ok)
    const account = entered.value
    assert.equal(account.found.identity.user, '1001')
    assert.equal(accounts.called({ uri: `sip:${account.contact}@192.0.2.1:5090` }), account)
    assert.equal(accounts.called({ uri: 'sip:1001@192.0.2.1:5090' }), undefined)
    assert.equal(accounts.of(account.found.subscriber), account)
    assert.match(sent[0]?.headers.get('From') ?? '', /^<sip:1001@pbx\.test>;tag=/)
    account.leave()
    await pass(200)
    assert.deepEqual(sent.map(expiresOf), ['3600', '0'])
    assert.equal(accounts.size, 0)
  })

  test('is nobody of this house, whoever has its number here; who proved that he is one is himself', async () => {
    const { accounts, pass } = anExchange(() => ({ status: 200 }))
    const own = { ...wish, subscriber: aSubscriber('1001', { domain: 'pbx.test', impi: '1001@pbx.test' }) }
    const entering = [accounts.enter(wish), accounts.enter(own)]
    await pass(200)
    const impis = (await Promise.all(entering)).map((one) => one.ok && one.value.found.subscriber.impi)
    assert.deepEqual(impis, ['exchange:1001@pbx.test', '1001@pbx.test'])
  })

  test('is not there where the exchange says no, or nothing', async () => {
    for (const [status, code] of [
      [403, -403],
      [503, -503],
      [undefined, -2],
    ] as const) {
      const { accounts, pass } = anExchange(() => (status === undefined ? undefined : { status }))
      const entering = accounts.enter(wish)
      await pass(11_000)
      const entered = await entering
      assert.equal(!entered.ok && entered.error.code, code)
      assert.equal(accounts.size, 0)
    }
  })

  test('asks for as long as the exchange wants, and when a busy one wants it', async () => {
    let say: Said
    const { accounts, sent, pass } = anExchange((request) =>
      Number(expiresOf(request)) < 7200 ? { status: 423, headers: [['Min-Expires', '7200']] } : say,
    )
    say = { status: 200 }
    const entering = accounts.enter(wish)
    await pass(300)
    assert.ok((await entering).ok)
    assert.deepEqual(sent.map(expiresOf), ['3600', '7200'])
    say = { status: 503, headers: [['Retry-After', '1200']] }
    await pass(6_601_000)
    const failed = sent.length
    await pass(1_190_000)
    assert.equal(sent.length, failed, 'not before its time')
    say = { status: 200 }
    await pass(11_000)
    assert.ok(sent.length > failed)
    assert.equal(accounts.speaker('exchange:1001@pbx.test', '1001')?.state.code, 0)
  })

  test('that nobody has let in speaks for nobody', async () => {
    const { accounts, pass } = anExchange(() => undefined)
    const entering = accounts.enter(wish)
    await pass(200)
    assert.equal(accounts.size, 1)
    assert.equal(accounts.speaker('exchange:1001@pbx.test', '1001'), undefined)
    assert.equal(accounts.entering, 1)
    await pass(11_000)
    await entering
    assert.equal(accounts.entering, 0)
  })

  test('hears that it is lost, comes back, and that another has taken its place', async () => {
    let say: Said = { status: 200 }
    const { accounts, sent, pass } = anExchange(() => say)
    const entering = accounts.enter(wish)
    await pass(200)
    const entered = await entering
    assert.ok(entered.ok)
    const told: ProxyState[] = []
    entered.value.hear = (state) => void told.push(state)
    say = { status: 503 }
    await pass(3_001_000)
    assert.deepEqual([told[0]?.code, told[0]?.over], [-503, false])
    say = { status: 200 }
    await pass(301_000)
    assert.equal(told.at(-1)?.code, 0)
    say = { status: 200, contact: 'other' }
    await pass(3_001_000)
    assert.deepEqual([told.at(-1)?.code, told.at(-1)?.over], [-3, true])
    assert.ok(sent.length < 40, `${sent.length} requests`)
    say = { status: 403 }
    await pass(3_001_000)
    assert.deepEqual([told.at(-1)?.code, told.at(-1)?.over], [-403, true])
  })
})
