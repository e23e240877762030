import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { memoryMessages } from '../../../test/support/memory-messages.ts'
import { aDraft, aMessageHouse, textOf } from '../../../test/support/message-house.ts'
import type { MessageDraft } from './contract.ts'
import { joined } from './joining.ts'

const part = (sequence: number, total: number, more: Partial<MessageDraft> = {}): Partial<MessageDraft> => ({
  part: { key: 'long', sequence, total, reference: sequence },
  body: { kind: 'text', text: `<${sequence}>` },
  dedupe: `part ${sequence}`,
  ...more,
})

describe('a long text in parts', () => {
  test('is one message, on disk from its first part on, and handed over when it is whole', async () => {
    const { messages, accepted, seen, settle, store } = await aMessageHouse()
    const reportTo = (reference: number) => ({
      reportTo: { impi: 'alice@tandem.test', references: [reference] },
    })
    const id = await accepted(part(3, 3, reportTo(3)))
    const first = await messages.get(id)
    assert.deepEqual([first?.state, first?.reason], ['accepted', '1 of 3 parts'])
    assert.equal(first && textOf(first), '[…]<3>')
    assert.equal(await accepted(part(1, 3, reportTo(1))), id)
    assert.equal((await messages.get(id))?.reason, '2 of 3 parts')
    assert.equal(store.rows.get(id)?.parts?.length, 2)
    assert.equal(messages.waiting, 1)
    await settle()
    assert.equal(seen.length, 0)
    assert.equal(await accepted(part(2, 3)), id)
    await settle()
    assert.deepEqual(seen.slice(0, 1).map(textOf), ['<1><2><3>'])
    const whole = await messages.get(id)
    assert.deepEqual([whole?.partsExpected, whole?.parts, whole?.incomplete], [3, undefined, undefined])
    assert.deepEqual(whole?.reportTo?.references, [3, 1])
    assert.equal(messages.waiting, 0)
  })

  test('takes each part once, also after it is whole', async () => {
    const { messages, accepted, store, seen, settle } = await aMessageHouse()
    const id = await accepted(part(1, 2))
    const again = await messages.accept(aDraft(part(1, 2)))
    assert.deepEqual(again, { ok: true, value: { id, duplicate: true } })
    await accepted(part(2, 2))
    for (const sequence of [1, 2]) {
      const late = await messages.accept(aDraft(part(sequence, 2)))
      assert.deepEqual(late, { ok: true, value: { id, duplicate: true } })
    }
    await settle()
    assert.equal(store.rows.size, 1)
    assert.equal(messages.waiting, 0)
    assert.equal(seen.length, 1)
  })

  test('that lost a part for ever is not mixed with the next one of the same reference', async () => {
    const { accepted, store, seen, settle } = await aMessageHouse()
    const of = (text: string, sequence: number): Partial<MessageDraft> =>
      part(sequence, 3, {
        body: { kind: 'text', text: `<${text}${sequence}>` },
        dedupe: `${text} ${sequence}`,
      })
    const old = await accepted(of('a', 1))
    assert.equal(await accepted(of('a', 3)), old)
    const next = await accepted(of('b', 1))
    assert.notEqual(next, old, 'another first part is no repeat of the one that is there')
    await settle()
    assert.deepEqual(seen.map(textOf), ['<a1>[…]<a3>'])
    assert.equal(store.rows.get(old)?.incomplete, true)
    assert.equal(await accepted(of('b', 2)), next)
    assert.equal(await accepted(of('b', 3)), next)
    await settle()
    assert.deepEqual(seen.map(textOf), ['<a1>[…]<a3>', '<b1><b2><b3>'])
  })

  test('keeps its parts when the next one of the same reference comes to a full disk', async () => {
    const { messages, accepted, store, seen, settle } = await aMessageHouse()
    const other = part(1, 2, { body: { kind: 'text', text: '<other>' }, dedupe: 'other' })
    const id = await accepted(part(1, 2))
    store.full = true
    assert.deepEqual(await messages.accept(aDraft(other)), { ok: false, error: 'failure' })
    store.full = false
    assert.equal(await accepted(part(2, 2)), id)
    await settle()
    assert.deepEqual(seen.map(textOf), ['<1><2>'])
  })

  test('may come all at once and in any order, 255 of them', async () => {
    const { messages, seen, settle, store } = await aMessageHouse()
    const order = Array.from({ length: 255 }, (_, i) => ((i * 101) % 255) + 1)
    const taken = await Promise.all(order.map((sequence) => messages.accept(aDraft(part(sequence, 255)))))
    assert.ok(taken.every((one) => one.ok && !one.value.duplicate))
    while (seen.length === 0) await settle()
    assert.equal(seen.map(textOf)[0], Array.from({ length: 255 }, (_, i) => `<${i + 1}>`).join(''))
    assert.equal(store.rows.size, 1)
  })

  test('goes as it is, with a mark for each hole, when the rest does not come in time', async () => {
    const { messages, accepted, pass, seen } = await aMessageHouse({ bounds: { partWaitMinutes: 30 } })
    const id = await accepted(part(2, 255))
    await accepted(part(4, 255))
    await accepted(part(5, 255))
    await pass(29 * 60_000)
    assert.equal(seen.length, 0)
    await pass(66_000)
    await pass(6000)
    assert.deepEqual(seen.map(textOf), ['[…]<2>[…]<4><5>[…]'])
    const record = await messages.get(id)
    assert.equal(record?.incomplete, true)
    assert.deepEqual(
      record?.parts?.map(({ sequence }) => sequence),
      [2, 4, 5],
    )
    assert.ok(record?.steps.some(({ reason }) => reason === '3 of 255 parts'))
    assert.notEqual(await accepted(part(1, 255)), id, 'what comes later is another text')
  })

  test('of one sender to one reader: the same key from elsewhere is another text', async () => {
    const { accepted, store } = await aMessageHouse()
    await accepted(part(1, 2, { dedupe: 'a' }))
    await accepted(part(2, 2, { dedupe: 'b', from: '999' }))
    await accepted(part(2, 2, { dedupe: 'c', to: { impi: 'carol@tandem.test' } }))
    await accepted(part(2, 3, { dedupe: 'd' }))
    assert.equal(store.rows.size, 4)
  })

  test('is refused whole by a full disk, part by part, and nothing of a refused part remains', async () => {
    const { messages, accepted, store, seen, settle } = await aMessageHouse()
    store.full = true
    const refused = await Promise.all([1, 2].map((n) => messages.accept(aDraft(part(n, 3)))))
    assert.ok(refused.every((one) => !one.ok && one.error === 'failure'))
    assert.equal(messages.waiting, 0)
    store.full = false
    await accepted(part(1, 3))
    store.full = true
    assert.equal((await messages.accept(aDraft(part(2, 3)))).ok, false)
    store.full = false
    await accepted(part(3, 3))
    await settle()
    assert.equal(seen.length, 0)
    await accepted(part(2, 3))
    await settle()
    assert.deepEqual(seen.map(textOf), ['<1><2><3>'])
  })

  test('waits on over a restart, not longer than before', async () => {
    const before = await aMessageHouse()
    await before.accepted(part(1, 2))
    await before.accepted(part(1, 2, { part: { key: 'other', sequence: 1, total: 2 }, dedupe: 'o' }))
    await before.pass(40 * 60_000)
    const after = await aMessageHouse({ store: memoryMessages(before.store.rows), timers: before.timers })
    assert.equal(after.messages.waiting, 2)
    await after.accepted(part(2, 2, { dedupe: 'new' }))
    await after.settle()
    assert.deepEqual(after.seen.map(textOf), ['<1><2>'])
    await after.pass(19 * 60_000)
    assert.equal(after.seen.length, 1)
    await after.pass(60_000)
    await after.pass(6000)
    assert.deepEqual(after.seen.map(textOf), ['<1><2>', '<1>[…]'])
    assert.equal(after.messages.waiting, 0)
  })

  test('of a sender who begins more and more: the oldest go as they are', async () => {
    const { accepted, settle, seen, messages } = await aMessageHouse({ bounds: { mostPerRecipient: 1000 } })
    for (let i = 0; i < 25; i++) {
      await accepted(part(1, 2, { part: { key: `${i}`, sequence: 1, total: 2 }, dedupe: `${i}` }))
      await settle()
    }
    assert.equal(seen.length, 5)
    assert.ok(seen.every(({ incomplete }) => incomplete))
    assert.equal(messages.waiting, 20)
  })

  test('of ever more senders: two thousand at once, and then no more', async () => {
    const { messages } = await aMessageHouse({ bounds: { mostWaiting: 1e6, mostPerRecipient: 1e6 } })
    const from = (n: number) => aDraft(part(1, 2, { from: `${n}`, dedupe: `${n}` }))
    const taken = await Promise.all(Array.from({ length: 2001 }, (_, n) => messages.accept(from(n))))
    assert.deepEqual(taken.pop(), { ok: false, error: 'overloaded' })
    assert.ok(taken.every(({ ok }) => ok))
  })

  test('can be cancelled and flushed while it waits', async () => {
    const { accepted, messages, stateOf } = await aMessageHouse()
    const id = await accepted(part(1, 2))
    assert.equal(await messages.cancel(id), true)
    const other = await accepted(part(2, 2, { dedupe: 'x' }))
    assert.notEqual(other, id)
    assert.equal(await messages.flush('bob@tandem.test'), 1)
    assert.equal(await stateOf(other), 'cancelled')
    assert.equal(messages.waiting, 0)
  })
})

describe('joining', () => {
  test('takes octets as they are, and leaves out what is of another kind', () => {
    const data = (sequence: number, octets: string) => ({
      sequence,
      body: { kind: 'data' as const, octets, dcs: 4 },
    })
    assert.deepEqual(joined([data(2, 'bb'), data(1, 'aa')], 3), { kind: 'data', octets: 'aabb', dcs: 4 })
    const text = { sequence: 2, body: { kind: 'text' as const, text: 'x' } }
    assert.deepEqual(joined([data(1, 'aa'), text], 2), { kind: 'data', octets: 'aa', dcs: 4 })
    assert.deepEqual(joined([], 2), { kind: 'text', text: '[…]' })
  })
})
