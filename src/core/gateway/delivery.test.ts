import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aGatewayHouse } from '../../../test/support/gateway-house.ts'
import { memoryMessages } from '../../../test/support/memory-messages.ts'
import type { GatewayText } from '../fleet/contract.ts'

const BOB = '+15550100900'
type Manner = 'at_most_once' | 'at_least_once'
const silentFirst = ({ id }: { id: string }) =>
  id === 'box1/1' ? { kind: 'unknown' as const, reason: 'silent' } : { kind: 'sent' as const }

/** One text by two lines of which the first falls silent in the middle of it. */
const silence = async (atLeastOnce: boolean, delivery?: Manner, more: object = {}) => {
  const house = await aGatewayHouse({ routes: [{ atLeastOnce, ...more }] })
  house.sight('box1/1', 'box1/2')
  house.driver.script = silentFirst
  const id = await house.accepted(BOB, { ...(delivery && { delivery }) })
  await house.settle(60)
  await house.pass(120_000)
  return { ...house, id, state: await house.stateOf(id), lines: house.seen.map(({ line }) => line) }
}

describe('whether a text of unknown end goes again', () => {
  for (const [atLeastOnce, delivery, state, lines] of [
    [false, undefined, 'unknown', ['box1/1']],
    [false, 'at_least_once', 'sent', ['box1/1', 'box1/2']],
    [false, 'at_most_once', 'unknown', ['box1/1']],
    [true, undefined, 'sent', ['box1/1', 'box1/2']],
    [true, 'at_least_once', 'sent', ['box1/1', 'box1/2']],
    [true, 'at_most_once', 'unknown', ['box1/1']],
  ] as const)
    test(`says ${delivery ?? 'its route'}, on a route of at ${atLeastOnce ? 'least' : 'most'} once`, async () => {
      const after = await silence(atLeastOnce, delivery)
      assert.deepEqual([after.state, after.lines], [state, lines])
    })

  test('is on disk with the text before the device hears of it, if it must not', async () => {
    const house = await aGatewayHouse({ routes: [{ atLeastOnce: true }] })
    house.sight('box1/1')
    let onDisk: (string | undefined)[] = []
    house.driver.script = (_, { id, task }: GatewayText) => {
      onDisk = [house.store.rows.get(id)?.state, house.store.rows.get(id)?.delivery, task]
      return { kind: 'sent' }
    }
    await house.accepted(BOB, { delivery: 'at_most_once' })
    await house.settle()
    assert.deepEqual(onDisk, ['submitting', 'at_most_once', 'task 1'])
  })

  for (const [atLeastOnce, delivery, state, handed] of [
    [true, 'at_most_once', 'unknown', 0],
    [false, 'at_least_once', 'sent', 1],
  ] as const)
    test(`is known after a crash in the middle of a text (${delivery})`, async () => {
      const [store, routes] = [memoryMessages(), [{ atLeastOnce }]]
      const first = await aGatewayHouse({ store, routes })
      first.sight('box1/1')
      first.driver.script = () => new Promise(() => {})
      const id = await first.accepted(BOB, { delivery })
      await first.settle()
      assert.equal(first.seen.length, 1)
      const second = await aGatewayHouse({ store, routes })
      second.sight('box1/1')
      await second.settle(60)
      assert.deepEqual([await second.stateOf(id), second.seen.length], [state, handed])
    })

  test('goes along to the next stage of the route', async () => {
    const stages = ['box0', 'box1'].map((one) => ({ kind: 'gateway' as const, targets: [one] }))
    for (const [delivery, lines] of [
      ['at_least_once', ['box1/1', 'box1/2']],
      ['at_most_once', ['box1/1']],
    ] as const)
      assert.deepEqual(
        (await silence(delivery === 'at_most_once', delivery, { stages })).lines,
        lines,
        delivery,
      )
  })

  test('changes nothing of the order of texts to one number', async () => {
    const house = await aGatewayHouse()
    house.sight('box1/1', 'box1/2', 'box1/3')
    const give = Promise.withResolvers<void>()
    house.driver.script = () => give.promise.then(() => ({ kind: 'sent' }))
    const first = await house.accepted(BOB, { delivery: 'at_least_once' })
    const second = await house.accepted(BOB)
    await house.settle(60)
    assert.deepEqual([await house.stateOf(first), await house.stateOf(second)], ['submitting', 'queued'])
    give.resolve()
    await house.settle(60)
    assert.deepEqual(
      house.seen.map(({ text }) => text.id),
      [first, second],
    )
  })
})
