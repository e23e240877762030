import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, test } from 'node:test'
import type { MessageRecord, MessageState } from '#core'
import { silentLog } from '#lib/log'
import { createTimers } from '#lib/timers'
import { type OpenedStore, openStore, StoreFailure } from '../index.ts'

const folder = mkdtempSync(join(tmpdir(), 'tandem-messages-'))
after(() => rmSync(folder, { recursive: true, force: true }))

let files = 0
const aFile = (): string => join(folder, `${++files}.db`)
const open = async (file: string, maxPages?: number): Promise<OpenedStore> => {
  const more = maxPages === undefined ? {} : { maxPages }
  const opened = await openStore({ file, log: silentLog, timers: createTimers(), ...more })
  assert.ok(opened.ok)
  return opened.value
}
type Work = (messages: OpenedStore['messages'], file: string) => Promise<void>
const inStore = async (work: Work, file = aFile()): Promise<void> => {
  const store = await open(file)
  try {
    await work(store.messages, file)
  } finally {
    await store.close()
  }
}

const idOf = (n: number): string => `m${String(n).padStart(17, '0')}`
const aMessage = (n: number, more: Partial<MessageRecord> = {}): MessageRecord => ({
  id: idOf(n),
  origin: 'api',
  from: '123',
  to: 'bob',
  queue: 'subscriber:bob@d',
  body: { kind: 'text', text: `text ${n}` },
  pid: 0,
  acceptedAtMs: 1000 + n,
  expiresAtMs: 5000 + n,
  state: 'queued',
  attempts: 0,
  partsTotal: 1,
  partsDone: 0,
  steps: [{ atMs: 1000 + n, state: 'queued' }],
  ...more,
})
const ended = (m: MessageRecord, state: MessageState, atMs = 2000): MessageRecord => ({
  ...m,
  state,
  steps: [...m.steps, { atMs, state }],
})
const idsOf = (rows: MessageRecord[]) => rows.map(({ id }) => id)
const claim = (key: string, nowMs = 0, untilMs = nowMs + 100) => ({ key, nowMs, untilMs })

describe('kept messages', () => {
  test('come back as they were, whatever is in them', async () => {
    const full: MessageRecord = {
      ...aMessage(1),
      ...{
        origin: 'ims',
        from: '+49 "1"',
        fromImpi: 'alice@d',
        pid: 64,
        attempts: 3,
        partsTotal: 4,
        partsDone: 2,
      },
      body: { kind: 'text', text: 'Grüße 👋 \u0000 “x”', dcs: 16, udh: '0101' },
      ...{ state: 'accepted', reason: '1 of 3 parts', cause: 22, route: 'ims' },
      steps: [{ atMs: 1, state: 'accepted', reason: '1 of 3 parts', cause: 22, route: 'ims' }],
      parts: [{ sequence: 2, reference: 9, body: { kind: 'data', octets: '00ff', dcs: 4 } }],
      ...{ partsExpected: 3, partsKey: 'k\u0000y', incomplete: true, dedupe: 'd', tag: 't' },
      reportTo: { impi: 'alice@d', references: [1, 2] },
      delivery: 'at_most_once',
    }
    const data = aMessage(2, { body: { kind: 'data', octets: 'c0ffee', dcs: 245, udh: '0504' } })
    const report = aMessage(3, {
      body: { kind: 'report', reference: 7, recipient: 'bob', atMs: 1, doneAtMs: 2, status: 70 },
    })
    const file = aFile()
    await inStore(async (messages) => {
      for (const one of [full, data, report]) assert.equal(await messages.add(one), undefined)
    }, file)
    await inStore(async (messages) => {
      for (const one of [full, data, report]) assert.deepEqual(await messages.get(one.id), one)
      assert.equal(await messages.get('nothing'), undefined)
      assert.deepEqual(await messages.load(), {
        lastId: idOf(3),
        inTurn: new Map([['subscriber:bob@d', 2]]),
        accepted: [full],
      })
    }, file)
  })

  test('are told of in the order in which they came', () =>
    inStore(async (messages, file) => {
      const other = new DatabaseSync(file, { readOnly: true })
      const told: string[] = []
      await Promise.all(
        Array.from({ length: 500 }, async (_, n) => {
          await messages.add(aMessage(n))
          told.push(idOf(n))
        }),
      )
      assert.deepEqual(told, [...told].sort())
      assert.equal(other.prepare('select count(*) as n from messages').get()?.n, 500)
      other.close()
    }))

  test('follow their steps: into the queue, out of it, with the reports that come of it', () =>
    inStore(async (messages) => {
      const m = aMessage(1)
      await messages.add(m)
      const submitting: MessageRecord = {
        ...m,
        state: 'submitting',
        steps: [...m.steps, { atMs: 2, state: 'submitting' }],
      }
      const told: string[] = []
      const background = messages.saveLater(submitting).then(() => told.push('submitting'))
      const done = { ...ended(submitting, 'delivered'), partsDone: 1 }
      const reports = [aMessage(2, { queue: 'subscriber:alice@d' })]
      await messages.save(done, { reports }).then(() => told.push('delivered'))
      await background
      assert.deepEqual(told, ['submitting', 'delivered'])
      assert.deepEqual(await messages.get(m.id), done)
      assert.deepEqual((await messages.load()).inTurn, new Map([['subscriber:alice@d', 1]]))
      const [a, b] = [{ ...done, attempts: 7 }, ended(done, 'failed')]
      await Promise.all([messages.save(a), messages.save(b)])
      assert.equal((await messages.get(m.id))?.state, 'failed', 'the later one stands')
    }))

  test('are written whole where more than a step has changed', () =>
    inStore(async (messages) => {
      const waiting = aMessage(1, { state: 'accepted', parts: [], partsKey: 'k', partsExpected: 2 })
      await messages.add(waiting)
      assert.deepEqual(await messages.next(waiting.queue, 9), [])
      const { parts, partsKey, ...rest } = waiting
      const whole: MessageRecord = { ...rest, state: 'queued', body: { kind: 'text', text: 'all of it' } }
      const saved = messages.save(whole, { whole: true, claim: claim('part') })
      const later = messages.saveLater({ ...whole, attempts: 1 })
      await Promise.all([saved, later])
      assert.deepEqual(await messages.get(whole.id), { ...whole, attempts: 1 })
      assert.deepEqual(idsOf(await messages.next(whole.queue, 9)), [whole.id])
      assert.equal(await messages.add(aMessage(2), claim('part', 50)), whole.id)
    }))

  test('are found by turn and by time', () =>
    inStore(async (messages) => {
      const adding = [4, 1, 3, 2].map((n) => messages.add(aMessage(n)))
      await Promise.all([...adding, messages.add(aMessage(0, { queue: 'subscriber:x' }))])
      await messages.save(ended(aMessage(1), 'delivered'))
      const submitting: MessageRecord = { ...aMessage(3), state: 'submitting' }
      await messages.save(submitting)
      assert.deepEqual(idsOf(await messages.next('subscriber:bob@d', 2)), [2, 3].map(idOf))
      assert.deepEqual(idsOf(await messages.due('queued', 5003, 9)), [0, 2, 3].map(idOf))
      await messages.save(ended(aMessage(4), 'sent'))
      assert.deepEqual(idsOf(await messages.due('sent', 5003, 9)), [])
      assert.deepEqual(idsOf(await messages.due('sent', 5004, 9)), [4].map(idOf))
      await messages.shift(1000, 1004)
      assert.deepEqual(idsOf(await messages.due('sent', 6003, 9)), [])
      assert.equal((await messages.get(idOf(2)))?.expiresAtMs, 6002)
      await messages.shift(1000, 1001)
      assert.equal((await messages.get(idOf(2)))?.expiresAtMs, 6002, 'accepted later')
      assert.equal((await messages.get(idOf(1)))?.expiresAtMs, 5001, 'what has ended has ended')
    }))
})

describe('a key', () => {
  test('names one message within its window, also within one transaction', () =>
    inStore(async (messages) => {
      const both = [messages.add(aMessage(1), claim('k')), messages.add(aMessage(2), claim('k'))]
      assert.deepEqual(await Promise.all(both), [undefined, idOf(1)])
      assert.equal(await messages.add(aMessage(3), claim('k', 99)), idOf(1))
      assert.equal(await messages.add(aMessage(4), claim('other')), undefined)
      assert.equal(await messages.add(aMessage(5), claim('k', 100)), undefined, 'the window has passed')
      assert.equal(await messages.add(aMessage(6), claim('k', 101)), idOf(5))
      assert.equal(await messages.get(idOf(2)), undefined)
    }))

  test('does not live for years because a clock was wrong', () =>
    inStore(async (messages) => {
      await messages.add(aMessage(1), claim('k', 9_000_000))
      assert.equal(await messages.add(aMessage(2), claim('k', 1000)), undefined)
    }))
})

describe('the list', () => {
  test('pages through all, newest first, and filters by state, ends and words', () =>
    inStore(async (messages) => {
      const adding = []
      for (let n = 0; n < 6000; n++) adding.push(messages.add(aMessage(n)))
      await Promise.all(adding)
      await messages.save(ended(aMessage(3), 'failed'))
      await messages.save({ ...aMessage(5), state: 'submitting' })
      await messages.add(
        aMessage(7000, { from: '+1', fromImpi: 'alice@d', to: '+2', queue: 'subscriber:carol@d' }),
      )
      await messages.add(aMessage(7001, { body: { kind: 'text', text: '100%_sure' } }))
      const newest = idsOf(await messages.list({ limit: 3 }))
      assert.deepEqual(newest, [7001, 7000, 5999].map(idOf))
      assert.deepEqual(idsOf(await messages.list({ limit: 2, before: idOf(5) })), [4, 3].map(idOf))
      assert.deepEqual(idsOf(await messages.list({ limit: 9, state: 'failed' })), [idOf(3)])
      assert.deepEqual(idsOf(await messages.list({ limit: 9, state: 'submitting' })), [idOf(5)])
      assert.equal((await messages.list({ limit: 1000, state: 'queued' })).length, 1000)
      for (const user of ['+1', '+2', 'alice@d', 'carol@d'])
        assert.deepEqual(idsOf(await messages.list({ limit: 9, user })), [idOf(7000)], user)
      assert.deepEqual(idsOf(await messages.list({ limit: 9, text: 'text 77' })).length, 9)
      assert.deepEqual(idsOf(await messages.list({ limit: 9, text: '%_s' })), [idOf(7001)])
      assert.deepEqual(idsOf(await messages.list({ limit: 9, text: 'kind' })), [])
      assert.deepEqual(idsOf(await messages.list({ limit: 9, text: 'text 3', state: 'failed' })), [idOf(3)])
      assert.equal((await messages.list({ limit: 5000 })).length, 1000)
    }))
})

describe('retention', () => {
  test('removes what ended before, in steps, and keys that name nothing', () =>
    inStore(async (messages, file) => {
      const adding = []
      for (let n = 0; n < 1200; n++) adding.push(messages.add(aMessage(n), claim(`k${n}`)))
      await Promise.all(adding)
      const states: MessageState[] = ['delivered', 'failed', 'expired', 'unknown', 'cancelled']
      const saving = []
      for (let n = 0; n < 1100; n++)
        saving.push(messages.save(ended(aMessage(n), states[n % 5] as MessageState, n < 1050 ? 2000 : 3000)))
      await Promise.all(saving)
      assert.equal(await messages.deleteEndedBefore(3000, 100), 1050)
      assert.equal(await messages.deleteEndedBefore(3000, 100), 0)
      assert.equal((await messages.load()).inTurn.get('subscriber:bob@d'), 100)
      const other = new DatabaseSync(file, { readOnly: true })
      assert.equal(other.prepare('select count(*) as n from messages').get()?.n, 150)
      assert.equal(other.prepare('select count(*) as n from message_keys').get()?.n, 0)
      other.close()
    }))
})

describe('a full disk', () => {
  test('refuses what is added, which then never appears, and works again when there is room', async () => {
    const file = aFile()
    const store = await open(file, 64)
    const { messages } = store
    const text = 'x'.repeat(2000)
    const taken: string[] = []
    const refused: string[] = []
    for (let n = 0; n < 60; n++)
      await messages.add(aMessage(n, { body: { kind: 'text', text } }), claim(`k${n}`)).then(
        () => taken.push(idOf(n)),
        (failure) => {
          assert.ok(failure instanceof StoreFailure && failure.fault.kind === 'full')
          refused.push(idOf(n))
        },
      )
    assert.ok(taken.length > 5 && refused.length > 5, `${taken.length} taken`)
    await assert.rejects(
      messages.saveLater({
        ...aMessage(0, { tag: text }),
        steps: [{ atMs: 0, state: 'queued', reason: text.repeat(20) }],
      }),
    )
    await messages.save(ended(aMessage(0), 'delivered', 10))
    assert.equal(await messages.deleteEndedBefore(20, 0), 1)
    await new Promise((resume) => setTimeout(resume, 1500))
    await messages.add(aMessage(100))
    await store.close()
    await inStore(async (again) => {
      const kept = idsOf(await again.list({ limit: 1000 })).sort()
      assert.deepEqual(kept, [...taken.slice(1), idOf(100)])
    }, file)
  })
})
