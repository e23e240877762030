import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aMemoryTown } from '../support/memory-town.ts'

type Town = Awaited<ReturnType<typeof aMemoryTown>>

const OVER = ['sent', 'delivered', 'unknown', 'failed', 'expired']
const sendAll = (town: Town, count: number): Promise<string[]> =>
  Promise.all(
    Array.from({ length: count }, (_, index) =>
      town.house.accepted(`+1555${String(index).padStart(7, '0')}`, {
        body: { kind: 'text', text: `text ${index}` },
      }),
    ),
  )
const allOver = (town: Town, ids: string[]) => async (): Promise<boolean> =>
  Object.keys(await town.states(ids)).every((state) => OVER.includes(state))
const departures = ({ left }: Town, count: number): number[] => {
  const counts = Array.from({ length: count }, () => 0)
  for (const { text } of left) {
    const index = Number(text.slice(5))
    counts[index] = (counts[index] ?? 0) + 1
  }
  return counts
}

describe('when a device fails', () => {
  test('the plug is pulled: queued texts move to the next SIM card, and none goes twice', async () => {
    const town = await aMemoryTown({ boxes: { box1: 2, box2: 1 } })
    await town.box('box1').plug()
    await town.until('two lines', () => town.sendable().length === 2, 60_000)
    const ids = await sendAll(town, 20)
    await town.until('some have left', () => town.left.length >= 4, 60_000)
    town.box('box1').unplug()
    const before = town.left.length
    await town.box('box2').plug()
    await town.until('all are over', allOver(town, ids), 600_000, 5000)
    const states = await town.states(ids)
    const counts = departures(town, 20)
    assert.ok(
      counts.every((count) => count <= 1),
      `${counts}`,
    )
    // Two lines had one text in hand each: nobody can know what became of it, so that it is not sent again.
    assert.ok((states.unknown ?? 0) <= 2, JSON.stringify(states))
    assert.equal(states.failed, undefined)
    for (const [index, id] of ids.entries())
      if ((await town.house.stateOf(id)) !== 'unknown') assert.equal(counts[index], 1, `text ${index}`)
    const after = new Set(town.left.slice(before).map(({ from }) => from))
    assert.deepEqual([...after], ['+15550200101'])
  })

  test('it comes back: what waits for it goes on', async () => {
    const town = await aMemoryTown({ boxes: { box1: 1 } })
    await town.box('box1').plug()
    await town.until('its line', () => town.sendable().length === 1, 60_000)
    town.box('box1').unplug()
    await town.until('it is missed', () => town.sendable().length === 0, 120_000)
    const ids = await sendAll(town, 3)
    await town.until('a while', () => false, 30_000).catch(() => {})
    assert.deepEqual(Object.keys(await town.states(ids)), ['queued'])
    const [id = ''] = ids
    const { reason } = (await town.house.messages.get(id)) ?? {}
    assert.match(reason ?? '', /no sendable SIM: 1 offline/)
    await town.box('box1').plug()
    await town.until('all are over', allOver(town, ids), 200_000)
    assert.deepEqual(departures(town, 3), [1, 1, 1])
  })

  test('the network does not take the text: another SIM card does', async () => {
    const radio = { leastMs: 2000, mostMs: 5000, failPercent: 30, errors: [38, 331, 1] }
    const town = await aMemoryTown({ boxes: { box1: 4, box2: 4 }, manner: { radio } })
    await town.plugAll()
    await town.until('eight lines', () => town.sendable().length === 8, 60_000)
    const ids = await sendAll(town, 60)
    await town.until('all are over', allOver(town, ids), 3_600_000, 5000)
    const { failed = 0, unknown = 0 } = await town.states(ids)
    const counts = departures(town, 60)
    assert.ok(counts.every((count) => count <= 1))
    assert.equal(counts.filter((count) => count === 0).length, failed)
    assert.deepEqual([unknown, failed], [0, 0])
  })
})

describe('oddities of firmware', () => {
  for (const quirk of [
    'polled',
    'no-sms-no',
    'repeats-receipts',
    'negative-receipts',
    'ignores-done',
    'busy',
  ] as const)
    test(`${quirk}: every text leaves once`, async () => {
      const line = quirk === 'polled' ? { wait_poll: 'spec' as const } : {}
      const town = await aMemoryTown({ boxes: { box1: 3 }, manner: { quirks: new Set([quirk]) }, line })
      await town.plugAll()
      await town.until('three lines', () => town.sendable().length === 3, 60_000)
      const ids = await sendAll(town, 12)
      await town.until('all are over', allOver(town, ids), 3_600_000, 5000)
      assert.ok(
        departures(town, 12).every((count) => count === 1),
        `${departures(town, 12)}`,
      )
      const { unknown = 0, failed = 0 } = await town.states(ids)
      assert.deepEqual([unknown, failed], [0, 0])
    })

  test('forgets: a text that is under way is not asked for again, so that it leaves once', async () => {
    const town = await aMemoryTown({ boxes: { box1: 3 }, manner: { quirks: new Set(['forgets'] as const) } })
    await town.plugAll()
    await town.until('three lines', () => town.sendable().length === 3, 60_000)
    const ids = await sendAll(town, 12)
    await town.until('all are over', allOver(town, ids), 3_600_000, 5000)
    assert.ok(departures(town, 12).every((count) => count === 1))
  })

  test('mute: what has perhaps left is unknown, and is not sent again', async () => {
    const town = await aMemoryTown({ boxes: { box1: 2 }, manner: { quirks: new Set(['mute'] as const) } })
    await town.plugAll()
    await town.until('two lines', () => town.sendable().length === 2, 60_000)
    const ids = await sendAll(town, 4)
    await town.until('all are over', allOver(town, ids), 3_600_000, 5000)
    assert.ok(departures(town, 4).every((count) => count <= 1))
    const { unknown, sent = 0, delivered = 0, ...rest } = await town.states(ids)
    assert.deepEqual(rest, {})
    assert.equal((unknown ?? 0) + sent + delivered, 4)
  })
})

describe('10 % of datagrams lost, 5 % twice, 5 % late', () => {
  test('300 texts: nothing lost, nothing doubled, and what was said of each is true', async () => {
    const town = await aMemoryTown({
      boxes: { box1: 8, box2: 8, box3: 8, box4: 8 },
      weather: { loss: 10, duplicate: 5, reorder: 5 },
    })
    await town.plugAll()
    await town.until('most lines', () => town.sendable().length >= 30, 200_000)
    const ids = await sendAll(town, 300)
    await town.until('all are over', allOver(town, ids), 3_600_000, 5000)
    const counts = departures(town, 300)
    assert.ok(counts.every((count) => count <= 1))
    const states = await town.states(ids)
    for (const [index, id] of ids.entries()) {
      const state = await town.house.stateOf(id)
      if (state !== 'unknown') assert.equal(counts[index], 1, `text ${index} is ${state}`)
    }
    assert.equal(states.failed, undefined)
    assert.ok((states.unknown ?? 0) <= 15, JSON.stringify(states))
  })

  test('300 texts come in: each is kept once, and none that the device counts as told is missing', async () => {
    const town = await aMemoryTown({
      boxes: { box1: 5 },
      weather: { loss: 10, duplicate: 5, reorder: 5 },
    })
    await town.plugAll()
    await town.until('the lines', () => town.sendable().length >= 5, 200_000)
    for (let index = 0; index < 300; index++)
      town.box('box1').lines[index % 5]?.receive('+1555', `text ${index}`)
    await town.until('all is told', () => told(town).length === 300, 60_000)
    const taken = told(town).filter((verdict) => verdict === 'OK').length
    const kept = (await town.house.messages.list({ limit: 1000 })).map(({ body }) => JSON.stringify(body))
    assert.equal(new Set(kept).size, kept.length)
    assert.ok(kept.length >= taken && taken >= 290, `${taken} told, ${kept.length} kept`)
  })
})

const told = ({ events }: Town): string[] =>
  events.flatMap((event) => (event.kind === 'told' && event.name === 'RECEIVE' ? [event.verdict] : []))
