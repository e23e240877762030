import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aGatewayHouse } from '../../../test/support/gateway-house.ts'
import { memoryMessages } from '../../../test/support/memory-messages.ts'
import type { SendResult } from '../fleet/contract.ts'

/** Repeatable: the same seed gives the same storm. */
const chance = (seed: number) => {
  let state = seed
  return (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}

/** What may become of a text in a line's hands: [how likely, what]. */
const FATES: [number, SendResult][] = [
  [0.1, { kind: 'refused', fault: 'line', reason: 'line' }],
  [0.05, { kind: 'refused', fault: 'number', reason: 'number' }],
  [0.05, { kind: 'refused', fault: 'busy', reason: 'busy' }],
  [0.05, { kind: 'unknown', reason: 'silent' }],
  [1, { kind: 'sent' }],
]
const fateOf = (random: () => number): SendResult => {
  let rest = random()
  for (const [part, fate] of FATES) {
    rest -= part
    if (rest < 0) return fate
  }
  return { kind: 'sent' }
}

const storm = async (seed: number, texts: number, recipients: number) => {
  const random = chance(seed)
  const house = await aGatewayHouse({ routes: [{ attempts: 50 }] })
  const { seen, driver, fleet, settle, pass, messages, store } = house
  const lines = Array.from({ length: 7 }, (_, n) => `box${n % 2}/${n}`)
  /** Per recipient, ids in the order in which attempts began, and those that a network may have. */
  const begun = new Map<string, string[]>()
  const taken = new Map<string, number>()
  const underWay = new Set<string>()
  driver.script = async (line, { id, to }) => {
    assert.ok(!underWay.has(to), 'one at a time for each recipient')
    assert.ok(!underWay.has(line.id), 'one at a time on each line')
    underWay.add(to).add(line.id)
    begun.set(to, [...(begun.get(to) ?? []), id])
    for (let turns = random() * 5; turns > 0; turns--) await new Promise((resume) => setImmediate(resume))
    underWay.delete(to)
    underWay.delete(line.id)
    const fate = fateOf(random)
    if (fate.kind !== 'refused') taken.set(id, (taken.get(id) ?? 0) + 1)
    return fate
  }
  const ids: string[] = []
  for (let n = 0; n < texts; n++) {
    if (random() < 0.05) fleet.lose('box0', undefined, 'gone')
    if (random() < 0.2) for (const line of lines) house.sight(line)
    ids.push(await house.accepted(`+1555${Math.floor(random() * recipients)}`))
    if (random() < 0.02) await messages.cancel(ids[Math.floor(random() * ids.length)] as string)
  }
  for (const line of lines) house.sight(line)
  for (let n = 0; n < 400 && messages.waiting > 0; n++) await pass(31_000)
  await settle()
  return { ids, begun, taken, store, seen, messages }
}

describe('a group of lines', () => {
  for (const seed of [1, 2, 3, 4])
    test(`loses, doubles and reorders nothing, whatever happens (${seed})`, async () => {
      const { ids, begun, taken, store, messages } = await storm(seed, 400, 40)
      assert.equal(messages.waiting, 0)
      const states = new Map<string, number>()
      for (const id of ids) {
        const state = store.rows.get(id)?.state ?? 'lost'
        states.set(state, (states.get(state) ?? 0) + 1)
        const times = taken.get(id) ?? 0
        assert.equal(times, state === 'sent' || state === 'unknown' ? 1 : 0, `${state}: taken ${times} times`)
      }
      const ends = [...states.keys()].filter((state) => state !== 'cancelled')
      assert.deepEqual(ends.sort(), ['failed', 'sent', 'unknown'])
      for (const order of begun.values())
        assert.deepEqual(order, [...order].sort(), 'in the order of acceptance')
    })

  test('one recipient who is refused blocks nobody else, and is next in its own order', async () => {
    const house = await aGatewayHouse()
    house.sight('box1/1')
    let bad = true
    house.driver.script = (_line, { to }) =>
      to === '+1' && bad ? { kind: 'refused', fault: 'busy', reason: 'busy' } : { kind: 'sent' }
    const first = await house.accepted('+1')
    const second = await house.accepted('+1')
    for (let n = 2; n < 12; n++) await house.accepted(`+${n}`)
    await house.settle(120)
    assert.equal(house.messages.waiting, 2)
    assert.equal((await house.messages.get(first))?.reason, 'busy')
    bad = false
    await house.pass(2010)
    await house.settle(60)
    const order = house.seen.filter(({ text }) => text.to === '+1').map(({ text }) => text.id)
    assert.deepEqual(order.slice(-2), [first, second])
  })

  test('needs no more memory for a long queue than for a short one, and comes to its end', async () => {
    const store = memoryMessages()
    const first = await aGatewayHouse({ store })
    const ids: string[] = []
    for (let n = 0; n < 60; n++)
      ids.push(...(await Promise.all(Array.from({ length: 100 }, (_, i) => first.accepted(`+${n % 7}${i}`)))))
    let most = 0
    let reads = 0
    const { next } = store
    store.next = async (queue, limit, after) => {
      const rows = await next(queue, limit, after)
      most = Math.max(most, rows.length)
      reads++
      return rows
    }
    const second = await aGatewayHouse({ store })
    for (let n = 0; n < 100; n++) second.sight(`box1/${n}`)
    for (let n = 0; n < 2000 && second.messages.waiting > 0; n++) await second.settle(10)
    assert.deepEqual([second.messages.waiting, second.seen.length], [0, 6000])
    assert.ok(most <= 500 && reads >= 12, `${reads} reads of at most ${most}`)
    assert.deepEqual(new Set(second.seen.map(({ text }) => text.id)), new Set(ids))
  })
})
