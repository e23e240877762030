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

test('what cannot be read is none', async () => {
  const store = memoryMessages()
  store.talks = () => Promise.reject(new Error('the disk is gone'))
  const { cardOf } = await aHouse(store, CARDS)
  assert.ok(await cardOf('+15550100901'))
})
