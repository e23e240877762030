import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, test } from 'node:test'
import type { CallRecord, MessageRecord, PhoneItem } from '#core'
import { silentLog } from '#lib/log'
import { createTimers } from '#lib/timers'
import { type OpenedStore, openStore } from '../store.ts'

const folder = mkdtempSync(join(tmpdir(), 'tandem-phone-'))
after(() => rmSync(folder, { recursive: true }))

const open = async (name: string): Promise<OpenedStore> => {
  const opened = await openStore({ file: join(folder, name), log: silentLog, timers: createTimers() })
  if (!opened.ok) throw new Error(opened.error.text)
  return opened.value
}

const aCall = (id: string, startedAtMs: number, more: Partial<CallRecord>): CallRecord => ({
  ...{ id, caller: 'sip:a@x', callee: 'sip:b@x', dialled: 'b', kind: 'call', video: false, startedAtMs },
  ...{ endedAtMs: startedAtMs + 1, callIds: [] },
  ...more,
})

describe('what web phones keep', () => {
  test('is there after a restart, in its last state', async () => {
    const item: PhoneItem = { kind: 'session', name: 'h1', impi: '1001', value: '', atMs: 5 }
    let store = await open('items.db')
    await store.phone.put(item)
    await store.phone.put({ ...item, atMs: 9 })
    await store.phone.put({ ...item, kind: 'push', value: '{"a":"ü"}' })
    await store.phone.put({ ...item, name: 'gone' })
    await store.phone.remove({ kind: 'session', name: 'gone' })
    await store.close()
    store = await open('items.db')
    const items = (await store.phone.items()).sort((a, b) => (a.kind < b.kind ? -1 : 1))
    assert.deepEqual(items, [
      { kind: 'push', name: 'h1', impi: '1001', value: '{"a":"ü"}', atMs: 5 },
      { kind: 'session', name: 'h1', impi: '1001', value: '', atMs: 9 },
    ])
    await store.close()
  })

  test('calls of one user come newest first, page by page, whichever side it was', async () => {
    const store = await open('calls.db')
    store.saveCall(aCall('c1', 10, { callerImpi: '1001', calleeImpi: '1002' }))
    store.saveCall(aCall('c2', 20, { callerImpi: '1002', calleeImpi: '1001' }))
    store.saveCall(aCall('c3', 20, { callerImpi: '1003' }))
    store.saveCall(aCall('c4', 20, { callerImpi: '1001', calleeImpi: '1001' }))
    const guest = { how: 'web' as const, address: '192.0.2.7', cti: '_cid=5' }
    store.saveCall(aCall('c5', 30, { calleeImpi: '1001', guest }))
    const first = await store.phone.callsOf({ impi: '1001', limit: 2 })
    assert.deepEqual(
      first.map(({ id }) => id),
      ['c5', 'c4'],
    )
    assert.deepEqual(first[0]?.guest, guest)
    store.saveCall(aCall('c6', 40, { guest, answeredAtMs: 45, endedAtMs: 75 }))
    assert.deepEqual([await store.phone.guestTalkMs(0), await store.phone.guestTalkMs(40)], [30, 0])
    const rest = await store.phone.callsOf({ impi: '1001', limit: 9, before: 20, beforeId: 'c4' })
    assert.deepEqual(
      rest.map(({ id }) => id),
      ['c2', 'c1'],
    )
    await store.close()
  })

  test('what a user did is looked up, not searched for', async () => {
    await (await open('plan.db')).close()
    const database = new DatabaseSync(join(folder, 'plan.db'))
    const plan = (sql: string): string =>
      database
        .prepare(`explain query plan ${sql}`)
        .all()
        .map(({ detail }) => detail)
        .join('; ')
    for (const side of ['caller_impi', 'callee_impi'])
      assert.match(
        plan(
          `select * from calls where ${side} = 'x' and ended_at_ms is not null order by started_at_ms desc, id desc`,
        ),
        new RegExp(`^SEARCH calls USING INDEX calls_by_${side} [^;]*$`),
      )
    assert.match(
      plan(
        "select m.* from phone_texts t join messages m on m.id = t.message_id where t.impi = 'x' and t.message_id < 'y' order by t.message_id desc limit 5",
      ),
      /^SEARCH t USING COVERING INDEX \S+ \(impi=\? AND message_id<\?\); SEARCH m USING INDEX [^;]*$/,
    )
    database.close()
  })

  test('texts of who looks for the first time are found as well as those that come then', async () => {
    const text = (id: string, fromImpi: string, to: string): MessageRecord => ({
      ...{ id, origin: 'sip', from: fromImpi, fromImpi, to, queue: `subscriber:${to}`, pid: 0 },
      ...{ body: { kind: 'text', text: id }, acceptedAtMs: 1, expiresAtMs: 9, state: 'queued', attempts: 0 },
      ...{ partsTotal: 1, partsDone: 0, steps: [{ atMs: 1, state: 'queued' }] },
    })
    let store = await open('texts.db')
    const idsOf = async (impi: string, before?: string): Promise<string[]> =>
      (await store.phone.messagesOf({ impi, limit: 2, ...(before !== undefined && { before }) })).map(
        ({ id }) => id,
      )
    for (const [id, from, to] of [
      ['m1', '1001', '1002'],
      ['m2', '1002', '1001'],
      ['m3', '1003', '1002'],
      ['m4', '1001', '1001'],
    ] as const)
      await store.messages.add(text(id, from, to))
    assert.deepEqual(await idsOf('1001'), ['m4', 'm2'])
    assert.deepEqual(await idsOf('1001', 'm2'), ['m1'])
    await store.messages.add(text('m5', '1003', '1001'))
    await store.close()
    store = await open('texts.db')
    await store.messages.add(text('m6', '1001', '1003'))
    assert.deepEqual(await idsOf('1001'), ['m6', 'm5'])
    assert.deepEqual(await idsOf('1003'), ['m6', 'm5'])
    await store.messages.save({ ...text('m3', '1003', '1001'), state: 'queued' }, { whole: true })
    assert.deepEqual(await idsOf('1001', 'm4'), ['m3', 'm2'], 'another recipient')
    await store.close()
  })
})
