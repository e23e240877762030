import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createEvents } from '#core'
import { noFigures, noWebhooks } from '../../../test/support/admin-applications.ts'
import { aCall } from '../../../test/support/admin-house.ts'
import { bearer, problem, withAdmin } from '../../../test/support/admin-server.ts'
import { createMetrics } from './metrics.ts'

const aHouse = () => {
  const events = createEvents()
  let commit: (tookMs: number) => void = () => {}
  const figures = {
    ...noFigures,
    ...{ registeredUsers: 2, bindings: 3, messagesWaiting: 7, calls: { answered: 1 }, blockedSources: 1 },
    ...{ sipMessages: { INVITE_recv: 5 }, sipErrors: { sip_timeout: 1 } },
    ...{ lines: { registered: 3, offline: 1 }, linesSendable: 2, goip: { all: 9, wrong_password: 1 } },
    media: { calls: 1, bound: 10, free: 6, resting: 2, forwarded: 99, invalid: 4 },
  }
  const metrics = createMetrics({
    ...{ version: '1.2.3', events, feed: { hearers: 0 }, figures: () => figures },
    kindOfLine: () => 'goip',
    webhooks: {
      list: async () => [
        {
          ...{ id: 'crm', url: 'http://x/', events: ['*'], state: 'failing' as const },
          ...{ waiting: 12, retrying: 3, delivered: 40, givenUp: 2 },
        },
      ],
    },
    onCommit: (hear) => {
      commit = hear
    },
  })
  return { events, figures, metrics, commit: (tookMs: number) => commit(tookMs) }
}

/** The lines of our own metrics, by name and labels. */
const valuesOf = (text: string): Record<string, number> =>
  Object.fromEntries(
    [...text.matchAll(/^(tandem_\S+) (\S+)$/gm)].map(([, name, value]) => [name, Number(value)]),
  )

describe('metrics', () => {
  test('say how the house is', async () => {
    const { events, metrics, commit, figures } = aHouse()
    const call = aCall('c', 0, { answeredAtMs: 1000, endedAtMs: 31_000, cause: 'failure: of some kind' })
    events.publish({ kind: 'call.changed', call, state: 'ended' })
    commit(3)
    const values = valuesOf(await metrics.text())
    const expected = {
      'tandem_build_info{version="1.2.3"}': 1,
      tandem_registered_users: 2,
      tandem_bindings: 3,
      tandem_messages_waiting: 7,
      'tandem_lines{state="registered"}': 3,
      tandem_lines_sendable: 2,
      'tandem_goip_datagrams_total{what="all"}': 9,
      'tandem_goip_datagrams_total{what="wrong_password"}': 1,
      'tandem_calls{state="answered"}': 1,
      'tandem_calls_ended_total{cause="failure"}': 1,
      tandem_call_talk_seconds_total: 30,
      'tandem_store_commit_seconds_bucket{le="0.002"}': 0,
      'tandem_store_commit_seconds_bucket{le="0.005"}': 1,
      'tandem_sip_messages_total{name="INVITE_recv"}': 5,
      'tandem_sip_errors_total{name="sip_timeout"}': 1,
      'tandem_media_ports{state="used"}': 2,
      'tandem_media_packets_total{what="forwarded"}': 99,
      tandem_blocked_sources: 1,
      'tandem_webhook_waiting{webhook="crm"}': 12,
      'tandem_webhook_up{webhook="crm"}': 0,
      'tandem_webhook_given_up_total{webhook="crm"}': 2,
    }
    for (const [name, value] of Object.entries(expected)) assert.equal(values[name], value, name)
    figures.calls = { answered: 0 }
    assert.equal(valuesOf(await metrics.text())['tandem_sip_messages_total{name="INVITE_recv"}'], 5)
  })

  test('hold nothing that a stranger can make grow', async () => {
    const { events, metrics } = aHouse()
    const lines = async () => (await metrics.text()).split('\n').length
    const call = (n: number) => aCall(`c${n}`, 0, { cause: `failure: ${n}`, caller: `sip:${n}@x` })
    events.publish({ kind: 'call.changed', call: call(0), state: 'ended' })
    const before = await lines()
    for (let n = 1; n < 100; n++) events.publish({ kind: 'call.changed', call: call(n), state: 'ended' })
    assert.equal(await lines(), before)
  })

  test('are for this machine, for keys with the scope, or for everybody', async () => {
    const { metrics } = aHouse()
    const keys = [
      { name: 'scraper', key: 'key-of-scraper', scopes: ['metrics:read'] },
      { name: 'users', key: 'key-of-users', scopes: ['users:read'] },
    ]
    const ask = (port: number, headers: Record<string, string> = {}) =>
      fetch(`http://127.0.0.1:${port}/metrics`, { headers })
    const passedOn = { 'x-forwarded-for': '192.0.2.1' }
    await withAdmin(
      async (_ask, port) => {
        const here = await ask(port)
        assert.equal(here.status, 200)
        assert.match(here.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/)
        assert.match(await here.text(), /^nodejs_eventloop_lag_seconds /m)
        await problem(await ask(port, passedOn), 401)
        const { authorization } = bearer('key-of-users').headers as Record<string, string>
        await problem(await ask(port, { ...passedOn, authorization: `${authorization}` }), 403)
        const scraper = { ...passedOn, authorization: 'Bearer key-of-scraper' }
        assert.equal((await ask(port, scraper)).status, 200)
      },
      { keys, metrics: { metrics, open: false } },
    )
    await withAdmin(async (_ask, port) => assert.equal((await ask(port, passedOn)).status, 200), {
      metrics: { metrics, open: true },
    })
    assert.equal((await noWebhooks.list()).length, 0)
  })
})
