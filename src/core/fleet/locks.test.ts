import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createHandClock } from '#lib/timers'
import { aSighting, RULES } from '../../../test/support/gateway-house.ts'
import { memoryGateways } from '../../../test/support/memory-gateways.ts'
import { createEvents } from '../events.ts'
import { createFleet } from './fleet.ts'

type Store = ReturnType<typeof memoryGateways>

/** A start: cards are those of the starts before it. */
const aStart = async (store: Store) => {
  const kept = await store.loadSims(0)
  const fleet = createFleet({ timers: createHandClock(), events: createEvents(), rules: RULES, store, kept })
  const unseen = (id = 'box1/1') => {
    const { sim: _none, ...sighting } = aSighting(id, { state: 'offline', detail: 'not seen yet' })
    fleet.sight(sighting)
  }
  const seen = (iccid: string, id = 'box1/1', more: { number?: string } = {}) => {
    fleet.sight(aSighting(id, { sim: { iccid, ...more } }))
    return fleet.get(id)?.lockedHere
  }
  return { fleet, unseen, seen, cards: () => Array.from(fleet.cards(), ({ key }) => key) }
}

describe("the operator's word to a line whose card is not known yet", () => {
  test('holds for the card that is found in it, and for no other one later', async () => {
    const { fleet, unseen, seen } = await aStart(memoryGateways())
    unseen()
    fleet.lock('box1/1', true)
    assert.equal(seen('a'), true)
    assert.equal(fleet.get('box1/1')?.hindrance, 'locked by operator')
    assert.equal(seen('b'), false)
    assert.equal(seen('a', 'box1/2'), true, 'the lock went with its card')
    fleet.lock('box1/2', false)
    assert.equal(seen('c'), false)
    assert.equal(seen('a'), false)
  })

  test('unlocks a card that was locked before the start', async () => {
    const store = memoryGateways()
    const before = await aStart(store)
    before.seen('a')
    before.fleet.lock('box1/1', true)
    const { fleet, unseen, seen } = await aStart(store)
    unseen()
    fleet.lock('box1/1', false)
    assert.equal(seen('a'), false)
    const later = await aStart(store)
    later.unseen()
    assert.equal(later.seen('a'), false)
  })

  for (const locked of [true, false])
    test(`is known to a process after it: ${locked ? 'lock' : 'unlock'}`, async () => {
      const store = memoryGateways()
      const before = await aStart(store)
      before.seen('a')
      before.fleet.lock('box1/1', !locked)
      const between = await aStart(store)
      between.unseen()
      between.fleet.lock('box1/1', locked)
      const { unseen, seen, cards } = await aStart(store)
      unseen()
      assert.equal(seen('a'), locked)
      assert.equal(seen('b'), false)
      assert.deepEqual(cards(), ['iccid:a', 'iccid:b'])
      const later = await aStart(store)
      later.unseen()
      assert.equal(later.seen('c'), false, 'the line has forgotten it')
      assert.equal(later.seen('a'), locked)
    })

  test('holds as well when the card was known by its number alone', async () => {
    const store = memoryGateways()
    const before = await aStart(store)
    before.seen('a', 'box1/1', { number: '+15550100201' })
    before.fleet.received('box1/1')
    const { fleet, seen, cards } = await aStart(store)
    fleet.sight(aSighting('box1/1', { sim: { number: '+15550100201' } }))
    fleet.lock('box1/1', true)
    assert.equal(seen('a'), true)
    assert.deepEqual(cards(), ['iccid:a'])
  })

  test('is not said again by the name that the card had before it was better known', async () => {
    const store = memoryGateways()
    const number = '+15550100201'
    const first = await aStart(store)
    first.fleet.sight(aSighting('box1/1', { sim: { number } }))
    first.fleet.lock('box1/1', true)
    assert.equal(first.seen('a'), true)
    first.fleet.lock('box1/1', false)
    const { fleet, seen } = await aStart(store)
    fleet.sight(aSighting('box1/1', { sim: { number } }))
    assert.equal(fleet.get('box1/1')?.lockedHere, false)
    assert.equal(seen('a'), false)
  })
})

test('a line is no card: it is listed as one only as long as its card has no name', async () => {
  const { fleet, unseen, seen, cards } = await aStart(memoryGateways())
  unseen()
  unseen('box1/2')
  fleet.received('box1/2')
  assert.deepEqual(cards(), ['line:box1/1', 'line:box1/2'])
  seen('a')
  seen('b', 'box1/2')
  assert.deepEqual(cards(), ['iccid:a', 'iccid:b', 'line:box1/2'], 'what was counted stays')
})
