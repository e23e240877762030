import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseHours } from '#lib/hours'
import { aGatewayHouse, aSighting } from '../../../test/support/gateway-house.ts'
import { memoryGateways } from '../../../test/support/memory-gateways.ts'
import { memoryMessages } from '../../../test/support/memory-messages.ts'
import type { SendResult } from '../fleet/contract.ts'
import type { MessageRecord } from '../messages/record.ts'

const BOB = '+15550100900'
const refused = (fault: 'line' | 'number' | 'busy', cause?: number): SendResult => ({
  ...{ kind: 'refused', fault, reason: `bad ${fault}` },
  ...(cause !== undefined && { cause }),
})
const toFallback = {
  stages: [
    { kind: 'gateway' as const, targets: ['box1'] },
    { kind: 'gateway' as const, targets: ['box2'] },
    { kind: 'inbox' as const },
  ],
}

describe('a text for a number behind a route', () => {
  test('leaves by a SIM, is sent when the network has it and delivered when its report comes', async () => {
    const { sight, accepted, settle, messages, inbox, seen, stateOf } = await aGatewayHouse()
    sight('box1/1')
    const id = await accepted(BOB)
    await settle()
    const sent = await messages.get(id)
    assert.deepEqual(
      sent?.steps.map(({ state, route }) => [state, route]),
      [
        ['queued', undefined],
        ['submitting', 'box1/1'],
        ['sent', 'box1/1'],
      ],
    )
    assert.deepEqual(sent?.via, { line: 'box1/1', iccid: '89-box1/1' })
    assert.deepEqual(seen[0]?.text, { id, attempt: 0, to: BOB, text: 'hello', report: true, task: 'task 1' })
    assert.ok((await inbox.report({ line: 'box1/1', reference: '0001', status: 0, atMs: 1 })).ok)
    assert.equal(await stateOf(id), 'delivered')
  })

  test('is refused where no route leads, and where a list bars its number', async () => {
    const { messages } = await aGatewayHouse({ routes: [{ deny: ['^\\+1900'] }] })
    const accept = async (to: string) => {
      const taken = await messages.accept({
        ...{ origin: 'api', from: 'a', to: { user: to, text: to }, body: { kind: 'text', text: 'x' } },
      })
      return taken.ok || taken.error
    }
    assert.equal(await accept('nobody'), 'unknown-user')
    assert.equal(await accept('+19001234567'), 'forbidden')
    assert.equal(await accept(BOB), true)
  })

  test('waits without a step while no SIM can send, and says why to everybody who looks', async () => {
    const { sight, fleet, accepted, settle, messages, store, stateOf, pass } = await aGatewayHouse()
    const ids = [await accepted(BOB), await accepted('+2')]
    await settle()
    const reasons = async () => (await messages.list({ limit: 9 })).map(({ reason }) => reason)
    assert.deepEqual(await reasons(), Array(2).fill('no sendable SIM: none has been seen'))
    fleet.sight(aSighting('box1/1', { state: 'locked' }))
    fleet.sight(aSighting('box1/2', { state: 'no-sim' }))
    await accepted('+3')
    await settle()
    await pass(61_000)
    messages.free()
    assert.deepEqual(await reasons(), Array(3).fill('no sendable SIM: 1 locked, 1 without SIM'))
    assert.equal(store.rows.get(ids[0] as string)?.steps.length, 1)
    sight('box1/1')
    await settle(60)
    assert.equal(await stateOf(ids[0] as string), 'sent')
    assert.equal(await stateOf(ids[1] as string), 'sent')
  })

  test('goes by another line when one refuses, and has failed when the number is at fault', async () => {
    const house = await aGatewayHouse()
    house.sight('box1/1', 'box1/2')
    house.driver.script = ({ id }) => (id === 'box1/1' ? refused('line', 38) : { kind: 'sent' })
    const id = await house.accepted(BOB)
    await house.settle(60)
    assert.deepEqual(
      house.seen.map(({ line, text }) => [line, text.attempt]),
      [
        ['box1/1', 0],
        ['box1/2', 1],
      ],
    )
    const record = await house.messages.get(id)
    assert.equal(record?.state, 'sent')
    assert.deepEqual(
      record?.steps.map(({ cause }) => cause).filter((cause) => cause !== undefined),
      [38],
    )
    house.driver.script = () => refused('number', 28)
    const bad = await house.accepted('+3')
    await house.settle(60)
    assert.equal(house.seen.length, 3)
    assert.deepEqual(
      [(await house.messages.get(bad))?.state, (await house.messages.get(bad))?.cause],
      ['failed', 28],
    )
  })

  test('of which nobody knows the end is never sent again, unless its route says so', async () => {
    const house = await aGatewayHouse({
      routes: [{}, { name: 'again', match: { kind: '*', to: '^0', from: '*' }, atLeastOnce: true }],
    })
    house.sight('box1/1', 'box1/2')
    house.driver.script = ({ id }) =>
      id === 'box1/1' ? { kind: 'unknown', reason: 'silent' } : { kind: 'sent' }
    const once = await house.accepted(BOB)
    await house.settle(60)
    await house.pass(120_000)
    assert.equal(house.seen.length, 1)
    assert.equal(await house.stateOf(once), 'unknown')
    assert.ok((await house.inbox.report({ line: 'box1/1', recipient: BOB, status: 0, atMs: 1 })).ok)
    assert.equal(await house.stateOf(once), 'delivered', 'its network knows better')
    const atLeast = await house.accepted('01234567')
    await house.settle(60)
    assert.equal(await house.stateOf(atLeast), 'sent')
  })

  test('is unknown after a crash in the middle of it', async () => {
    const store = memoryMessages()
    const first = await aGatewayHouse({ store })
    first.sight('box1/1')
    first.driver.script = () => new Promise(() => {})
    const id = await first.accepted(BOB)
    await first.settle()
    assert.equal(store.rows.get(id)?.state, 'submitting', 'on disk before the device hears of it')
    assert.equal(first.seen.length, 1)
    const second = await aGatewayHouse({ store })
    second.sight('box1/1')
    await second.settle(60)
    assert.deepEqual([await second.stateOf(id), second.seen.length], ['unknown', 0])
  })

  for (const [word, result, end] of [
    ['sent', { kind: 'sent', reference: '7' }, 'sent'],
    ['not sent', { kind: 'refused', fault: 'number', reason: 'no' }, 'failed'],
  ] as const)
    test(`is ${word} if the device says so after a crash, also while no line can send; never handed over again`, async () => {
      const [store, gateways] = [memoryMessages(), memoryGateways()]
      const first = await aGatewayHouse({ store, gateways })
      first.sight('box1/1')
      first.driver.script = () => refused('busy')
      const before = await first.accepted('+1')
      await first.settle()
      first.driver.script = () => new Promise(() => {})
      const waiting = await first.accepted('+2', { validityS: 3600 })
      await first.settle()
      const { steps } = store.rows.get(waiting) as MessageRecord
      assert.deepEqual([steps.at(-1)?.state, steps.at(-1)?.task], ['submitting', 'task 2'])
      const second = await aGatewayHouse({ store, gateways })
      const asked: string[] = []
      second.driver.follow = (line, task) => {
        asked.push(`${line} ${task}`)
        return result
      }
      await second.settle(60)
      assert.deepEqual(asked, ['box1/1 task 2'])
      assert.equal(await second.stateOf(before), 'queued', 'which blocks the queue')
      assert.deepEqual([await second.stateOf(waiting), second.seen.length], [end, 0])
      assert.equal((await second.messages.get(waiting))?.via?.line, end === 'sent' ? 'box1/1' : undefined)
      await second.inbox.report({ line: 'box1/1', reference: '7', status: 0, atMs: 1 })
      assert.equal(await second.stateOf(waiting), end === 'sent' ? 'delivered' : 'failed')
    })

  test('that was unknown is corrected by the device’s late word, which may come first, and is not sent again', async () => {
    const house = await aGatewayHouse({ rules: {} })
    house.sight('box1/1', 'box1/2')
    const give = Promise.withResolvers<void>()
    house.driver.script = async (_, { task = '' }) => {
      await give.promise
      return { kind: 'unknown', reason: 'silent', task }
    }
    const [a, b, c] = [await house.accepted(BOB), await house.accepted('+3'), await house.accepted('+4')]
    const word = (task: string, result: SendResult) =>
      house.inbox.result({ device: 'box1', task, result, atMs: 1 })
    await house.settle()
    assert.ok((await word('task 1', { kind: 'sent' })).ok)
    assert.equal(house.gateways.parked.size, 1, 'on disk before its text is known')
    give.resolve()
    await house.settle(60)
    assert.equal(await house.stateOf(a), 'sent')
    assert.equal(house.gateways.parked.size, 0)
    const taskOf = (id: string): string => house.seen.find(({ text }) => text.id === id)?.text.task ?? ''
    assert.ok((await word(taskOf(b), { kind: 'refused', fault: 'line', reason: 'no', cause: 5 })).ok)
    assert.deepEqual(
      [await house.stateOf(b), (await house.messages.get(b))?.cause, await house.stateOf(c)],
      ['failed', 5, 'unknown'],
    )
    assert.ok((await word(taskOf(b), { kind: 'sent' })).ok)
    assert.equal(await house.stateOf(b), 'failed', 'the first word counts')
    assert.equal(house.seen.length, 3)
    const sent = house.store.rows.get(a)
    assert.ok((sent?.reportUntilMs ?? 0) > house.timers.clock.wallMs(), 'its report is awaited')
  })

  test('tells its device when the step is on disk, whatever the step is', async () => {
    for (const result of [
      { kind: 'sent' },
      { kind: 'unknown', reason: 'silent' },
      refused('number'),
      refused('busy'),
      refused('line'),
    ] as SendResult[]) {
      const house = await aGatewayHouse({ routes: [{ attempts: 1 }] })
      house.sight('box1/1')
      let states: (string | undefined)[] = []
      const committed = (): void => {
        states = [...house.store.rows.values()].map(({ state }) => state)
      }
      house.driver.script = () => ({ ...result, committed })
      await house.accepted(BOB)
      await house.settle(60)
      const expected =
        result.kind === 'refused' ? (result.fault === 'busy' ? 'queued' : 'failed') : result.kind
      assert.deepEqual(states, [expected])
    }
  })

  test('takes the next stage when no line has been in sight for long, or too many have refused it', async () => {
    const house = await aGatewayHouse({ routes: [toFallback] })
    house.sight('box2/1')
    const id = await house.accepted(BOB)
    await house.settle()
    assert.equal(house.seen.length, 0)
    await house.pass(61_000)
    await house.settle(60)
    assert.deepEqual(
      house.seen.map(({ line }) => line),
      ['box2/1'],
    )
    const steps = (await house.messages.get(id))?.steps ?? []
    assert.equal(steps.at(-3)?.reason, 'instead of route:out: no sendable SIM: none has been seen')
    house.sight('box1/1', 'box1/2', 'box1/3')
    house.driver.script = () => refused('line')
    const bad = await house.accepted('+3')
    for (let i = 0; i < 8; i++) await house.pass(40_000)
    const record = await house.messages.get(bad)
    assert.deepEqual([record?.state, record?.route], ['delivered', 'inbox'])
    assert.deepEqual(
      house.seen.slice(1).map(({ line }) => line),
      ['box1/1', 'box1/2', 'box1/3', 'box2/1', 'box2/1', 'box2/1'],
    )
  })

  test('has its quiet hours and its pacing', async () => {
    const quiet = parseHours('00:00-24:00')
    assert.ok(quiet)
    const house = await aGatewayHouse({ routes: [{ quiet }] })
    house.sight('box1/1')
    const id = await house.accepted(BOB)
    await house.settle()
    assert.match((await house.messages.get(id))?.reason ?? '', /^quiet hours until/)
    const paced = await aGatewayHouse({ routes: [{ pacingMs: 3000 }] })
    paced.sight('box1/1')
    for (const to of ['+1', '+2', '+3']) await paced.accepted(to)
    await paced.settle()
    assert.equal(paced.seen.length, 1)
    await paced.pass(3010)
    assert.equal(paced.seen.length, 2)
    await paced.pass(3010)
    assert.equal(paced.seen.length, 3)
  })

  test('stays sent when no report comes, and is kept no longer than others', async () => {
    const house = await aGatewayHouse()
    house.sight('box1/1')
    const id = await house.accepted(BOB, { reportTo: { impi: 'bob@tandem.test', references: [7] } })
    await house.settle()
    house.timers.advance(1000)
    const record = house.store.rows.get(id)
    assert.ok(record?.reportUntilMs)
    house.store.rows.set(id, { ...record, reportUntilMs: house.timers.clock.wallMs() + 1 })
    await house.pass(10_000)
    const closed = house.store.rows.get(id)
    assert.deepEqual([closed?.state, closed?.closed, closed?.reason], ['sent', true, 'no report'])
    const report = [...house.store.rows.values()].find(({ origin }) => origin === 'report')
    assert.equal(report?.body.kind === 'report' && report.body.status, 0x01)
    await house.inbox.report({ line: 'box1/1', reference: '0001', status: 0x46, atMs: 1 })
    assert.deepEqual([await house.stateOf(id), (await house.messages.get(id))?.cause], ['failed', 0x46])
  })

  test('is expired when it waited too long, and can be cancelled', async () => {
    const house = await aGatewayHouse()
    const [a, b, c] = [
      await house.accepted(BOB, { validityS: 5 }),
      await house.accepted(BOB),
      await house.accepted(BOB),
    ]
    await house.settle()
    assert.ok(await house.messages.cancel(b))
    await house.pass(11_000)
    assert.deepEqual([await house.stateOf(a), await house.stateOf(b)], ['expired', 'cancelled'])
    house.sight('box1/1')
    await house.settle(60)
    assert.deepEqual([await house.stateOf(c), house.seen.length], ['sent', 1])
    assert.equal(house.messages.waiting, 0)
  })
})
