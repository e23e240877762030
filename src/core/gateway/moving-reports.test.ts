import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aGatewayHouse, aSighting } from '../../../test/support/gateway-house.ts'
import { memoryGateways } from '../../../test/support/memory-gateways.ts'
import { memoryMessages } from '../../../test/support/memory-messages.ts'
import type { InboundReport, SendResult, SimFacts } from '../fleet/contract.ts'

const [N, M] = ['+15550100900', '+15550100901']
const [A, B]: [SimFacts, SimFacts] = [
  { iccid: 'A', imsi: '1' },
  { iccid: 'B', imsi: '2' },
]
const LATER_MS = 3 * 60_000

/** One disk, and a house after the other over it. Texts leave by the line that is their tag. */
const aDisk = () => {
  const kept = { store: memoryMessages(), gateways: memoryGateways() }
  const start = async () => {
    const routes = ['box1/1', 'box2/1'].map((line) => ({
      ...{ name: line, match: { kind: 'message' as const, to: '*', from: '*', tag: `^${line}$` } },
      stages: [{ kind: 'gateway' as const, targets: [line] }],
    }))
    const house = await aGatewayHouse({ ...kept, routes })
    const { fleet, accepted, settle, pass, inbox, driver, stateOf } = house
    const seat = (line: string, sim: SimFacts = {}) => fleet.sight(aSighting(line, { sim }))
    const send = async (line: string, reference?: string, to = N): Promise<string> => {
      driver.script = (): SendResult => ({ kind: 'sent', ...(reference && { reference }) })
      const id = await accepted(to, { tag: line })
      await settle(60)
      return id
    }
    const told = async (line: string, more: Partial<InboundReport> = {}) => {
      assert.ok((await inbox.report({ line, recipient: N, status: 0, atMs: 1, ...more })).ok)
      await settle()
    }
    const states = (...ids: string[]) => Promise.all(ids.map(stateOf))
    const later = async () => {
      await pass(LATER_MS)
      await settle(60)
    }
    return { ...house, seat, send, told, states, later }
  }
  return { ...kept, start }
}

describe('a delivery report after a card has moved', () => {
  for (const [named, reference] of [
    ['with a number', '7'],
    ['without a number', undefined],
  ] as const) {
    test(`${named} finds the card’s only text to its recipient, by whatever line it left`, async () => {
      const { seat, send, told, states, later, gateways } = await aDisk().start()
      seat('box1/1', A)
      const [mine, other] = [await send('box1/1', reference), await send('box1/1', undefined, M)]
      seat('box1/1', B)
      seat('box2/1', A)
      await told('box2/1', reference ? { reference: '9' } : {})
      assert.deepEqual(await states(mine), ['sent'], 'a text of the new line may still be on its way')
      await later()
      assert.deepEqual([...(await states(mine, other)), gateways.parked.size], ['delivered', 'sent', 0])
    })

    test(`${named} is none of the card that is in the old line now`, async () => {
      const { seat, send, told, states, later } = await aDisk().start()
      seat('box1/1', A)
      const mine = await send('box1/1', reference)
      seat('box1/1', B)
      const report = reference ? { reference } : {}
      await told('box1/1', report)
      await later()
      assert.deepEqual(await states(mine), ['sent'])
      const theirs = await send('box1/1', reference)
      if (!reference) await told('box1/1', report)
      assert.deepEqual(await states(mine, theirs), ['sent', 'delivered'])
    })
  }

  test('is nobody’s where several texts of the card to its recipient wait', async () => {
    const { seat, send, told, states, later } = await aDisk().start()
    seat('box1/1', A)
    const ids = [await send('box1/1', '1'), await send('box1/1', '2')]
    seat('box2/1', A)
    await told('box2/1', { reference: '9' })
    await later()
    assert.deepEqual(await states(...ids), ['sent', 'sent'])
  })

  test('is first of all that of the new line’s own text, also if it overtakes the word that this was sent', async () => {
    const { seat, send, told, states, later, pass } = await aDisk().start()
    seat('box1/1', A)
    const old = await send('box1/1', '7')
    seat('box2/1', A)
    await told('box2/1', { reference: '7' })
    // Longer than a device has a text in its hands.
    await pass(120_000)
    seat('box2/1', A)
    const own = await send('box2/1', '7')
    await later()
    assert.deepEqual(await states(old, own), ['sent', 'delivered'])
  })

  test('finds it over a restart, whenever the card moved', async () => {
    for (const moved of [true, false]) {
      const disk = aDisk()
      const first = await disk.start()
      first.seat('box1/1', A)
      const mine = await first.send('box1/1', '7')
      if (moved) {
        first.seat('box2/1', A)
        await first.told('box2/1', { reference: '9' })
      }
      const second = await disk.start()
      second.seat('box2/1', A)
      if (!moved) await second.told('box2/1', { reference: '9' })
      await second.settle(60)
      await second.later()
      assert.deepEqual([...(await second.states(mine)), disk.gateways.parked.size], ['delivered', 0])
    }
  })

  for (const done of [true, false])
    test(`is not taken for one of the card that was in the new line before it, told of: ${done}`, async () => {
      const { seat, send, told, states, later, gateways } = await aDisk().start()
      seat('box2/1', B)
      const theirs = await send('box2/1')
      if (done) await told('box2/1', { dedupe: 'x', sim: B })
      seat('box1/1', A)
      const mine = await send('box1/1')
      seat('box1/1', { iccid: 'C' })
      seat('box2/1', A)
      await told('box2/1', { dedupe: 'y', sim: A })
      await later()
      assert.deepEqual(await states(mine, theirs), ['delivered', done ? 'delivered' : 'sent'])
      assert.equal(gateways.parked.size, 0)
    })

  test('is not that of the new line’s own text, which bears another name', async () => {
    const { seat, send, told, states, later } = await aDisk().start()
    seat('box1/1', A)
    await send('box1/1', '1', M)
    seat('box2/1', A)
    const mine = await send('box2/1', '10')
    await told('box2/1', { reference: '9' })
    await later()
    assert.deepEqual(await states(mine), ['sent'])
  })

  test('is looked for nowhere else once its own text has come', async () => {
    const { seat, send, told, states, later, gateways } = await aDisk().start()
    seat('box1/1', A)
    await send('box1/1', '1', M)
    seat('box2/1', A)
    await told('box2/1', { reference: '5' })
    const mine = await send('box2/1', '5')
    assert.deepEqual(await states(mine), ['delivered'])
    let reads = 0
    const { handedTo } = gateways
    gateways.handedTo = (...asked) => {
      reads++
      return handedTo(...asked)
    }
    await later()
    assert.equal(reads, 0)
  })

  test('follows the line where nobody knows its card', async () => {
    const disk = aDisk()
    const first = await disk.start()
    first.seat('box1/1', A)
    const mine = await first.send('box1/1', '7')
    const second = await disk.start()
    await second.told('box1/1', { reference: '7' })
    assert.deepEqual(await second.states(mine), ['delivered'])
  })
})
