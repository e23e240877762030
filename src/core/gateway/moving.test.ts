import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aGatewayHouse, aSighting } from '../../../test/support/gateway-house.ts'
import { memoryGateways } from '../../../test/support/memory-gateways.ts'
import { memoryMessages } from '../../../test/support/memory-messages.ts'
import type { SimFacts } from '../fleet/contract.ts'

const [BOB, ALICE] = ['bob@tandem.test', 'alice@tandem.test']
const [N, M] = ['+15550100900', '+15550100901']
const [A, B]: SimFacts[] = [
  { iccid: 'A', imsi: '1' },
  { iccid: 'B', imsi: '2' },
]

/** One disk, and a house after the other over it. */
const aDisk = () => {
  const kept = { store: memoryMessages(), gateways: memoryGateways() }
  let texts = 0
  const start = async () => {
    const routes = ['box1/1', 'box2/1'].map((line) => ({
      ...{ name: line, match: { kind: 'message' as const, to: '*', from: '*', tag: `^${line}$` } },
      stages: [{ kind: 'gateway' as const, targets: [line] }],
    }))
    const house = await aGatewayHouse({ ...kept, routes })
    const { fleet, accepted, settle, inbox, messages } = house
    const seat = (line: string, sim: SimFacts = {}) => fleet.sight(aSighting(line, { sim }))
    const send = async (fromImpi: string, line: string, to = N): Promise<string> => {
      const id = await accepted(to, { fromImpi, tag: line })
      await settle(60)
      assert.equal((await messages.get(id))?.state, 'sent')
      return id
    }
    const answered = async (line: string, sim: SimFacts = {}, from = N): Promise<string | undefined> => {
      const taken = await inbox.text({ line, sim, from, text: 'hi', atMs: 1, dedupe: `k${texts++}` })
      return taken.ok ? (await messages.get(taken.value.id))?.queue.replace('subscriber:', '') : taken.error
    }
    return { ...house, seat, send, answered }
  }
  return { ...kept, start }
}

describe('an answer after a card has moved', () => {
  test('is for whoever texted by the card, in whatever line it is, and not for whom the line knew before', async () => {
    const { seat, send, answered } = await aDisk().start()
    seat('box1/1', A)
    await send(BOB, 'box1/1')
    await send(BOB, 'box1/1', M)
    seat('box1/1', B)
    seat('box2/1', A)
    assert.deepEqual([await answered('box2/1'), await answered('box1/1')], [BOB, 'inbox'])
    await send(ALICE, 'box1/1')
    assert.deepEqual([await answered('box2/1'), await answered('box1/1')], [BOB, ALICE])
    assert.deepEqual([await answered('box2/1', {}, M), await answered('box1/1', {}, M)], [BOB, 'inbox'])
    await send(ALICE, 'box2/1')
    assert.equal(await answered('box2/1'), ALICE, 'the newest text of the card, by whatever line')
  })

  for (const [when, moved] of [
    ['before', true],
    ['during', false],
  ] as const)
    test(`finds its way also if it moved ${when} a restart`, async () => {
      const disk = aDisk()
      const first = await disk.start()
      first.seat('box1/1', A)
      await first.send(BOB, 'box1/1')
      if (moved) first.seat('box2/1', A)
      const second = await disk.start()
      second.seat('box1/1', B)
      second.seat('box2/1', A)
      assert.deepEqual([await second.answered('box2/1'), await second.answered('box1/1')], [BOB, 'inbox'])
    })

  test('finds its way by the IMSI alone, and where the device says of the text itself by which card it came', async () => {
    const { seat, send, answered } = await aDisk().start()
    seat('box1/1', { imsi: '1' })
    await send(BOB, 'box1/1')
    seat('box2/1', A)
    assert.equal(await answered('box2/1'), BOB)
    assert.equal(await answered('box2/1', B), 'inbox')
    assert.equal(await answered('box1/1', { imsi: '1' }), BOB)
  })

  test('is not that of the card in use where a slot that nobody knows has another number', async () => {
    const { seat, send, answered } = await aDisk().start()
    const [first, second] = [
      { ...A, number: '+15550100001' },
      { ...B, number: '+15550100002' },
    ]
    seat('box1/1', first)
    await send(ALICE, 'box1/1')
    seat('box1/1', second)
    await send(BOB, 'box1/1')
    seat('box1/1', first)
    assert.equal(await answered('box1/1', { number: second.number }), BOB)
  })

  test('is the conversation of the card by which it came, not of the one in use', async () => {
    const { seat, answered, fleet } = await aDisk().start()
    seat('box1/1', B)
    seat('box1/1', A)
    seat('box2/1', B)
    await answered('box1/1', B)
    const claimed = fleet.claim({ targets: ['*'], to: N, strategy: 'sticky' })
    assert.equal(claimed.ok && claimed.value.id, 'box2/1')
    const received = [...fleet.cards()].map(({ key, counts }) => [key, counts.received.total])
    assert.deepEqual(Object.fromEntries(received), { 'iccid:A': 0, 'iccid:B': 1 })
  })

  test('follows the line where nobody knows its card', async () => {
    const disk = aDisk()
    const first = await disk.start()
    first.seat('box1/1', A)
    await first.send(BOB, 'box1/1')
    // Of another firmware, or before the first keepalive.
    const second = await disk.start()
    assert.equal(await second.answered('box1/1'), BOB)
    second.seat('box2/1', { number: '+15550100201' })
    await second.send(ALICE, 'box2/1')
    second.seat('box1/1', { number: '+15550100201' })
    assert.deepEqual([await second.answered('box2/1'), await second.answered('box1/1')], [ALICE, BOB])
  })
})
