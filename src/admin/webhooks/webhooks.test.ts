import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, test } from 'node:test'
import type { Outbox, Store } from '#core'
import { silentLog } from '#lib/log'
import { createTimers } from '#lib/timers'
import { applicationPorts } from '../../../test/support/admin-applications.ts'
import { bearer, json, problem, withAdmin } from '../../../test/support/admin-server.ts'
import { memoryOutbox } from '../../../test/support/memory-outbox.ts'
import { until } from '../../../test/support/wait.ts'
import type { ReplayedView, WebhookView } from '../contract.ts'
import { createWebhooks, type WebhookEntry } from './webhooks.ts'

const memorySettings = (): Pick<Store, 'getSetting' | 'setSetting'> & { kept: Map<string, string> } => {
  const kept = new Map<string, string>()
  return {
    kept,
    getSetting: async (name) => kept.get(name),
    setSetting: async (name, value) => void kept.set(name, value),
  }
}

type Received = { id: string; type: string; good: boolean }

/** An application that checks signatures as the documentation says. */
const aReceiver = async (secret: string) => {
  const received: Received[] = []
  let status = 204
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (piece) => {
      body += piece
    })
    request.on('end', () => {
      const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': shown } = request.headers
      const mac = createHmac('sha256', secret).update(`${id}.${time}.${body}`).digest('base64')
      const { type } = JSON.parse(body) as { type: string }
      received.push({ id: `${id}`, type, good: shown === `v1,${mac}` })
      response.writeHead(status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    received,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?token=secret`,
    answer: (next: number) => {
      status = next
    },
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const open = (entries: WebhookEntry[], outbox: Outbox, store = memorySettings()) =>
  createWebhooks({ entries, outbox, store, timers: createTimers(), log: silentLog, version: '1' })

const all = bearer('key-of-all')
const post = (body: object): RequestInit => ({
  method: 'POST',
  headers: { authorization: 'Bearer key-of-all', 'content-type': 'application/json' },
  body: JSON.stringify(body),
})

describe('webhooks', () => {
  test('tell applications what happens, signed, and are seen and steered by REST', async () => {
    const receiver = await aReceiver('a secret')
    const outbox = memoryOutbox()
    outbox.put({ id: 'before', atMs: Date.now() - 120_000, data: '{"type":"x"}' })
    const webhooks = await open(
      [{ name: 'crm', url: receiver.url, secret: 'a secret', events: ['message.*'], retry: [60] }],
      outbox,
    )
    const data = (id: string) => ({ id, data: `{"id":"${id}","type":"message.sent"}`, atMs: Date.now() })
    outbox.put(data('one'), { ...data('two'), type: 'call.ended' }, data('three'))
    await until('both came', () => receiver.received.length === 2)
    assert.deepEqual(
      receiver.received.map(({ id, good }) => [id, good]),
      [
        ['one', true],
        ['three', true],
      ],
    )
    await withAdmin(
      async (ask) => {
        const view = async () =>
          (await json<{ items: WebhookView[] }>(await ask('/webhooks', all))).items[0] as WebhookView
        assert.deepEqual([(await view()).id, (await view()).url.endsWith('/hook')], ['crm', true])
        assert.equal((await view()).delivered, 2)

        const again = await json<ReplayedView>(
          await ask('/webhooks/crm/replay', post({ since: new Date(Date.now() - 60_000).toISOString() })),
        )
        assert.equal(again.events, 2)
        await until('both came again', () => receiver.received.length === 4)
        await json(await ask('/webhooks/crm/replay', post({ event: 'before' })))
        await until('the one that was before came', () => receiver.received.at(-1)?.id === 'before')

        assert.equal((await json<WebhookView>(await ask('/webhooks/crm/pause', post({})))).state, 'paused')
        outbox.put(data('four'))
        assert.equal((await view()).waiting, 1)
        assert.equal((await json<WebhookView>(await ask('/webhooks/crm/resume', post({})))).state, 'working')
        await until('the one that waited came', () => receiver.received.at(-1)?.id === 'four')

        receiver.answer(503)
        outbox.put(data('five'))
        await until('it failed', async () => (await view()).lastFailure !== undefined)
        const { lastFailure, retrying } = await view()
        assert.deepEqual([lastFailure?.status, lastFailure?.event, retrying], [503, 'five', 1])
        for (const [path, body, status] of [
          ['/webhooks/none/pause', {}, 404],
          ['/webhooks/none/replay', { event: 'x' }, 404],
          ['/webhooks/crm/replay', { event: 'none' }, 404],
          ['/webhooks/crm/replay', {}, 400],
          ['/webhooks/crm/replay', { event: 'x', since: new Date().toISOString() }, 400],
          ['/webhooks/crm/replay', { since: 'yesterday' }, 400],
        ] as const)
          await problem(await ask(path, post(body)), status)
        await problem(await ask('/webhooks', bearer('key-of-users')), 403)
      },
      { ...applicationPorts(), webhooks },
    )
    await webhooks.close()
    receiver.close()
  })

  test('keep their place by name, or by URL, and begin with now when they are new', async () => {
    const receiver = await aReceiver('s')
    const outbox = memoryOutbox()
    const store = memorySettings()
    const entry = { url: receiver.url, secret: 's', events: ['*'], retry: [60] }
    const one = { id: 'old', data: '{"type":"x"}', atMs: Date.now() }
    outbox.put(one)
    const first = await open([entry, entry, { ...entry, name: 'named' }], outbox, store)
    assert.equal(new Set((await first.list()).map(({ id }) => id)).size, 3)
    await first.close()
    outbox.put({ ...one, id: 'between' })
    const second = await open([entry], outbox, store)
    await until('what happened between came', () => receiver.received.length > 0)
    assert.deepEqual(
      receiver.received.map(({ id }) => id),
      ['between'],
    )
    await second.close()
    receiver.close()
  })

  test('end at once, whatever an endpoint does', async () => {
    const asked = Promise.withResolvers<void>()
    const server = createServer(() => asked.resolve())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const [outbox, store] = [memoryOutbox(), memorySettings()]
    const webhooks = await open([{ name: 'x', url, secret: 's', events: ['*'], retry: [60] }], outbox, store)
    outbox.put({ id: 'one', atMs: Date.now() })
    await asked.promise
    await webhooks.close()
    const kept = JSON.parse(store.kept.get('webhook.x') ?? '{}') as { waiting: number[][] }
    assert.deepEqual(
      kept.waiting.map(([seq]) => seq),
      [1],
    )
    server.closeAllConnections()
    server.close()
  })
})
