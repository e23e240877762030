import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createHandClock } from '#lib/timers'
import { aGatewayHouse } from '../../../test/support/gateway-house.ts'
import { memoryGateways } from '../../../test/support/memory-gateways.ts'

const ussn = { line: 'box1/1', name: 'USSN', atMs: 7, fields: { msg: '3 new' }, dedupe: 'k' }
const first = { ok: true, value: { duplicate: false } }
const again = { ok: true, value: { duplicate: true } }

/** One disk, and a house after the other over it: what the one before had in memory is gone. */
const aDisk = () => {
  const gateways = memoryGateways()
  const timers = createHandClock()
  return { gateways, timers, start: () => aGatewayHouse({ gateways, timers }) }
}

describe('an event that is told again after a restart', () => {
  test('is kept once, and told to those who watch once', async () => {
    const disk = aDisk()
    const one = await disk.start()
    assert.deepEqual(await one.inbox.event({ ...ussn, alarm: true }), first)
    const two = await disk.start()
    assert.deepEqual(await two.inbox.event({ ...ussn, atMs: 9, alarm: true }), again)
    assert.equal(disk.gateways.written.length, 1)
    assert.equal(two.heard.filter(({ kind }) => kind === 'gateway.alarm').length, 0)
    assert.deepEqual(await two.inbox.event({ ...ussn, dedupe: 'other' }), first)
    const { dedupe: _, ...nameless } = ussn
    for (let times = 0; times < 2; times++) assert.deepEqual(await two.inbox.event(nameless), first)
    assert.equal(disk.gateways.written.length, 4)
  })

  test('is kept if the disk did not take it before: neither it nor its key nor its call', async () => {
    const disk = aDisk()
    const { inbox } = await disk.start()
    disk.gateways.full = true
    assert.deepEqual(await inbox.event(ussn), { ok: false, error: 'failure' })
    assert.equal(disk.gateways.keys.size, 0)
    disk.gateways.full = false
    assert.deepEqual(await (await disk.start()).inbox.event(ussn), first)
  })

  test('gives the call that it began', async () => {
    const disk = aDisk()
    const call = { key: 'box1/1/7', line: 'box1/1', outgoing: true, caller: '1', callee: '2', reason: '' }
    const record = { ...ussn, name: 'RECORD', call: { ...call, beginMs: 7 } }
    assert.deepEqual(await (await disk.start()).inbox.event(record), first)
    const later = { ...record, atMs: 9, call: { ...call, key: 'box1/1/9', caller: '', beginMs: 9 } }
    assert.deepEqual(await (await disk.start()).inbox.event(later), {
      ok: true,
      value: { duplicate: true, call: record.call },
    })
    assert.deepEqual([...disk.gateways.recorded.values()], [record.call])
  })

  test('is another one when its window is over: some devices count from one when they start', async () => {
    const disk = aDisk()
    const one = await disk.start()
    const long = { ...ussn, dedupe: 'long', keyMs: 86_400_000 }
    for (const event of [ussn, long]) assert.deepEqual(await one.inbox.event(event), first)
    disk.timers.advance(11 * 60_000)
    const two = await disk.start()
    assert.deepEqual(await two.inbox.event(long), again)
    assert.deepEqual(await two.inbox.event(ussn), first)
  })

  test('is looked for on disk no longer than a process before may have taken it', async () => {
    const { gateways, timers, start } = aDisk()
    const { inbox } = await start()
    const asked: string[] = []
    const { holderOf } = gateways
    gateways.holderOf = (key) => {
      asked.push(key)
      return holderOf(key)
    }
    for (const dedupe of ['early', 'late']) {
      assert.deepEqual(await inbox.event({ ...ussn, dedupe }), first)
      timers.advance(11 * 60_000)
    }
    assert.deepEqual(await inbox.event({ ...ussn, dedupe: 'long', keyMs: 86_400_000 }), first)
    assert.deepEqual(asked, ['event|early', 'event|long'])
    assert.equal(gateways.keys.size, 3)
  })
})
