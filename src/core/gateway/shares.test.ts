import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aGatewayHouse } from '../../../test/support/gateway-house.ts'
import { memoryGateways } from '../../../test/support/memory-gateways.ts'
import { memoryMessages } from '../../../test/support/memory-messages.ts'
import type { MessageDraft } from '../messages/contract.ts'
import { createShares } from '../messages/shares.ts'

type House = Awaited<ReturnType<typeof aGatewayHouse>>

const attempt = async (
  { messages }: House,
  to: string,
  more: Partial<MessageDraft> = {},
): Promise<string> => {
  const taken = await messages.accept({
    ...{ origin: 'rest', from: 'app', to: { user: to, text: to }, body: { kind: 'text', text: 'x' } },
    ...more,
  })
  return taken.ok ? 'ok' : taken.error
}
const BOB = '+15550100900'

describe('the places of a route to gateways', () => {
  test('one number cannot fill them: its texts are refused with a word of their own, others are not', async () => {
    const house = await aGatewayHouse({ bounds: { mostPerRecipient: 3 } })
    for (const to of [BOB, BOB, '+1 (555) 010-0900']) assert.equal(await attempt(house, to), 'ok')
    assert.equal(await attempt(house, BOB), 'full')
    assert.equal(await attempt(house, BOB, { from: 'somebody else' }), 'full')
    for (let n = 0; n < 20; n++) assert.equal(await attempt(house, `+155501100${n}`), 'ok')
    assert.equal(house.messages.waiting, 23)
    house.sight('box1/1', 'box1/2')
    await house.settle(200)
    assert.equal(house.messages.waiting, 0)
    house.fleet.lose('box1', undefined, 'test')
    for (let n = 0; n < 3; n++) assert.equal(await attempt(house, BOB), 'ok', 'all places are back')
    assert.equal(await attempt(house, BOB), 'full')
  })

  test('one sender cannot fill them, by whatever names a proved one calls himself', async () => {
    const house = await aGatewayHouse({ bounds: { mostPerSender: 4 } })
    const alice = { fromImpi: 'alice@tandem.test' }
    for (let n = 0; n < 4; n++)
      assert.equal(await attempt(house, `+155501100${n}`, { ...alice, from: `a${n}` }), 'ok')
    assert.equal(await attempt(house, '+15550110009', alice), 'full')
    assert.equal(await attempt(house, '+15550110009', { from: 'bob' }), 'ok')
    const [first] = await house.messages.list({ limit: 9, user: 'alice@tandem.test' })
    assert.ok(await house.messages.cancel(first?.id ?? ''))
    assert.equal(await attempt(house, '+15550110009', alice), 'ok', 'who takes one back has a place again')
  })

  test('are shared by what one process accepted: what another one left goes without taking any off', async () => {
    const [store, gateways] = [memoryMessages(), memoryGateways()]
    const bounds = { mostPerRecipient: 2 }
    const first = await aGatewayHouse({ store, gateways, bounds })
    for (let n = 0; n < 2; n++) assert.equal(await attempt(first, BOB), 'ok')
    const second = await aGatewayHouse({ store, gateways, bounds })
    for (let n = 0; n < 2; n++) assert.equal(await attempt(second, BOB), 'ok')
    const left = (await second.messages.list({ limit: 9 })).slice(-2)
    for (const { id } of left) assert.ok(await second.messages.cancel(id))
    assert.equal(await attempt(second, BOB), 'full')
  })

  test('hold what cards received, and an application behind a route has no such bound', async () => {
    const plans = [
      { name: 'app', match: { kind: 'message', to: '^100$', from: '*' } },
      { name: 'in', match: { kind: 'message', to: '*', from: '*', line: '*' } },
    ]
    const stages = [{ kind: 'webhook' as const, url: 'https://app.example/' }]
    const post = async () => ({ ok: false as const, detail: 'away' })
    const house = await aGatewayHouse({
      ...{ routes: plans.map((plan) => ({ ...plan, stages })), post },
      bounds: { mostPerRecipient: 2, mostPerSender: 2 },
    })
    for (let n = 0; n < 5; n++) assert.equal(await attempt(house, '100'), 'ok')
    for (let n = 0; n < 5; n++) {
      const text = { line: 'box1/1', sim: {}, from: '+1', text: 'x', atMs: n, dedupe: `${n}` }
      assert.ok((await house.inbox.text(text)).ok)
    }
  })
})

test('shares are counted up and down in a memory that does not grow, and never too low', () => {
  const shares = createShares('salt')
  for (let n = 0; n < 100_000; n++) shares.add('queue', `number ${n}`)
  for (let n = 0; n < 5000; n++) shares.add('queue', 'crowd')
  assert.ok(
    shares.of('queue', 'crowd') >= 5000 && shares.of('queue', 'crowd') < 5020,
    `${shares.of('queue', 'crowd')}`,
  )
  assert.ok(shares.of('queue', 'nobody') < 20)
  for (let n = 0; n < 100_000; n++) shares.remove('queue', `number ${n}`)
  assert.equal(shares.of('queue', 'crowd'), 5000)
})
