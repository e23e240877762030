import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, describe, test } from 'node:test'
import type { CallRecord } from '#core'
import { type Log, silentLog } from '#lib/log'
import { createTimers } from '#lib/timers'
import { type OpenedStore, openStore, StoreFailure, type StoreOptions } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'tandem-store-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const timers = createTimers()
let files = 0
const aFile = (): string => join(folder, `${++files}.db`)
const open = async (file: string, more: Partial<StoreOptions> = {}): Promise<OpenedStore> => {
  const opened = await openStore({ file, log: silentLog, timers, ...more })
  assert.ok(opened.ok, opened.ok ? '' : opened.error.text)
  return opened.value
}
const inStore = async (
  work: (store: OpenedStore, file: string) => Promise<void>,
  file = aFile(),
): Promise<void> => {
  const store = await open(file)
  try {
    await work(store, file)
  } finally {
    await store.close()
  }
}
const aCall = (id: string, more: Partial<CallRecord> = {}): CallRecord => ({
  id,
  caller: 'sip:1001@home.example',
  callee: 'sip:1002@home.example',
  dialled: '1002',
  kind: 'call',
  video: false,
  startedAtMs: 1000,
  callIds: ['a@b'],
  ...more,
})
const far = Date.now() + 3_600_000

describe('the store', () => {
  test('knows after a restart what it was told before', async () => {
    const file = aFile()
    const call = aCall('c1', {
      ringingAtMs: 1100,
      answeredAtMs: 1200,
      endedAtMs: 1300,
      cause: 'caller',
      status: 200,
      video: true,
    })
    await inStore(async (store) => {
      await store.saveSqn('alice', 0xffff_ffff_ffffn)
      await store.setSetting('colour', 'grün\u0000')
      store.saveBinding({ impi: 'alice', contact: 'sip:a@1.2.3.4', data: '{"q":1}', expiresAtMs: far })
      store.saveCall(call)
    }, file)
    await inStore(async (store) => {
      assert.deepEqual(await store.loadSqns(), new Map([['alice', 0xffff_ffff_ffffn]]))
      assert.equal(await store.getSetting('colour'), 'grün\u0000')
      assert.equal(await store.getSetting('shape'), undefined)
      const binding = { impi: 'alice', contact: 'sip:a@1.2.3.4', data: '{"q":1}', expiresAtMs: far }
      assert.deepEqual(await store.loadBindings(), [binding])
      assert.deepEqual(await store.listCalls({ limit: 10 }), [call])
    }, file)
  })

  test('keeps the last state of a binding, in whatever order states came', () =>
    inStore(async (store) => {
      const binding = { impi: 'a', contact: 'c', data: '', expiresAtMs: far }
      for (const data of ['1', '2', '3']) store.saveBinding({ ...binding, data })
      store.saveBinding({ ...binding, contact: 'gone' })
      store.deleteBinding('a', 'gone')
      store.deleteBinding('a', 'back')
      store.saveBinding({ ...binding, contact: 'back' })
      await store.flush()
      store.deleteBinding('a', 'back')
      store.saveBinding({ ...binding, contact: 'old', expiresAtMs: Date.now() - 1 })
      assert.deepEqual(await store.loadBindings(), [{ ...binding, data: '3' }])
    }))

  test('writes background records without being asked to', () =>
    inStore(async (store, file) => {
      store.saveCall(aCall('c1'))
      const other = new DatabaseSync(file, { readOnly: true })
      const count = other.prepare('select count(*) as n from calls')
      while (count.get()?.n !== 1) await new Promise((resume) => setTimeout(resume, 5))
      other.close()
    }))

  test('pages through calls, newest first, also those of one millisecond', () =>
    inStore(async (store) => {
      for (let i = 0; i < 25; i++) store.saveCall(aCall(`c${i}`, { startedAtMs: 1000 + Math.floor(i / 10) }))
      const seen: string[] = []
      for (let page = await store.listCalls({ limit: 4 }); page.length > 0; ) {
        seen.push(...page.map((call) => call.id))
        const last = page.at(-1) as CallRecord
        page = await store.listCalls({ limit: 4, before: last.startedAtMs, beforeId: last.id })
      }
      assert.equal(new Set(seen).size, 25)
      assert.equal(seen.length, 25)
      assert.deepEqual((await store.listCalls({ limit: 99, before: 1001 })).length, 10)
    }))

  test('finds the calls of a user by address, user part or number, and nothing by a wildcard', () =>
    inStore(async (store) => {
      store.saveCall(aCall('out', { caller: 'sip:bob@home.example' }))
      store.saveCall(aCall('in', { callee: 'tel:+4912', dialled: '012' }))
      const found = async (user: string) => (await store.listCalls({ limit: 9, user })).map((call) => call.id)
      assert.deepEqual(await found('bob'), ['out'])
      assert.deepEqual(await found('sip:bob@home.example'), ['out'])
      assert.deepEqual(await found('+4912'), ['in'])
      assert.deepEqual(await found('012'), ['in'])
      assert.deepEqual(await found('%'), [])
      assert.deepEqual(await found('b_b'), [])
    }))

  test('closes what a dead process left open, and deletes only what has ended', () =>
    inStore(async (store) => {
      store.saveCall(aCall('open'))
      store.saveCall(aCall('done', { endedAtMs: 5000, cause: 'callee' }))
      assert.equal(await store.deleteCallsBefore(9000), 1)
      assert.equal(await store.closeOpenCalls('restart'), 1)
      assert.equal(await store.closeOpenCalls('restart'), 0)
      const [call] = await store.listCalls({ limit: 9, ended: true })
      assert.equal(call?.cause, 'restart')
      assert.ok((call?.endedAtMs ?? 0) > 1_600_000_000_000)
      assert.equal(await store.deleteCallsBefore(9000), 1)
    }))

  test('is nobody else’s business: mode 0600', () =>
    inStore(async (store, file) => {
      await store.saveSqn('a', 1n)
      for (const name of [file, `${file}-wal`]) assert.equal(statSync(name).mode & 0o777, 0o600)
    }))
})

describe('a place that cannot hold a store', () => {
  const faultAt = async (file: string) => {
    const opened = await openStore({ file, log: silentLog, timers })
    if (opened.ok) await opened.value.close()
    return opened.ok ? undefined : opened.error
  }

  test('is named: a folder, a text file, a damaged database, a newer one', async () => {
    const aFolder = aFile()
    mkdirSync(aFolder)
    assert.equal((await faultAt(aFolder))?.kind, 'cannot-open')

    const text = aFile()
    writeFileSync(text, 'this is no database\n'.repeat(1000))
    const fault = await faultAt(text)
    assert.equal(fault?.kind, 'corrupt')
    assert.match(fault?.text ?? '', new RegExp(`${text} is not a database`))

    const damaged = aFile()
    await inStore((store) => store.saveSqn('a', 1n), damaged)
    const head = new Uint8Array(4096 * 3).fill(0x5a)
    head.set(new TextEncoder().encode('SQLite format 3\0'))
    writeFileSync(damaged, head)
    assert.equal((await faultAt(damaged))?.kind, 'corrupt')

    const newer = aFile()
    await inStore((store) => store.saveSqn('a', 1n), newer)
    const database = new DatabaseSync(newer)
    database.exec('insert into migrations values (999, 0)')
    database.close()
    const refused = await faultAt(newer)
    assert.equal(refused?.kind, 'newer-schema')
    assert.match(refused?.text ?? '', /schema 999/)
  })

  test('is told apart from a database that is not built yet, without its password', async () => {
    const opened = await openStore({ url: 'mysql://me:secret@db/tandem', log: silentLog, timers })
    assert.ok(!opened.ok)
    assert.equal(opened.error.kind, 'unsupported')
    assert.doesNotMatch(opened.error.text, /secret/)
  })

  test('a full disk rejects what is waited for, is logged once, and later groups go on', async () => {
    const lines: string[] = []
    const log: Log = { on: () => true, write: (_layer, level, text) => void lines.push(`${level} ${text}`) }
    const store = await open(aFile(), { log, maxPages: 64 })
    await store.saveSqn('a', 1n)
    const big = 'x'.repeat(1000)
    for (let i = 0; i < 200; i++)
      store.saveBinding({ impi: `u${i}`, contact: 'c', data: big, expiresAtMs: far })
    await assert.rejects(
      store.flush(),
      (error) => error instanceof StoreFailure && error.fault.kind === 'full',
    )
    await assert.rejects(store.flush())
    await store.saveSqn('a', 2n)
    assert.deepEqual(await store.loadSqns(), new Map([['a', 2n]]))
    for (let i = 0; i < 200; i++) store.deleteBinding(`u${i}`, 'c')
    store.saveBinding({ impi: 'a', contact: 'c', data: '', expiresAtMs: far })
    await store.flush()
    assert.equal((await store.loadBindings()).length, 1)
    await store.close()
    assert.equal(lines.filter((line) => line.startsWith('error')).length, 1, lines.join('\n'))
  })

  test('a closed store refuses instead of hanging', async () => {
    const store = await open(aFile())
    await store.close()
    await assert.rejects(
      store.saveSqn('a', 1n),
      (error) => error instanceof StoreFailure && error.fault.kind === 'closed',
    )
    await assert.rejects(store.listCalls({ limit: 1 }))
    await store.close()
  })
})
