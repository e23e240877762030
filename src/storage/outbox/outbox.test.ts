import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { MessageRecord, OutboxEvent } from '#core'
import { silentLog } from '#lib/log'
import { createTimers } from '#lib/timers'
import { type OpenedStore, openStore } from '../store.ts'

const folder = mkdtempSync(join(tmpdir(), 'tandem-outbox-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let files = 0

const withStore = async (work: (store: OpenedStore, file: string) => Promise<void>, maxPages?: number) => {
  const file = join(folder, `${++files}.db`)
  const opened = await openStore({
    file,
    log: silentLog,
    timers: createTimers(),
    ...(maxPages && { maxPages }),
  })
  assert.ok(opened.ok)
  await work(opened.value, file)
  await opened.value.close()
}

const event = (id: string, more: Partial<OutboxEvent> = {}): OutboxEvent => ({
  ...{ id, type: 'message.sent', subject: id, atMs: 1000, data: `{"id":"${id}"}` },
  ...more,
})
const message = (id: string, text = 'x'): MessageRecord => ({
  ...{ id, origin: 'rest', from: 'a', to: 'b', queue: 'subscriber:b', body: { kind: 'text', text }, pid: 0 },
  ...{ acceptedAtMs: 1, expiresAtMs: 9e12, state: 'queued', attempts: 0, partsTotal: 1, partsDone: 0 },
  steps: [{ atMs: 1, state: 'queued' }],
})
const ids = (events: OutboxEvent[]): string[] => events.map(({ id }) => id)

describe('the outbox', () => {
  test('is written with what it tells of, and gives it back in order', () =>
    withStore(async ({ outbox, messages }) => {
      let told = 0
      outbox.onWritten(() => told++)
      outbox.add(event('e1', { subject: 'm1' }), true)
      await messages.add(message('m1'))
      assert.equal(told, 1)
      outbox.add(event('e2', { subject: 'm1' }), true)
      await messages.save({ ...message('m1'), state: 'sent' })
      const events = await outbox.after(0, 10)
      assert.deepEqual(ids(events), ['e1', 'e2'])
      assert.deepEqual(events[0], { ...event('e1', { subject: 'm1' }), seq: events[0]?.seq })
      assert.deepEqual(ids(await outbox.after(events[0]?.seq ?? 0, 10)), ['e2'])
      assert.deepEqual(ids(await outbox.after(0, 1)), ['e1'])
    }))

  test('holds nothing of a message that was there before', () =>
    withStore(async ({ outbox, messages }) => {
      const claim = { key: 'k', nowMs: 1, untilMs: 1000 }
      for (const id of ['m1', 'm2']) {
        outbox.add(event(`e-${id}`, { subject: id }), true)
        assert.equal(await messages.add(message(id), claim), id === 'm1' ? undefined : 'm1')
      }
      assert.deepEqual(ids(await outbox.after(0, 10)), ['e-m1'])
    }))

  test('tells the same fact once', () =>
    withStore(async ({ outbox, flush }) => {
      for (let n = 0; n < 3; n++) {
        outbox.addLater(event('e1', { data: `${n}` }), false)
        await flush()
      }
      const [only, ...more] = await outbox.after(0, 10)
      assert.deepEqual([only?.data, more.length], ['0', 0])
    }))

  test('finds places by time and id, counts, and forgets the old without using a number twice', () =>
    withStore(async ({ outbox, flush }) => {
      for (let n = 1; n <= 4; n++)
        outbox.addLater(
          event(`e${n}`, { atMs: n * 1000, type: n % 2 ? 'call.ended' : 'message.sent' }),
          false,
        )
      await flush()
      const [first = 0, second, , last] = (await outbox.after(0, 10)).map(({ seq }) => seq)
      assert.equal(await outbox.seqBefore(2000), first)
      assert.equal(await outbox.seqBefore(9000), last)
      assert.equal(await outbox.seqOf('e2'), second)
      assert.equal(await outbox.seqOf('none'), undefined)
      assert.equal(await outbox.lastSeq(), last)
      assert.deepEqual(Object.fromEntries(await outbox.counts(first)), { 'call.ended': 1, 'message.sent': 2 })
      assert.deepEqual(ids(await outbox.some([first, 999, last ?? 0])), ['e1', 'e4'])
      assert.equal(await outbox.deleteBefore(5000), 4)
      assert.equal(await outbox.seqBefore(0), 0)
      outbox.addLater(event('e5'), false)
      await flush()
      assert.equal(await outbox.lastSeq(), (last ?? 0) + 1)
    }))

  test('of a disk that is full keeps what goes in the background, and nothing of what was refused', () =>
    withStore(async ({ outbox, messages, flush }) => {
      const big = 'x'.repeat(200_000)
      outbox.add(event('refused', { subject: 'm1', data: big }), true)
      await assert.rejects(messages.add(message('m1', big)))
      outbox.addLater(event('call', { type: 'call.ended' }), false)
      await flush()
      assert.deepEqual(ids(await outbox.after(0, 10)), ['call'])
    }, 60))
})
