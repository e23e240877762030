import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createEvents, type MessageRecord, type MessageState, type OutboxEvent } from '#core'
import { createRandom } from '#lib/random'
import { createHandClock } from '#lib/timers'
import { aCall } from '../../../test/support/admin-house.ts'
import { memoryMessages } from '../../../test/support/memory-messages.ts'
import { memoryOutbox } from '../../../test/support/memory-outbox.ts'
import type { EventView } from '../contract.ts'
import { wantsOf } from '../events/envelope.ts'
import { createFeed } from '../events/feed.ts'
import { tapFeed, tapMessages, tellOfDeadCalls } from './tap.ts'

const message: MessageRecord = {
  ...{ id: 'm1', origin: 'rest', from: 'a', to: 'b', queue: 'subscriber:b@d', pid: 0, attempts: 0 },
  ...{ acceptedAtMs: 1000, expiresAtMs: 9000, state: 'queued', partsTotal: 1, partsDone: 0 },
  body: { kind: 'text', text: 'hello' },
  steps: [{ atMs: 1000, state: 'queued' }],
}

const tapped = (patterns: string[]) => {
  const outbox = memoryOutbox()
  const rows: [how: string, ofMessage: boolean, event: OutboxEvent][] = []
  outbox.add = (event, ofMessage) => void rows.push(['add', ofMessage, event])
  outbox.addLater = (event, ofMessage) => void rows.push(['later', ofMessage, event])
  const store = tapMessages(memoryMessages(), outbox, wantsOf(patterns))
  return { store, outbox, rows, types: () => rows.splice(0).map(([how, , { type }]) => `${how} ${type}`) }
}

test('each step of a message is an event of its own, written as the step is', async () => {
  const { store, types, rows } = tapped(['*'])
  const step = (state: MessageState, atMs: number): MessageRecord => ({
    ...message,
    state,
    steps: [...message.steps, { atMs, state }],
  })
  await store.add(message)
  assert.equal(rows[0]?.[1], true)
  assert.deepEqual(JSON.parse(rows[0]?.[2].data ?? ''), {
    id: 'm1.1000.queued',
    type: 'message.accepted',
    timestamp: '1970-01-01T00:00:01.000Z',
    data: {
      ...{ id: 'm1', state: 'queued', origin: 'rest', from: 'a', to: 'b', recipient: 'b@d', kind: 'text' },
      ...{ text: 'hello', acceptedAt: '1970-01-01T00:00:01.000Z', expiresAt: '1970-01-01T00:00:09.000Z' },
      ...{ attempts: 0, parts: 1, partsDone: 0, incomplete: false },
    },
  } satisfies EventView)
  await store.saveLater(step('submitting', 2000))
  await store.saveLater(step('queued', 3000))
  await store.save(step('delivered', 4000))
  assert.deepEqual(types(), ['add message.accepted', 'later message.queued', 'add message.delivered'])
})

test('what an endpoint sent is received, reports are nobody else’s business, and only what is wanted is written', async () => {
  const { store, types } = tapped(['message.received', 'message.delivered'])
  await store.add({ ...message, origin: 'sip' })
  await store.add({ ...message, id: 'm2' })
  assert.deepEqual(types(), ['add message.received'])
  const all = tapped(['*'])
  await all.store.add({ ...message, origin: 'report' })
  assert.deepEqual(all.types(), [])
})

test('calls and registrations are told in the background, each change with an id of its own', () => {
  const { outbox, rows } = tapped([])
  const events = createEvents()
  const feed = createFeed({ events, clock: createHandClock().clock, random: createRandom() })
  tapFeed(feed, outbox, wantsOf(['call.*', 'source.blocked']))
  const call = aCall('c1', 1000)
  for (const state of ['routing', 'ringing', 'answered', 'held', 'answered', 'ended'] as const)
    events.publish({ kind: 'call.changed', call, state })
  events.publish({ kind: 'source.blocked', source: '192.0.2.1', minutes: 10 })
  assert.deepEqual(
    rows.map(([how, ofMessage, { id, type }]) => [how, ofMessage, type, type.startsWith('call') && id]),
    [
      ['later', false, 'call.started', 'c1.1'],
      ['later', false, 'call.ringing', 'c1.2'],
      ['later', false, 'call.answered', 'c1.3'],
      ['later', false, 'call.held', 'c1.4'],
      ['later', false, 'call.answered', 'c1.5'],
      ['later', false, 'call.ended', 'c1.ended'],
      ['later', false, 'source.blocked', false],
    ],
  )
})

test('the end of a call that died with its process is told by the next, as the same fact', () => {
  const { outbox, rows } = tapped([])
  tellOfDeadCalls([aCall('c1', 1000, { endedAtMs: 5000, cause: 'restart' })], outbox, wantsOf(['*']))
  tellOfDeadCalls([aCall('c2', 1000)], outbox, wantsOf(['message.*']))
  assert.deepEqual(
    rows.map(([, , { id, atMs }]) => [id, atMs]),
    [['c1.ended', 5000]],
  )
})
