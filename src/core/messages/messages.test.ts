import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aDraft, aMessageHouse, DELIVERED, later } from '../../../test/support/message-house.ts'
import type { MessageRecord } from './record.ts'

const BOB = 'bob@tandem.test'
const text = (words: string) => ({ body: { kind: 'text' as const, text: words } })
const AWAY = { kind: 'away' as const, reason: 'not registered' }

describe('a message', () => {
  test('is accepted when it is on disk, before anybody tries to deliver it', async () => {
    const { messages, store, seen, settle, accepted, heard } = await aMessageHouse()
    const taking = messages.accept(aDraft())
    assert.equal(store.rows.size, 0)
    const taken = await taking
    assert.ok(taken.ok && !taken.value.duplicate)
    assert.equal(store.rows.get(taken.value.id)?.state, 'queued')
    await settle()
    assert.equal(seen.length, 1)
    assert.equal(seen[0]?.state, 'submitting')
    assert.deepEqual(
      heard.map((event) => event.kind === 'message.changed' && event.step.state),
      ['queued', 'delivered'],
    )
    const record = (await messages.get(await accepted())) as MessageRecord
    assert.equal(record.queue, `subscriber:${BOB}`)
    assert.equal(record.to, 'bob')
    assert.equal(record.expiresAtMs - record.acceptedAtMs, 86_400_000)
  })

  test('is for somebody known, by name, number or private identity', async () => {
    const { messages } = await aMessageHouse()
    const queueFor = async (to: Parameters<typeof messages.accept>[0]['to']) => {
      const taken = await messages.accept(aDraft({ to }))
      return taken.ok ? (await messages.get(taken.value.id))?.queue : taken.error
    }
    assert.equal(await queueFor({ user: 'nobody', text: 'nobody' }), 'unknown-user')
    assert.equal(await queueFor({ impi: 'nobody' }), 'unknown-user')
    assert.equal(await queueFor({ impi: BOB }), `subscriber:${BOB}`)
    const national = { user: '01701234567', text: '01701234567', near: '+4930123456' }
    assert.equal(await queueFor(national), 'subscriber:alice@tandem.test')
  })

  test('is refused when no table would take it', async () => {
    const { messages } = await aMessageHouse()
    for (const bad of [
      text('x'.repeat(40_000)),
      { body: { kind: 'data' as const, octets: '00'.repeat(40_000), dcs: 4 } },
      { dedupe: 'k'.repeat(191) },
      { part: { key: 'k', sequence: 3, total: 2 } },
      { part: { key: 'k', sequence: 0, total: 2 } },
      { part: { key: 'k', sequence: 1, total: 256 } },
    ])
      assert.deepEqual(await messages.accept(aDraft(bad)), { ok: false, error: 'bad-request' })
  })

  test('that a full disk refused is not there, also later, and its place is free again', async () => {
    const { messages, store, pass, accepted } = await aMessageHouse({ bounds: { mostPerRecipient: 2 } })
    store.full = true
    for (let i = 0; i < 5; i++)
      assert.deepEqual(await messages.accept(aDraft()), { ok: false, error: 'failure' })
    assert.equal(messages.waiting, 0)
    store.full = false
    await pass(60_000)
    assert.equal(store.rows.size, 0)
    await accepted()
    assert.equal(store.rows.size, 1)
  })

  test('is bounded per recipient and in all; room comes with every end', async () => {
    const { messages, accepted, carrier, settle } = await aMessageHouse({
      script: () => AWAY,
      bounds: { mostWaiting: 5, mostPerRecipient: 3 },
    })
    const ids = [await accepted(), await accepted(), await accepted()]
    assert.deepEqual(await messages.accept(aDraft()), { ok: false, error: 'overloaded' })
    const carol = { to: { impi: 'carol@tandem.test' } }
    await accepted(carol)
    await accepted(carol)
    assert.deepEqual(await messages.accept(aDraft(carol)), { ok: false, error: 'overloaded' })
    assert.deepEqual(
      await messages.pending(),
      new Map([
        [BOB, 3],
        ['carol@tandem.test', 2],
      ]),
    )
    await messages.cancel(ids[1] as string)
    await accepted()
    carrier.script = () => DELIVERED
    messages.wake(BOB)
    await settle()
    assert.deepEqual(await messages.pending(), new Map([['carol@tandem.test', 2]]))
    assert.equal(messages.waiting, 2)
  })

  test('is refused while too many are on their way to a disk that takes its time', async () => {
    const { messages, store } = await aMessageHouse({ bounds: { mostWaiting: 1e6, mostPerRecipient: 1e6 } })
    const disk = Promise.withResolvers<undefined>()
    store.add = () => disk.promise
    const taking = Array.from({ length: 10_000 }, () => messages.accept(aDraft()))
    assert.deepEqual(await messages.accept(aDraft()), { ok: false, error: 'overloaded' })
    disk.resolve(undefined)
    assert.ok((await Promise.all(taking)).every(({ ok }) => ok))
    assert.ok((await messages.accept(aDraft())).ok)
  })

  test('with a key that was there is the first one again, until the window has passed', async () => {
    const { messages, pass, store } = await aMessageHouse()
    const first = await messages.accept(aDraft({ dedupe: 'k' }))
    const second = await messages.accept(aDraft({ dedupe: 'k' }))
    assert.ok(first.ok && second.ok)
    assert.deepEqual(second.value, { id: first.value.id, duplicate: true })
    assert.equal(store.rows.size, 1)
    await pass(10 * 60_000)
    const third = await messages.accept(aDraft({ dedupe: 'k' }))
    assert.ok(third.ok && !third.value.duplicate)
    const rest = { origin: 'rest' as const, dedupe: 'r' }
    await messages.accept(aDraft(rest))
    await pass(23 * 3_600_000)
    const repeated = await messages.accept(aDraft(rest))
    assert.ok(repeated.ok && repeated.value.duplicate)
  })
})

describe('the end of a message', () => {
  test('comes to the carrier only when it is on disk, however long that takes', async () => {
    const { accepted, carrier, store, settle, pass, stateOf } = await aMessageHouse()
    let committed = 0
    carrier.script = () => {
      store.full = true
      return { ...DELIVERED, committed: () => void committed++ } as typeof DELIVERED
    }
    const id = await accepted()
    await settle()
    assert.equal(committed, 0)
    assert.equal(await stateOf(id), 'submitting')
    await pass(5000)
    assert.equal(committed, 0)
    store.full = false
    await pass(1010)
    assert.equal(committed, 1)
    assert.equal(await stateOf(id), 'delivered')
  })

  test('keeps each confirmed part, and goes on behind it', async () => {
    const { seen, accepted, carrier, store, pass, settle } = await aMessageHouse()
    carrier.script = async (_message, progress) => {
      progress.total(3)
      await progress.partDone(1, 'fake')
      return { kind: 'retry', reason: 'silent' }
    }
    const id = await accepted()
    await settle()
    assert.equal(store.rows.get(id)?.partsDone, 1)
    assert.deepEqual(
      store.rows.get(id)?.steps.map(({ state, route }) => [state, route]),
      [
        ['queued', undefined],
        ['submitting', 'fake'],
        ['queued', undefined],
      ],
    )
    carrier.script = () => DELIVERED
    await pass(30_010)
    assert.deepEqual(
      seen.map(({ attempts, partsDone, partsTotal }) => [attempts, partsDone, partsTotal]),
      [
        [0, 0, 1],
        [1, 1, 3],
      ],
    )
    const { state, partsDone, partsTotal } = store.rows.get(id) ?? assert.fail()
    assert.deepEqual([state, partsDone, partsTotal], ['delivered', 3, 3])
  })

  test('may be told later; without a word nobody will ever know', async () => {
    const { accepted, settle, messages, stateOf, pass } = await aMessageHouse({
      script: () => ({ kind: 'sent', route: 'gateway' }),
    })
    const [told, untold] = [await accepted(), await accepted()]
    await settle()
    assert.equal(await stateOf(told), 'sent')
    assert.equal(messages.waiting, 0)
    assert.equal(await messages.report(told, { state: 'delivered', route: 'gateway' }), true)
    assert.equal(await messages.report(told, { state: 'failed' }), false)
    assert.equal(await messages.report('0000', { state: 'delivered' }), false)
    await pass(86_410_000)
    assert.equal(await stateOf(told), 'delivered')
    assert.equal(await stateOf(untold), 'unknown')
    assert.equal(messages.waiting, 0)
  })

  test('may be told while the carrier still waits: whoever comes second changes nothing', async () => {
    const { accepted, carrier, settle, messages, stateOf, seen } = await aMessageHouse()
    const slow = later()
    carrier.script = slow.script
    const id = await accepted()
    await settle()
    assert.equal(await messages.report(id, { state: 'failed', cause: 21 }), true)
    slow.end(DELIVERED)
    carrier.script = () => DELIVERED
    await accepted()
    await settle()
    assert.equal(await stateOf(id), 'failed')
    assert.equal(seen.length, 2)
    assert.equal(messages.waiting, 0)
  })

  test('is one end, also when a word comes while another is on its way to the disk', async () => {
    const { accepted, carrier, store, settle, messages, stateOf, pass, heard } = await aMessageHouse()
    const slow = later()
    carrier.script = slow.script
    const id = await accepted()
    await pass(30)
    slow.end(DELIVERED)
    // The outcome has come, its commit has not.
    for (let i = 0; i < 20; i++) await Promise.resolve()
    assert.equal(store.rows.get(id)?.state, 'submitting')
    assert.equal(await messages.report(id, { state: 'failed' }), false)
    assert.equal(await stateOf(id), 'delivered')
    carrier.script = () => AWAY
    const brief = await accepted({ validityS: 1 })
    await settle()
    await pass(1010)
    store.full = true
    messages.wake(BOB)
    await settle()
    assert.equal(await messages.cancel(brief), false)
    store.full = false
    await pass(6010)
    assert.equal(await stateOf(brief), 'expired')
    assert.equal(messages.waiting, 0)
    const ends = heard.filter((event) => event.kind === 'message.changed' && event.message.id === brief)
    assert.deepEqual(
      ends.map((event) => event.kind === 'message.changed' && event.step.state),
      ['queued', 'queued', 'expired'],
    )
  })

  test('comes with time, at the moment of sending or by a sweep', async () => {
    const { accepted, carrier, settle, messages, stateOf, pass, seen } = await aMessageHouse({
      script: () => AWAY,
    })
    const id = await accepted({ validityS: 60 })
    const longer = await accepted()
    await settle()
    await pass(50_000)
    assert.equal(await stateOf(id), 'queued')
    await pass(16_000)
    assert.equal(await stateOf(id), 'expired')
    assert.equal(messages.waiting, 1)
    carrier.script = () => DELIVERED
    const brief = await accepted({ validityS: 1 })
    await pass(2000)
    messages.wake(BOB)
    await settle()
    assert.equal(await stateOf(brief), 'expired')
    assert.equal(await stateOf(longer), 'delivered')
    assert.equal(seen.filter(({ id }) => id === brief).length, 0)
  })

  test('is made by cancel and flush for those that wait, not for the one in hand', async () => {
    const { accepted, carrier, settle, messages, stateOf, heard } = await aMessageHouse()
    const slow = later()
    carrier.script = slow.script
    const ids = []
    for (let i = 0; i < 20; i++) ids.push(await accepted())
    await settle()
    assert.equal(await messages.cancel(ids[0] as string), false)
    assert.equal(await messages.cancel('nothing'), false)
    assert.equal(await messages.cancel(ids[1] as string), true)
    assert.equal(await messages.cancel(ids[1] as string), false)
    assert.equal(await messages.flush(BOB), 18)
    assert.equal(await messages.flush(BOB), 0)
    assert.equal((await messages.head(BOB))?.id, ids[0])
    assert.equal(messages.waiting, 1)
    slow.end(DELIVERED)
    carrier.script = () => DELIVERED
    await settle()
    assert.equal(await stateOf(ids[0] as string), 'delivered')
    assert.equal(
      heard.filter((event) => event.kind === 'message.changed' && event.step.state === 'cancelled').length,
      19,
    )
    assert.equal(await messages.head(BOB), undefined)
    const next = await accepted()
    await settle()
    assert.equal(await stateOf(next), 'delivered')
  })

  test('stays away when the disk does not take it', async () => {
    const { accepted, carrier, settle, messages, stateOf, store } = await aMessageHouse({
      script: () => AWAY,
    })
    const id = await accepted()
    await settle()
    store.full = true
    await assert.rejects(messages.cancel(id))
    await assert.rejects(messages.flush(BOB))
    store.full = false
    assert.equal(await stateOf(id), 'queued')
    carrier.script = () => DELIVERED
    messages.wake(BOB)
    await settle()
    assert.equal(await stateOf(id), 'delivered')
  })
})

describe('a sender that asked for reports', () => {
  const reportTo = { impi: 'alice@tandem.test', references: [17, 18] }
  const reportsOf = (seen: MessageRecord[]) =>
    seen.flatMap(({ origin, queue, body }) =>
      origin === 'report' && body.kind === 'report' ? [[queue, body.reference, body.status]] : [],
    )

  test('gets one for each reference, in the same transaction as the end', async () => {
    const { accepted, settle, seen, store, messages } = await aMessageHouse()
    await accepted({ reportTo })
    await settle()
    assert.deepEqual(reportsOf(seen), [
      ['subscriber:alice@tandem.test', 17, 0],
      ['subscriber:alice@tandem.test', 18, 0],
    ])
    assert.equal(store.rows.size, 3, 'reports ask for none')
    assert.equal(messages.waiting, 0)
  })

  test('learns of expiry and failure, and not of what its operator does', async () => {
    const { accepted, carrier, settle, seen, pass, messages } = await aMessageHouse({
      script: (m) => (m.origin === 'report' ? DELIVERED : { kind: 'failed', reason: 'refused', cause: 21 }),
    })
    const wish = { impi: 'alice@tandem.test', references: [1] }
    await accepted({ reportTo: wish })
    await settle()
    carrier.script = (m) => (m.origin === 'report' ? DELIVERED : AWAY)
    await accepted({ reportTo: { ...wish, references: [2] }, validityS: 5 })
    await settle()
    await pass(11_000)
    await messages.cancel(await accepted({ reportTo: { ...wish, references: [3] } }))
    await settle()
    assert.deepEqual(
      reportsOf(seen).map(([, reference, status]) => [reference, status]),
      [
        [1, 0x42],
        [2, 0x46],
      ],
    )
  })
})
