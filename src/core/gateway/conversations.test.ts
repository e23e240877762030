import assert from 'node:assert/strict'
import { test } from 'node:test'
import { aGatewayHouse, aSighting } from '../../../test/support/gateway-house.ts'
import { memoryMessages } from '../../../test/support/memory-messages.ts'

const STICKY = { routes: [{ match: { kind: 'message', to: '*', from: '*' }, strategy: 'sticky' as const }] }
const CARDS = ['a', 'b', 'c', 'd']
const NUMBERS = ['+15550100901', '+15550100902', '01701234567', '+15550100904']

const aHouse = async (store: ReturnType<typeof memoryMessages>, order: string[]) => {
  const house = await aGatewayHouse({ ...STICKY, store, region: 'DE' })
  order.forEach((iccid, at) => {
    house.fleet.sight(aSighting(`box1/${at}`, { sim: { iccid } }))
  })
  const cardOf = async (number: string) => {
    const id = await house.accepted(number)
    await house.settle()
    return (await house.messages.get(id))?.via?.iccid
  }
  return { ...house, cardOf }
}

test('numbers keep their cards over a restart, also those that wrote, and in whatever line the card is then', async () => {
  const store = memoryMessages()
  const first = await aHouse(store, CARDS)
  const before = new Map<string, string | undefined>()
  for (const number of NUMBERS) before.set(number, await first.cardOf(number))
  assert.equal(new Set(before.values()).size, 4)
  const [line, from] = ['box1/1', '+15550100909']
  await first.inbox.text({ line, sim: {}, from, text: 'hi', atMs: 1, dedupe: 'k' })
  // A number's newest card counts, not its first.
  await first.inbox.text({ line, sim: {}, from: NUMBERS[3] as string, text: 'hi', atMs: 1, dedupe: 'l' })
  before.set(NUMBERS[3] as string, 'b').set(from, 'b')
  const second = await aHouse(store, CARDS.toReversed())
  for (const [number, card] of [...before].reverse()) assert.equal(await second.cardOf(number), card, number)
})

test('are read behind the start, in pieces: a number waits for that until it is found, and no longer', async () => {
  const store = memoryMessages()
  const first = await aHouse(store, CARDS)
  const known = ['+15550100901', '+15550100902']
  for (const number of known) assert.ok(await first.cardOf(number))
  const read = store.talks
  const pages: PromiseWithResolvers<void>[] = []
  store.talks = async (sinceMs, _most, before) => {
    const page = await read(sinceMs, 1, before)
    const reading = Promise.withResolvers<void>()
    pages.push(reading)
    await reading.promise
    return page
  }
  const { cardOf, settle, messages, accepted } = await aHouse(store, CARDS.toReversed())
  const next = async () => {
    pages.at(-1)?.resolve()
    await settle()
  }
  const waiting = await accepted(known[0] as string)
  await settle()
  const reason = async () => (await messages.get(waiting))?.reason
  assert.deepEqual([pages.length, await reason()], [1, 'conversations are still being read'])
  await next()
  assert.equal(await cardOf(known[1] as string), undefined, 'behind one that waits for the other page')
  await next()
  assert.deepEqual([(await messages.get(waiting))?.via?.iccid, pages.length], ['a', 2])
  assert.equal(await cardOf(known[1] as string), 'b')
  assert.ok(await cardOf('+15550100999'))
})

test('what is said while they are read is newer', async () => {
  const store = memoryMessages()
  const number = '+15550100901'
  assert.equal(await (await aHouse(store, CARDS)).cardOf(number), 'a')
  const read = store.talks
  const reading = Promise.withResolvers<void>()
  store.talks = async (...page) => {
    const found = await read(...page)
    await reading.promise
    return found
  }
  const { cardOf, inbox, settle } = await aHouse(store, CARDS)
  await inbox.text({ line: 'box1/3', sim: {}, from: number, text: 'hi', atMs: 1, dedupe: 'k' })
  reading.resolve()
  await settle()
  assert.equal(await cardOf(number), 'd')
})

test('what cannot be read is none', async () => {
  const store = memoryMessages()
  store.talks = () => Promise.reject(new Error('the disk is gone'))
  const { cardOf } = await aHouse(store, CARDS)
  assert.ok(await cardOf('+15550100901'))
})
