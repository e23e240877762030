import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createHandClock } from '#lib/timers'
import { aGatewayHouse } from '../../../test/support/gateway-house.ts'
import { memoryGateways } from '../../../test/support/memory-gateways.ts'
import { memoryMessages } from '../../../test/support/memory-messages.ts'
import type { InboundReport } from '../fleet/contract.ts'

const BOB = '+15550100900'
const aReport = (dedupe: string, more: Partial<InboundReport> = {}): InboundReport => ({
  ...{ line: 'box1/1', recipient: BOB, status: 0, atMs: 1, dedupe },
  ...more,
})

/** One disk, and a house after the other over it: what the one before had in memory is gone. */
const aDisk = () => {
  const kept = { store: memoryMessages(), gateways: memoryGateways() }
  const start = async (timers = createHandClock()) => {
    const house = await aGatewayHouse({ ...kept, timers, script: () => ({ kind: 'sent' }) })
    house.sight('box1/1')
    await house.settle()
    const texted = async (): Promise<string> => {
      const id = await house.accepted(BOB)
      await house.settle(60)
      return id
    }
    const told = async (report: InboundReport) => (await house.inbox.report(report)).ok
    return { ...house, texted, told }
  }
  return { ...kept, start }
}

describe('a delivery report that is told again after a restart', () => {
  for (const [status, end] of [
    [0, 'delivered'],
    [0x46, 'failed'],
  ] as const)
    test(`does nothing: the text before is not ${end} by the report of the one that is`, async () => {
      const disk = aDisk()
      const first = await disk.start()
      const [a, b] = [await first.texted(), await first.texted()]
      assert.ok(await first.told(aReport('d', { status })))
      assert.deepEqual([await first.stateOf(a), await first.stateOf(b)], ['sent', end])
      const second = await disk.start()
      assert.ok(await second.told(aReport('d', { status })))
      assert.equal(await second.stateOf(a), 'sent')
      assert.ok(await second.told(aReport('e', { status })))
      assert.equal(await second.stateOf(a), end, 'its own')
    })

  test('does nothing if nobody waited for it: nor is it that of a later text', async () => {
    const disk = aDisk()
    const first = await disk.start()
    const a = await first.texted()
    for (const dedupe of ['a', 'nobody’s']) assert.ok(await first.told(aReport(dedupe)))
    assert.ok(await first.told(aReport('reserved', { status: 0xff })))
    assert.equal(await first.stateOf(a), 'delivered')
    const second = await disk.start()
    const b = await second.texted()
    for (const dedupe of ['a', 'nobody’s']) assert.ok(await second.told(aReport(dedupe)))
    assert.equal(await second.stateOf(b), 'sent')
  })

  test('is parked once, and told once, also if the parking outlived a crash', async () => {
    const disk = aDisk()
    const first = await disk.start()
    assert.ok(await first.told(aReport('p')))
    const second = await disk.start()
    assert.ok(await second.told(aReport('p')))
    assert.equal(disk.gateways.parked.size, 1)
    const left = new Map(disk.gateways.parked)
    const [a, b] = [await second.texted(), await second.texted()]
    assert.deepEqual([await second.stateOf(a), await second.stateOf(b)], ['delivered', 'sent'])
    assert.equal(disk.gateways.parked.size, 0)
    for (const [id, report] of left) disk.gateways.parked.set(id, report)
    const third = await disk.start()
    assert.deepEqual([await third.stateOf(b), disk.gateways.parked.size], ['sent', 0])
  })

  test('is not lost if the disk did not take it: its key goes with the step', async () => {
    const disk = aDisk()
    const first = await disk.start()
    const a = await first.texted()
    disk.store.full = true
    assert.equal(await first.told(aReport('d')), false)
    assert.equal(disk.gateways.keys.size, 0)
    disk.store.full = false
    const second = await disk.start()
    assert.ok(await second.told(aReport('d')))
    assert.equal(await second.stateOf(a), 'delivered')
  })

  test('counts anew when its window is over: some devices count from one when they start', async () => {
    const disk = aDisk()
    const timers = createHandClock()
    const first = await disk.start(timers)
    const [a, b] = [await first.texted(), await first.texted()]
    assert.ok(await first.told(aReport('d')))
    assert.ok(await first.told(aReport('long', { keyMs: 86_400_000, recipient: '+1999' })))
    timers.advance(11 * 60_000)
    const second = await disk.start(timers)
    assert.ok(await second.told(aReport('long', { keyMs: 86_400_000 })))
    assert.deepEqual([await second.stateOf(a), await second.stateOf(b)], ['sent', 'delivered'])
    assert.ok(await second.told(aReport('d')))
    assert.equal(await second.stateOf(a), 'delivered')
  })
})
