import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { silentLog } from '#lib/log'
import { createHandClock } from '#lib/timers'
import { memoryMessages } from '../../../test/support/memory-messages.ts'
import { aMessageHouse, DELIVERED, later, textOf } from '../../../test/support/message-house.ts'
import type { After } from './attempts.ts'
import type { Book } from './book.ts'
import type { MessageRecord } from './record.ts'
import { createTurns } from './turns.ts'

const BOB = 'bob@tandem.test'
const text = (words: string) => ({ body: { kind: 'text' as const, text: words } })
const aMessage = (queue: string) => ({ id: queue, queue }) as MessageRecord
const AWAY = { kind: 'away' as const, reason: 'not registered' }

describe('a queue', () => {
  test('is handed over in order and one at a time, others beside it', async () => {
    const { seen, accepted, carrier, settle } = await aMessageHouse()
    let under = 0
    let most = 0
    carrier.script = async () => {
      most = Math.max(most, ++under)
      await new Promise((resume) => setImmediate(resume))
      under--
      return DELIVERED
    }
    await Promise.all(Array.from({ length: 50 }, (_, i) => accepted(text(`${i}`))))
    await settle()
    while (seen.length < 50) await settle()
    assert.deepEqual(
      seen.map(textOf),
      Array.from({ length: 50 }, (_, i) => `${i}`),
    )
    assert.equal(most, 1)
    const slow = later()
    carrier.script = (m) => (m.queue.includes('bob') ? slow.script() : DELIVERED)
    const bob = await accepted()
    const carol = await accepted({ to: { impi: 'carol@tandem.test' } })
    await settle()
    assert.deepEqual(
      seen.slice(-2).map(({ id }) => id),
      [bob, carol],
    )
    slow.end(DELIVERED)
  })

  test('with a backlog lets others go between', async () => {
    const { seen, accepted, carrier, settle, messages } = await aMessageHouse({ script: () => AWAY })
    for (let n = 0; n < 40; n++) await accepted()
    const carol = { to: { impi: 'carol@tandem.test' } }
    for (let n = 0; n < 40; n++) await accepted(carol)
    await settle()
    seen.length = 0
    carrier.script = () => DELIVERED
    for (const name of ['bob', 'carol']) messages.wake(`${name}@tandem.test`)
    while (messages.waiting > 0) await settle()
    assert.equal(seen.length, 80)
    const firsts = seen.slice(0, 40).filter(({ queue }) => queue === `subscriber:${BOB}`).length
    assert.ok(firsts > 10 && firsts < 30, `${firsts} of the first 40 are for bob`)
  })

  test('of a phone that answers is not held up by all those that do not', async () => {
    const timers = createHandClock()
    const counts = new Map<string, number>()
    const under = new Map<string, (after: After) => void>()
    const turns = createTurns({
      ...{ timers, log: silentLog, isEnding: () => false },
      book: { counts, closed: false } as unknown as Book,
      store: { next: async (queue) => [aMessage(queue)] },
      attempts: {
        start: ({ queue }) => new Promise((resolve) => void under.set(queue, resolve)),
      },
    })
    const settle = () => new Promise((resume) => setImmediate(resume))
    const come = (queue: string): void => {
      counts.set(queue, 1)
      turns.arrived(aMessage(queue))
    }
    for (let n = 0; n < 1000; n++) come(`dead ${n}`)
    for (const end of under.values()) end({ againMs: 1000 })
    under.clear()
    await settle()
    timers.advance(1010)
    await settle()
    assert.equal(under.size, 800, 'those that failed do not take all places')
    come('alive')
    turns.wake('dead 999')
    await settle()
    assert.ok(under.has('alive'))
    assert.ok(under.has('dead 999'), 'who registers has not failed')
    counts.delete('dead 0')
    under.get('dead 0')?.('on')
    under.get('dead 1')?.({ away: 'gone' })
    counts.delete('alive')
    under.get('alive')?.('on')
    under.get('dead 999')?.({ away: 'gone' })
    await settle()
    assert.ok(under.has('dead 800') && under.has('dead 801'), 'the others have their turn')
  })

  test('tries again after sms_retry_delay as it is by then, or when the carrier says, with another attempt', async () => {
    const { seen, accepted, carrier, pass, settle, live, messages } = await aMessageHouse()
    carrier.script = () => ({ kind: 'retry', reason: 'silent', cause: 41, route: 'x' })
    live.smsRetryDelayS = 7
    const id = await accepted()
    await accepted(text('behind'))
    await settle()
    const waiting = await messages.get(id)
    assert.deepEqual([waiting?.state, waiting?.reason, waiting?.cause], ['queued', 'silent', 41])
    await pass(6900)
    assert.equal(seen.length, 1)
    carrier.script = () => ({ kind: 'retry', reason: 'busy', afterS: 100 })
    await pass(200)
    assert.deepEqual(
      seen.map(({ attempts }) => attempts),
      [0, 1],
    )
    await pass(99_000)
    assert.equal(seen.length, 2)
    carrier.script = () => DELIVERED
    await pass(2000)
    assert.deepEqual(seen.map(textOf), ['hello', 'hello', 'hello', 'behind'])
  })

  test('waits for its subscriber without trying, and all go when it is back', async () => {
    const { seen, accepted, carrier, pass, settle, messages } = await aMessageHouse({ script: () => AWAY })
    const first = await accepted(text('1'))
    await settle()
    const second = await accepted(text('2'))
    await pass(3_600_000)
    assert.equal(seen.length, 1, 'no second try')
    for (const id of [first, second]) assert.equal((await messages.get(id))?.reason, 'not registered')
    carrier.script = () => DELIVERED
    messages.wake('carol@tandem.test')
    await settle()
    assert.equal(seen.length, 1)
    messages.wake(BOB)
    await settle()
    assert.deepEqual(seen.map(textOf), ['1', '1', '2'])
    assert.deepEqual(
      seen.map(({ attempts }) => attempts),
      [0, 0, 0],
    )
  })

  test('that is woken while somebody still looks in vain looks again', async () => {
    const { seen, accepted, carrier, settle, messages } = await aMessageHouse()
    const slow = later()
    carrier.script = slow.script
    await accepted()
    await settle()
    messages.wake(BOB)
    carrier.script = () => DELIVERED
    slow.end(AWAY)
    await settle()
    assert.equal(seen.length, 2)
    assert.equal(messages.waiting, 0)
  })

  test('is told of an attempt that takes its time, and of none that finds nobody again', async () => {
    const { accepted, carrier, settle, pass, messages, heard, store } = await aMessageHouse({
      script: () => AWAY,
    })
    const id = await accepted()
    await settle()
    const before = store.rows.get(id)
    heard.length = 0
    for (let i = 0; i < 5; i++) {
      messages.wake(BOB)
      await pass(100)
    }
    assert.equal(heard.length, 0)
    assert.equal(store.rows.get(id), before, 'nothing is written')
    const slow = later()
    carrier.script = slow.script
    messages.wake(BOB)
    await settle()
    await pass(30)
    assert.equal(store.rows.get(id)?.state, 'submitting')
    slow.end(AWAY)
    await settle()
    assert.equal(store.rows.get(id)?.state, 'queued')
    assert.deepEqual(
      heard.map((event) => event.kind === 'message.changed' && event.step.state),
      ['submitting', 'queued'],
    )
  })

  test('gives another identity to the attempt after one that somebody has seen', async () => {
    const { seen, accepted, settle, messages } = await aMessageHouse({
      script: () => ({ kind: 'away', reason: 'memory full', cause: 22, route: 'x' }),
    })
    await accepted()
    await settle()
    messages.wake(BOB)
    await settle()
    assert.deepEqual(
      seen.map(({ attempts }) => attempts),
      [0, 1],
    )
  })

  test('survives a carrier that throws, and says so', async () => {
    const { accepted, carrier, settle, messages, lines, pass } = await aMessageHouse()
    carrier.script = () => {
      throw new Error('a bug of ours')
    }
    const id = await accepted()
    await settle()
    assert.equal((await messages.get(id))?.reason, 'internal')
    assert.match(lines.join('\n'), /error .*a bug of ours/)
    carrier.script = () => DELIVERED
    await pass(31_000)
    assert.equal((await messages.get(id))?.state, 'delivered')
  })

  test('keeps a timeline that ends, however long it is retried', async () => {
    const { accepted, pass, messages } = await aMessageHouse({
      script: () => ({ kind: 'retry', reason: 'no' }),
      live: { smsRetryDelayS: 1 },
    })
    const id = await accepted()
    for (let i = 0; i < 100; i++) await pass(1010)
    const record = await messages.get(id)
    assert.equal(record?.steps.length, 60)
    assert.ok((record?.attempts ?? 0) > 90)
    assert.equal(record?.steps[0]?.atMs, record?.acceptedAtMs)
  })
})

describe('after a restart', () => {
  test('what waited is there, in order, when its subscriber is', async () => {
    const before = await aMessageHouse({ script: () => AWAY })
    for (let i = 0; i < 12; i++) await before.accepted(text(`${i}`))
    await before.settle()
    await before.messages.close()
    const { timers } = before
    const after = await aMessageHouse({ store: memoryMessages(before.store.rows), timers })
    assert.equal(after.messages.waiting, 12)
    assert.deepEqual(await after.messages.pending(), new Map([[BOB, 12]]))
    after.messages.wake(BOB)
    await after.settle()
    assert.deepEqual(
      after.seen.map(textOf),
      Array.from({ length: 12 }, (_, i) => `${i}`),
    )
  })

  /** What is left by a process that died in the middle of an attempt. */
  const left = async () => {
    const slow = later()
    const before = await aMessageHouse({ script: slow.script })
    const id = await before.accepted()
    await before.pass(30)
    assert.equal(before.store.rows.get(id)?.state, 'submitting')
    return { id, store: memoryMessages(before.store.rows), timers: before.timers }
  }

  test('an attempt goes on as the same one', async () => {
    const { id, ...rest } = await left()
    const after = await aMessageHouse(rest)
    after.messages.wake(BOB)
    await after.settle()
    assert.deepEqual(
      after.seen.map((m) => [m.id, m.attempts, m.partsDone]),
      [[id, 0, 0]],
    )
    assert.equal(await after.stateOf(id), 'delivered')
  })

  test('an attempt of a carrier that must not repeat is unknown', async () => {
    const { id, ...rest } = await left()
    const after = await aMessageHouse({ ...rest, atMostOnce: true })
    after.messages.wake(BOB)
    await after.settle()
    assert.equal(after.seen.length, 0)
    assert.equal(await after.stateOf(id), 'unknown')
  })

  test('and such a carrier begins only when that is on disk', async () => {
    const { accepted, store, seen, settle, pass } = await aMessageHouse({ atMostOnce: true })
    const taking = accepted()
    const id = await taking
    store.full = true
    await pass(3000)
    assert.equal(seen.length, 0)
    store.full = false
    await pass(1010)
    await settle()
    assert.equal(seen.length, 1)
    assert.equal(store.rows.get(id)?.state, 'delivered')
  })
})
