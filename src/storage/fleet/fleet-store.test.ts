import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import type { KeptSim, MessageRecord } from '#core'
import { silentLog } from '#lib/log'
import { createTimers } from '#lib/timers'
import { type OpenedStore, openStore } from '../store.ts'

const folder = mkdtempSync(join(tmpdir(), 'tandem-fleet-'))
after(() => rmSync(folder, { recursive: true, force: true }))
let files = 0
const aFile = () => join(folder, `${++files}.db`)

const withStore = async (work: (store: OpenedStore) => Promise<void>, file = aFile(), maxPages?: number) => {
  const timers = createTimers()
  const opened = await openStore({ file, log: silentLog, timers, ...(maxPages && { maxPages }) })
  assert.ok(opened.ok)
  await work(opened.value)
  await opened.value.close()
}
const aSim = (key: string, total: number): KeptSim => ({
  ...{ key, day: 20_000, month: 24_000, locked: total === 1, restUntilMs: total },
  sent: { day: 1, month: 2, total },
  failed: { day: 3, month: 4, total: 5 },
  received: { day: 6, month: 7, total: 8 },
})
const aMessage = (id: string, more: Partial<MessageRecord> = {}): MessageRecord => ({
  ...{
    id,
    origin: 'rest',
    from: 'a',
    to: '+1',
    queue: 'route:out',
    body: { kind: 'text', text: 'x' },
    pid: 0,
  },
  ...{ acceptedAtMs: 1, expiresAtMs: 9000, state: 'queued', attempts: 0, partsTotal: 1, partsDone: 0 },
  steps: [{ atMs: 1, state: 'queued' }],
  ...more,
})
const via = { line: 'b/1', iccid: '89' }

describe('what is kept of gateways', () => {
  test('cards with their counts and whom they texted this month', async () => {
    const file = aFile()
    await withStore(async ({ gateways, flush }) => {
      for (let total = 0; total < 5; total++) gateways.save(aSim('iccid:1', total))
      gateways.save({ ...aSim('iccid:2', 1), line: 'b/1', before: ['b/2', 'c/1'] })
      gateways.save({ ...aSim('iccid:3', 1), line: 'b/3' })
      gateways.save({ ...aSim('line:b/1', 0), unlocked: true })
      for (const recipient of [7, 8, 7]) gateways.addRecipient('iccid:1', 24_000, recipient)
      gateways.addRecipient('iccid:1', 23_999, 9)
      await flush()
    }, file)
    await withStore(async ({ gateways }) => {
      const [one, two, other, three] = (await gateways.loadSims(24_000)).sort((a, b) =>
        a.key < b.key ? -1 : 1,
      )
      assert.deepEqual(one, { ...aSim('iccid:1', 4), recipients: [7, 8] })
      const moved = { line: 'b/1', before: ['b/2', 'c/1'] }
      assert.deepEqual(two, { ...aSim('iccid:2', 1), ...moved, recipients: [] })
      assert.deepEqual(other, { ...aSim('iccid:3', 1), line: 'b/3', recipients: [] })
      assert.deepEqual(three, { ...aSim('line:b/1', 0), unlocked: true, recipients: [] })
    }, file)
  })

  test('a card that gets another name while it waits is written under both, as it stands by then', () =>
    withStore(async ({ gateways, flush }) => {
      const card = aSim('number:+1555', 1)
      gateways.save(card)
      card.key = 'iccid:3'
      card.sent.total = 9
      gateways.save(card)
      await flush()
      const kept = await gateways.loadSims(24_000)
      assert.deepEqual(kept.map(({ key, sent }) => [key, sent.total]).sort(), [
        ['iccid:3', 9],
        ['number:+1555', 9],
      ])
    }))

  test('tasks of any size, until their time is up', () =>
    withStore(async ({ gateways }) => {
      const items = Array.from({ length: 1201 }, (_, n) => ({ number: `+1555${n}`, id: `m${n}` }))
      await gateways.keepTask({ id: '77', atMs: 1000, items })
      await gateways.keepTask({ id: '78', atMs: 2000, items: items.slice(0, 1) })
      assert.deepEqual(await gateways.task('77'), items)
      assert.equal(await gateways.task('79'), undefined)
      assert.equal(await gateways.deleteBefore(1500), 3)
      assert.equal(await gateways.task('77'), undefined)
      assert.deepEqual(await gateways.task('78'), items.slice(0, 1))
    }))

  test('marks in the transaction of their step, newest first, by line and time', () =>
    withStore(async ({ gateways, messages }) => {
      for (const [at, id] of ['m1', 'm2', 'm3'].entries()) {
        await messages.add(aMessage(id))
        const sent = aMessage(id, { state: 'sent', via, reportUntilMs: 20_000 + at })
        const handed = { line: at === 2 ? 'b/2' : 'b/1', marks: ['007', `*55${at}`], atMs: at * 100 }
        await messages.save(sent, { handed: [handed] })
      }
      assert.deepEqual(await gateways.handedTo('b/1', '007', 0), ['m2', 'm1'])
      assert.deepEqual(await gateways.handedTo('b/1', '007', 50), ['m2'])
      assert.deepEqual(await gateways.handedTo('b/1', '7', 0), [])
      assert.deepEqual(await gateways.handedTo('b/2', '*552', 0), ['m3'])
      const [m1] = await messages.due('sent', 20_000, 9)
      assert.deepEqual([m1?.id, m1?.via, m1?.reportUntilMs, m1?.expiresAtMs], ['m1', via, 20_000, 9000])
      assert.deepEqual((await messages.next('route:out', 9)).length, 0)
    }))

  test('texts that stay sent: out of the way, found as sent, and gone with retention', () =>
    withStore(async ({ messages }) => {
      await messages.add(aMessage('m1'))
      const steps = [...aMessage('m1').steps, { atMs: 500, state: 'sent' as const, reason: 'no report' }]
      const closed = aMessage('m1', { state: 'sent', via, closed: true, reason: 'no report', steps })
      await messages.save(closed)
      assert.deepEqual(await messages.get('m1'), closed)
      assert.deepEqual(await messages.due('sent', 9e12, 9), [])
      assert.equal((await messages.list({ limit: 9, state: 'sent' })).length, 1)
      const { closed: _closed, ...late } = closed
      await messages.save({ ...late, state: 'delivered' })
      assert.equal((await messages.get('m1'))?.closed, undefined)
      await messages.save(closed)
      assert.equal(await messages.deleteEndedBefore(501, 0), 1)
    }))

  test('keys of reports, with the step that they led to; what names no message gives way to what does', async () => {
    const file = aFile()
    const claim = (key: string, untilMs = 9000) => ({ key, nowMs: 1, untilMs })
    const report = { id: 'r1', line: 'b/1', recipient: '+1', status: 0, atMs: 100 }
    await withStore(async ({ gateways, messages }) => {
      await messages.add(aMessage('m1'))
      await messages.save(aMessage('m1', { state: 'delivered' }), { claim: claim('step') })
      await gateways.noteKey(claim('nobody', 500))
      await Promise.all([
        gateways.park(report, claim('parked')),
        messages.save(aMessage('m1', { state: 'failed' }), { claim: claim('parked') }),
        gateways.park({ ...report, id: 'r2' }, claim('waits')),
      ])
    }, file)
    await withStore(async ({ gateways, messages }) => {
      const holders = Promise.all(['step', 'nobody', 'parked', 'waits', 'none'].map(gateways.holderOf))
      const ids = (await holders).map((held) => held && `${held.id} ${held.untilMs}`)
      assert.deepEqual(ids, ['m1 9000', ' 500', 'm1 9000', ' 9000', undefined])
      await messages.deleteEndedBefore(0, 500)
      assert.equal(await gateways.holderOf('nobody'), undefined)
    }, file)
  })

  test('an event with its key and its call: all of it, or nothing', async () => {
    const file = aFile()
    const call = {
      key: 'b/1/7',
      line: 'b/1',
      outgoing: true,
      caller: '1',
      callee: '2',
      beginMs: 7,
      reason: '',
    }
    const event = { line: 'b/1', name: 'RECORD', atMs: 7, fields: { num: '2' } }
    const claim = (key: string) => ({ key, nowMs: 1, untilMs: 900 })
    await withStore(
      async ({ gateways }) => {
        await gateways.addEvent({ ...event, call }, claim('event|k'))
        const big = { ...event, fields: { num: 'x'.repeat(300_000) } }
        await assert.rejects(
          gateways.addEvent({ ...big, call: { ...call, key: 'b/1/8' } }, claim('event|big')),
        )
      },
      file,
      80,
    )
    await withStore(async ({ gateways, messages }) => {
      assert.deepEqual(
        (await gateways.events({ limit: 9 })).map(({ seq: _, ...rest }) => rest),
        [event],
      )
      assert.deepEqual(await gateways.calls({ limit: 9, line: 'b/1', sinceMs: 7, beforeMs: 8 }), [call])
      assert.deepEqual(await gateways.calls({ limit: 9, line: 'b/1', sinceMs: 7, beforeMs: 7 }), [])
      assert.deepEqual(await gateways.calls({ limit: 9 }), [call])
      assert.deepEqual(await gateways.holderOf('event|k'), { id: '7', untilMs: 900 })
      assert.equal(await gateways.holderOf('event|big'), undefined)
      await messages.deleteEndedBefore(0, 900)
      assert.equal(await gateways.holderOf('event|k'), undefined)
    }, file)
  })

  test('a queue is read behind a cursor', () =>
    withStore(async ({ messages }) => {
      await Promise.all(['a', 'b', 'c', 'd'].map((id) => messages.add(aMessage(id))))
      const ids = async (limit: number, last?: string) =>
        (await messages.next('route:out', limit, last)).map(({ id }) => id)
      assert.deepEqual([await ids(2), await ids(2, 'b'), await ids(2, 'd')], [['a', 'b'], ['c', 'd'], []])
    }))

  test('parked reports, events and calls; each is on disk when its writer is told', async () => {
    const file = aFile()
    const report = { id: 'r1', line: 'b/1', reference: '007', status: 0, atMs: 100 }
    const event = (atMs: number) => ({ line: 'b/1', name: 'CELLS', atMs, fields: { lists: '1,' } })
    const call = { key: 'c', line: 'b/1', outgoing: true, caller: '1', callee: '2', beginMs: 300, reason: '' }
    await withStore(async ({ gateways }) => {
      await Promise.all([gateways.park(report), gateways.park({ ...report, id: 'r2', atMs: 300 })])
      for (const atMs of [100, 200, 300]) await gateways.addEvent(event(atMs))
      await gateways.saveCall({ ...call, reason: 'ringing' })
      await gateways.saveCall({ ...call, reason: '200 OK' })
      gateways.unpark('r2')
    }, file)
    await withStore(async ({ gateways }) => {
      assert.deepEqual(await gateways.loadParked(), [report])
      const events = await gateways.events({ limit: 2 })
      assert.deepEqual(
        events.map(({ seq, ...rest }) => rest),
        [event(300), event(200)],
      )
      const before = events[1]?.seq as number
      assert.equal((await gateways.events({ limit: 9, line: 'b/1', before })).length, 1)
      assert.deepEqual(await gateways.events({ limit: 9, line: 'b/2' }), [])
      assert.deepEqual(await gateways.calls({ limit: 9 }), [{ ...call, reason: '200 OK' }])
      assert.equal(await gateways.deleteBefore(250), 3)
      assert.deepEqual([(await gateways.events({ limit: 9 })).length, await gateways.loadParked()], [1, []])
    }, file)
  })

  test('a full disk refuses what somebody waits for, and keeps counts for later', () =>
    withStore(
      async ({ gateways, flush }) => {
        const big = { line: 'b/1', name: 'X', atMs: 1, fields: { msg: 'x'.repeat(300_000) } }
        gateways.save(aSim('iccid:1', 3))
        await assert.rejects(gateways.addEvent(big))
        await flush()
        assert.equal((await gateways.loadSims(24_000))[0]?.sent.total, 3)
        assert.deepEqual(await gateways.events({ limit: 9 }), [])
      },
      aFile(),
      80,
    ))
})
