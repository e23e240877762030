import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { parseHours } from '#lib/hours'
import { aRoute } from '../../../test/support/gateway-house.ts'
import { aSubscriber } from '../../../test/support/house.ts'
import type { MessageDraft } from '../messages/contract.ts'
import { createSubscribers } from '../subscribers.ts'
import { createDestinations } from './destinations.ts'
import { createAddressPlan } from './plan.ts'
import { createRouteTable, type RoutePlan } from './table.ts'

const NOON = new Date(2026, 10, 21, 12, 0).getTime()

const aSwitch = (plans: Partial<RoutePlan>[], region = 'DE', msisdn = '+491701234567') => {
  const addresses = createAddressPlan(region)
  const routes = createRouteTable(plans.map(aRoute), addresses)
  const subscribers = createSubscribers([aSubscriber('alice', { msisdn, imsi: '26201' })])
  const destinations = createDestinations({ subscribers, routes, addresses })
  const draft = (more: Partial<MessageDraft>): MessageDraft => ({
    ...{
      origin: 'rest',
      from: 'app',
      to: { user: '+4930', text: '+4930' },
      body: { kind: 'text', text: 'x' },
    },
    ...more,
  })
  const to = (user: string, more: Partial<MessageDraft> = {}, atMs = NOON) => {
    const found = destinations.of(draft({ to: { user, text: user }, ...more }), atMs)
    return found.ok ? found.value.queue : found.error
  }
  return { to, destinations, addresses }
}
const match = (more: Partial<RoutePlan['match']>) => ({ kind: 'message', to: '*', from: '*', ...more })

describe('numbers', () => {
  test('are read as a person near the sender means them', () => {
    const { addresses } = aSwitch([])
    const { normal } = addresses
    for (const [written, near, read] of [
      ['+49 (170) 123-4567', undefined, '+491701234567'],
      ['0170 1234567', undefined, '+491701234567'],
      ['0049170 1234567', undefined, '+491701234567'],
      ['0664 1234567', '+43664999', '+436641234567'],
      ['tel:+491701234567;x=y', undefined, '+491701234567'],
      ['sip:0170%201234567@home', undefined, '0170%201234567'],
      ['sip:bob@home', undefined, 'bob'],
      ['112', undefined, '112'],
      ['22255', '+1555', '22255'],
      ['*100#', undefined, '*100#'],
      ['INFO', undefined, 'INFO'],
      ['9'.repeat(500), undefined, '9'.repeat(64)],
    ] as const)
      assert.equal(normal(written, near), read, written)
    assert.equal(createAddressPlan('').normal('01701234567'), '01701234567')
    assert.equal(createAddressPlan('XX').normal('01701234567'), '01701234567')
  })
})

describe('a sender without its plus', () => {
  const { sender } = createAddressPlan('DE')
  for (const [told, country, read] of [
    ['15550100200', '', '+15550100200'],
    ['491701234567', '', '+491701234567'],
    ['33612345678', '', '+33612345678'],
    ['+33612345678', 'DE', '+33612345678'],
    ['0033612345678', '', '+33612345678'],
    ['01701234567', '', '+491701234567'],
    ['0612345678', 'FR', '+33612345678'],
    ['2125550123', 'US', '+12125550123'],
    ['612345678', 'ES', '+34612345678'],
    ['13912345678', 'CN', '+8613912345678'],
    ['13912345678', 'US', '+13912345678'],
    ['1711234567', '', '+491711234567'],
    ['12345', 'US', '12345'],
    ['222888', '', '222888'],
    ['*100#', '', '*100#'],
    ['MyBank', '', 'MyBank'],
    ['1st Bank', '', '1st Bank'],
    ['', '', ''],
  ] as const)
    test(`${told || 'nothing'} ${country && `in ${country} `}is ${read || 'nothing'}`, () =>
      assert.equal(sender(told, country), read))

  test('stays as it is where its country is not known', () =>
    assert.equal(createAddressPlan('').sender('01701234567', ''), '01701234567'))
})

test("a card's own number is read in the region, also where nobody could have such a number", () => {
  for (const [number, region, msisdn, queue] of [
    ['5550100202', 'US', '15550100202', 'subscriber:alice@tandem.test'],
    ['5550100202', 'DE', '15550100202', 'inbox'],
    ['01701234567', '', '491701234567', 'inbox'],
    ['01701234567', 'DE', '491701234567', 'subscriber:alice@tandem.test'],
  ] as const) {
    const { to } = aSwitch([], region, msisdn)
    assert.equal(to(number, { via: { line: 'box1/1', number } }), queue, `${number} ${region}`)
    assert.equal(to(number), 'unknown-user', 'of whom nothing else is said')
  }
})

describe('a route', () => {
  test('is taken in turn, behind subscribers, by number, sender, tag and time', () => {
    const { to } = aSwitch([
      { name: 'tag', match: match({ tag: '^alert' }) },
      { name: 'night', match: match({ time: parseHours('22:00-07:00') as never }) },
      { name: 'sender', match: match({ from: '^\\+43' }) },
      { name: 'number', match: match({ to: '^\\+4930' }) },
      { name: 'calls', match: match({ kind: 'call' }) },
    ])
    assert.equal(to('+491701234567'), 'subscriber:alice@tandem.test')
    assert.equal(
      to('0170 1234567', { to: { user: '01701234567', text: 'x', near: '+4930' } }),
      'subscriber:alice@tandem.test',
    )
    assert.equal(to('+1', { tag: 'alert 7' }), 'route:tag')
    assert.equal(to('+1', {}, new Date(2026, 10, 21, 23, 0).getTime()), 'route:night')
    assert.equal(to('+1', { from: '0043 664 1' }), 'route:sender')
    assert.equal(to('03012345'), 'route:number')
    assert.equal(to('+1'), 'unknown-user')
  })

  test('has lists, and stages one behind the other', () => {
    const { to, destinations } = aSwitch([
      { name: 'listed', match: match({ to: '^\\+1' }), allow: ['^\\+15', '^\\+16'], deny: ['^\\+1666'] },
      { name: 'no', match: match({ to: '^\\+2' }), stages: [{ kind: 'reject', code: 403 }] },
      { name: 'later', match: match({ to: '^\\+3' }), stages: [{ kind: 'reject', code: 503 }] },
      {
        name: 'all of',
        match: match({}),
        stages: [
          { kind: 'subscriber', name: 'sip:nobody' },
          { kind: 'webhook', url: 'http://x/' },
          { kind: 'gateway', targets: ['a'] },
          { kind: 'subscriber', name: 'tel:+491701234567' },
          { kind: 'inbox' },
          { kind: 'reject', code: 480 },
        ],
      },
    ])
    assert.deepEqual(
      ['+15', '+17', '+1666', '+2', '+3'].map((number) => to(number)),
      ['route:listed', 'forbidden', 'forbidden', 'forbidden', 'overloaded'],
    )
    assert.equal(to('+9'), 'route:all of~1')
    assert.equal(destinations.after('route:listed'), undefined)
    assert.deepEqual(destinations.after('route:all of~1'), { queue: 'route:all of~2' })
    assert.deepEqual(destinations.after('route:all of~2'), { queue: 'subscriber:alice@tandem.test' })
    assert.deepEqual(destinations.after('route:all of~4'), { refused: 480 })
    assert.equal(destinations.after('route:gone'), undefined)
    assert.equal(destinations.after('subscriber:x'), undefined)
  })

  test('never sends out what a card received, unless it names lines', () => {
    const { to } = aSwitch([
      { name: 'out', match: match({}) },
      { name: 'in', match: match({ line: '^box1/' }) },
    ])
    const via = (line: string, imsi?: string) => ({ via: { line, ...(imsi !== undefined && { imsi }) } })
    assert.equal(to('+49309', via('box1/2')), 'route:in')
    assert.equal(to('+49309', via('box2/2')), 'inbox')
    assert.equal(to('+49309'), 'route:out')
    assert.equal(to('+49309', via('box1/2', '26201')), 'subscriber:alice@tandem.test')
    assert.equal(
      to('+49309', { ...via('box1/2'), answerTo: 'alice@tandem.test' }),
      'subscriber:alice@tandem.test',
    )
  })
})
