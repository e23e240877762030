import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { aGatewayHouse } from '../../../test/support/gateway-house.ts'
import { memoryGateways } from '../../../test/support/memory-gateways.ts'
import type { InboundText } from '../fleet/contract.ts'

const aText = (more: Partial<InboundText> = {}): InboundText => ({
  ...{ line: 'box1/1', sim: { iccid: '8901', number: '+15550100201' }, from: '+15550100900' },
  ...{ text: 'hi', atMs: 1, dedupe: `k${Math.random()}` },
  ...more,
})

test('an alarm is told to those who watch when it is on disk, once; other events are only kept', async () => {
  const { inbox, heard, gateways } = await aGatewayHouse()
  const event = { line: 'box1/1', name: 'address-changed', atMs: 1, fields: { to: '192.0.2.9' }, dedupe: 'a' }
  const told = () => heard.flatMap((one) => (one.kind === 'gateway.alarm' ? [one.alarm.name] : []))
  gateways.full = true
  assert.deepEqual(await inbox.event({ ...event, alarm: true }), { ok: false, error: 'failure' })
  assert.deepEqual(told(), [])
  gateways.full = false
  for (let times = 0; times < 2; times++) assert.ok((await inbox.event({ ...event, alarm: true })).ok)
  assert.ok((await inbox.event({ ...event, name: 'CELLS', dedupe: 'b' })).ok)
  assert.deepEqual(told(), ['address-changed'])
})

describe('a text that a card received', () => {
  test('is on disk before the device is told, once, with what is known of the card', async () => {
    const { inbox, messages, store, sight, fleet } = await aGatewayHouse({ routes: [] })
    sight('box1/1')
    const taking = inbox.text(aText({ dedupe: 'k' }))
    assert.equal(store.rows.size, 0)
    const taken = await taking
    assert.ok(taken.ok && !taken.value.duplicate)
    const again = await inbox.text(aText({ dedupe: 'k' }))
    assert.deepEqual(again, { ok: true, value: { id: taken.value.id, duplicate: true } })
    const record = await messages.get(taken.value.id)
    assert.deepEqual([record?.state, record?.route, record?.origin], ['delivered', 'inbox', 'gateway'])
    assert.deepEqual(record?.via, { line: 'box1/1', iccid: '8901', number: '+15550100201' })
    assert.deepEqual([record?.from, record?.to], ['+15550100900', '+15550100201'])
    assert.equal(fleet.get('box1/1')?.counts.received.total, 1)
    store.full = true
    assert.deepEqual(await inbox.text(aText()), { ok: false, error: 'failure' })
  })

  test('goes to the subscriber who owns the card, by number or IMSI', async () => {
    const { inbox, messages, delivered, settle } = await aGatewayHouse({ routes: [] })
    for (const sim of [{ number: '+491701234567' }, { imsi: '262010000000001' }]) {
      const taken = await inbox.text(aText({ sim }))
      await settle()
      assert.ok(taken.ok)
      assert.equal((await messages.get(taken.value.id))?.queue, 'subscriber:alice@tandem.test')
    }
    assert.equal(delivered.length, 2)
  })

  test('goes to them also where the card or its device knows the number as people at home write it', async () => {
    const { inbox, messages, settle } = await aGatewayHouse({ routes: [], region: 'DE' })
    const taker = async (more: Partial<InboundText>) => {
      const taken = await inbox.text(aText(more))
      await settle()
      const record = taken.ok ? await messages.get(taken.value.id) : undefined
      return [record?.queue, record?.to, record?.via?.number]
    }
    const ALICE = 'subscriber:alice@tandem.test'
    for (const number of ['01701234567', '0170 1234567', '1701234567'])
      assert.deepEqual(await taker({ sim: { number } }), [ALICE, '+491701234567', number])
    for (const number of ['01701234568', '234567', 'Alice', '+1701234567', ''])
      assert.equal((await taker({ sim: { number } }))[0], 'inbox', number)
    const own = { number: '01701234568', imsi: '262010000000001' }
    assert.deepEqual(await taker({ sim: own }), [ALICE, '01701234568', '01701234568'])
  })

  test('comes back to who wrote to its sender by this card', async () => {
    const { inbox, messages, sight, accepted, settle } = await aGatewayHouse()
    sight('box1/1')
    await accepted('+15550100900', { fromImpi: 'bob@tandem.test' })
    await settle()
    const queueOf = async (text: InboundText) => {
      const taken = await inbox.text(text)
      return taken.ok && (await messages.get(taken.value.id))?.queue
    }
    const sim = { iccid: '89-box1/1' }
    assert.equal(await queueOf(aText({ sim })), 'subscriber:bob@tandem.test')
    assert.equal(await queueOf(aText({ sim: {}, from: '15550100900' })), 'subscriber:bob@tandem.test')
    assert.equal(await queueOf(aText({ sim, from: '+15550100901' })), 'inbox')
    assert.equal(await queueOf(aText({ sim: {}, line: 'box1/2' })), 'inbox')
    assert.equal(await queueOf(aText()), 'inbox', 'another card')
  })

  test('takes only routes for what cards receive: it never leaves by a card again', async () => {
    const { inbox, messages, seen, sight, settle } = await aGatewayHouse({
      routes: [
        { match: { kind: 'message', to: '*', from: '*' } },
        {
          name: 'in',
          match: { kind: 'message', to: '*', from: '^\\+49', line: '^box1/' },
          stages: [{ kind: 'subscriber', name: 'sip:bob@tandem.test' }],
        },
        {
          name: 'spam',
          match: { kind: 'message', to: '*', from: '^SPAM', line: '*' },
          stages: [{ kind: 'reject', code: 403 }],
        },
      ],
    })
    sight('box1/1')
    const queueOf = async (more: Partial<InboundText>) => {
      const taken = await inbox.text(aText(more))
      return taken.ok ? (await messages.get(taken.value.id))?.queue : taken.error
    }
    assert.equal(await queueOf({}), 'inbox')
    assert.equal(await queueOf({ from: '+4930123' }), 'subscriber:bob@tandem.test')
    assert.equal(await queueOf({ from: '+4930123', line: 'box2/1' }), 'inbox')
    assert.equal(await queueOf({ from: 'SPAM' }), 'inbox')
    await settle()
    assert.equal(seen.length, 0)
  })

  test('is taken whatever a device makes of it', async () => {
    const { inbox } = await aGatewayHouse({ routes: [] })
    for (const strange of [
      { dedupe: 'k'.repeat(500) },
      { text: 'x'.repeat(100_000) },
      { from: 'f'.repeat(1000) },
      { from: '' },
      { sim: {} },
    ])
      assert.ok((await inbox.text(aText(strange))).ok, JSON.stringify(strange).slice(0, 50))
  })
})

describe('a delivery report', () => {
  test('may overtake the word that its text was sent, also with leading zeros, also over a restart', async () => {
    const gateways = memoryGateways()
    const { sight, accepted, settle, inbox, driver, stateOf, store } = await aGatewayHouse({ gateways })
    sight('box1/1', 'box1/2')
    const end = Promise.withResolvers<{ kind: 'sent'; reference: string }>()
    driver.script = () => end.promise
    const id = await accepted('+1')
    await settle()
    assert.ok((await inbox.report({ line: 'box1/1', reference: '007', status: 0, atMs: 1 })).ok)
    assert.ok((await inbox.report({ line: 'box1/1', reference: '7', status: 0x40, atMs: 1 })).ok)
    assert.ok((await inbox.report({ line: 'box1/2', reference: '007', status: 0x40, atMs: 1 })).ok)
    assert.equal(gateways.parked.size, 3, 'on disk before the device is told')
    end.resolve({ kind: 'sent', reference: '007' })
    await settle()
    assert.equal(await stateOf(id), 'delivered')
    assert.equal(gateways.parked.size, 2)
    const second = await aGatewayHouse({ gateways, store })
    second.sight('box1/1')
    second.driver.script = () => ({ kind: 'sent', reference: '7' })
    const other = await second.accepted('+2')
    await second.settle(60)
    assert.equal(await second.stateOf(other), 'failed')
  })

  test('without a reference is that of the newest text to its recipient that waits for one', async () => {
    const { sight, accepted, settle, inbox, driver, stateOf } = await aGatewayHouse()
    sight('box1/1')
    driver.script = () => ({ kind: 'sent' })
    const [a, b] = [await accepted('+15550100900'), await accepted('+15550100900')]
    const other = await accepted('+15550100901')
    await settle(60)
    const report = () => inbox.report({ line: 'box1/1', recipient: '5550100900', status: 0, atMs: 1 })
    await report()
    assert.deepEqual([await stateOf(a), await stateOf(b)], ['sent', 'delivered'])
    await report()
    assert.deepEqual([await stateOf(a), await stateOf(other)], ['delivered', 'sent'])
  })

  test('tells of what is final, and of what is not', async () => {
    const { sight, accepted, settle, inbox, messages } = await aGatewayHouse()
    sight('box1/1')
    const id = await accepted('+1')
    await settle()
    const after = async (status: number) => {
      await inbox.report({ line: 'box1/1', reference: '0001', status, atMs: 1 })
      const record = await messages.get(id)
      return [record?.state, record?.reason, record?.cause]
    }
    assert.deepEqual(await after(0x21), ['sent', 'the network still tries', 0x21])
    assert.deepEqual(await after(0x01), ['sent', 'forwarded, not confirmed', 1])
    assert.deepEqual(await after(0xff), ['sent', 'forwarded, not confirmed', 1])
    assert.deepEqual(await after(0x63), ['failed', 'the network gave it up', 0x63])
    assert.deepEqual(await after(0x00), ['failed', 'the network gave it up', 0x63])
  })

  test('is refused while the disk is full, and may come again', async () => {
    const { inbox, gateways } = await aGatewayHouse()
    const report = { line: 'x', reference: '1', status: 0, atMs: 1, dedupe: 'd' }
    gateways.full = true
    assert.deepEqual(await inbox.report(report), { ok: false, error: 'failure' })
    const event = { line: 'x', name: 'CELLS', atMs: 1, fields: { lists: '1,' }, dedupe: 'e' }
    assert.deepEqual(await inbox.event(event), { ok: false, error: 'failure' })
    gateways.full = false
    const both = [inbox.event({ ...event, dedupe: 'f' }), inbox.event({ ...event, dedupe: 'f' })]
    let early = false
    void both[1]?.then(() => {
      early = gateways.written.length === 0
    })
    assert.ok((await Promise.all(both)).every(({ ok }) => ok) && !early, 'a repeat waits for the first one')
    gateways.written.length = 0
    for (let i = 0; i < 2; i++) assert.ok((await inbox.report(report)).ok && (await inbox.event(event)).ok)
    assert.deepEqual([gateways.parked.size, gateways.written.length], [1, 1])
  })
})
