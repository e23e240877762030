import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRandom } from '#lib/random'
import { createHandClock } from '#lib/timers'
import type { CallState } from '../events.ts'
import { createEvents } from '../events.ts'
import type { CallRecord, GuestCall } from '../records.ts'
import type { GuestPlan } from './contract.ts'
import { createGuests } from './guests.ts'
import { allowed, bareNumber } from './patterns.ts'

const PLAN: GuestPlan = {
  enabled: true,
  caller: { identity: 'sip:2000@home', display: 'Web site', anonymous: false },
  ...{ allow: ['600', '2???', 'sales'], callBack: ['+49*'], origins: ['https://shop.example/'] },
  ...{ ctiHeader: 'X-CTI-Data', skillHeader: 'X-Skill' },
  ...{ perHour: 5, perMinute: 8, mostCalls: 2, callMinutes: 30, dayMinutes: 50 },
}

const setUp = (more: Partial<GuestPlan> = {}) => {
  const timers = createHandClock()
  const events = createEvents()
  const ended: string[] = []
  const plan = { ...PLAN, ...more }
  const guests = createGuests({
    timers,
    random: createRandom(),
    events,
    plan,
    hangUp: (id) => void ended.push(id),
  })
  const tell = (id: string, guest: GuestCall, state: CallState, times: Partial<CallRecord> = {}): void => {
    const call = {
      ...{ id, caller: '', callee: '', dialled: '', kind: 'call' as const },
      video: false,
      startedAtMs: 0,
      callIds: [],
    }
    events.publish({ kind: 'call.changed', call: { ...call, guest, ...times }, state })
  }
  return { guests, timers, ended, tell }
}
const HERE = { address: '192.0.2.1', origin: 'https://pbx.example', host: 'pbx.example:943' }

describe('patterns of numbers', () => {
  test('stand for what they say', () => {
    assert.equal(allowed(['600', '2???', '+49*'], '2001'), true)
    assert.equal(allowed(['+49 (30) *'], '+4930123'), true)
    for (const number of ['6001', '200', '+48123', '', '60'])
      assert.equal(allowed(['600', '2???', '+49*'], number), false)
    for (const number of ['112', '911', '110', '999', '000']) {
      assert.equal(allowed(['*', '1??', '???'], number), false)
      assert.equal(allowed([number], number), true)
    }
    assert.equal(allowed(['*'.repeat(50)], 'a'.repeat(64)), true)
    assert.equal(allowed([`${'*a'.repeat(30)}b`], 'a'.repeat(64)), false)
  })
  test('are compared with numbers as people write them', () => {
    assert.equal(bareNumber(' tel:+49 (30) 12-34 '), '+49301234')
    assert.equal(bareNumber('sip:sales@pbx.example;user=phone'), 'sales')
  })
})

describe('a guest', () => {
  test('comes from this host, a site that was named, or no site at all where none was', () => {
    const { guests } = setUp()
    assert.equal(guests.welcomes(HERE), true)
    assert.equal(guests.welcomes({ ...HERE, origin: 'https://shop.example' }), true)
    for (const origin of ['https://evil.example', 'https://shop.example.evil', 'null', undefined])
      assert.equal(
        guests.welcomes({ address: '1', host: 'pbx.example', ...(origin && { origin }) }),
        false,
        `${origin}`,
      )
    assert.equal(setUp({ origins: [] }).guests.welcomes({ address: '1' }), true)
  })
  test('calls whom it may, once per ticket, for that number, from that site, within a minute', () => {
    const { guests, timers } = setUp({ perHour: 100, perMinute: 100 })
    assert.equal(guests.ticket({ ...HERE, to: '110' }).ok, false)
    const take = (): string => {
      const ticket = guests.ticket({ ...HERE, to: 'tel:2001' })
      assert.ok(ticket.ok)
      assert.equal(ticket.value.mostS, 1800)
      return ticket.value.ticket
    }
    const whyOf = (wish: object) => {
      const pass = guests.admit({ ...HERE, to: '2001', ...wish })
      if (pass.ok) pass.value.release()
      return pass.ok ? 'in' : pass.error.why
    }
    const used = take()
    assert.equal(whyOf({ ticket: used }), 'in')
    assert.equal(whyOf({ ticket: used }), 'not-authorised')
    assert.equal(whyOf({ ticket: take(), to: '2002' }), 'not-authorised')
    assert.equal(whyOf({ ticket: take(), origin: 'https://shop.example' }), 'not-authorised')
    assert.equal(whyOf({ ticket: 'guess' }), 'not-authorised')
    const old = take()
    timers.advance(61_000)
    assert.equal(whyOf({ ticket: old }), 'not-authorised')
    assert.equal(whyOf({ to: '112' }), 'forbidden')
    assert.equal(setUp({ enabled: false }).guests.admit({ ...HERE, to: '600' }).ok, false)
  })
  test('is shown as the account, with a name of its own that breaks nothing', () => {
    const { guests } = setUp()
    const pass = guests.admit({
      ...HERE,
      to: '600',
      disp: 'Zoë\r\nFrom: x',
      cti: '_cid=5\nEvil: 1',
      skill: 'ü',
    })
    assert.ok(pass.ok)
    const { caller, headers, guest, dialled } = pass.value
    assert.deepEqual(caller, { ...PLAN.caller, display: 'Zo\u00c3\u00ab From: x' })
    assert.deepEqual(headers, [
      ['X-CTI-Data', '_cid=5 Evil: 1'],
      ['X-Skill', '\u00c3\u00bc'],
    ])
    assert.deepEqual(guest, {
      how: 'web',
      address: '192.0.2.1',
      origin: HERE.origin,
      cti: '_cid=5 Evil: 1',
      skill: 'ü',
    })
    assert.equal(dialled.user, '600')
  })
  test('asks so often in an hour from one place, and all of them so often in a minute', () => {
    const { guests, timers } = setUp()
    const ask = (address: string) => guests.ticket({ ...HERE, address, to: '600' }).ok
    for (let i = 0; i < 5; i++) assert.equal(ask('2001:db8::1'), true)
    assert.equal(ask('2001:db8::2'), false, 'the same network')
    for (let i = 0; i < 3; i++) assert.equal(ask(`192.0.2.${i}`), true)
    assert.equal(ask('192.0.2.9'), false)
    timers.advance(61_000)
    assert.equal(ask('192.0.2.9'), true)
    assert.equal(ask('2001:db8::3'), false)
  })
})

describe('calls of guests', () => {
  const enter = (guests: ReturnType<typeof setUp>['guests']) => guests.admit({ ...HERE, to: '600' })

  test('have so many places, which come back with the call’s end, or when no call comes', () => {
    const { guests, timers, tell } = setUp({ perHour: 100, perMinute: 100 })
    const [one, other] = [enter(guests), enter(guests)]
    assert.ok(one.ok && other.ok)
    assert.equal(enter(guests).ok, false)
    tell('c1', one.value.guest, 'routing')
    timers.advance(31_000)
    const third = enter(guests)
    assert.ok(third.ok, 'the other one never called')
    assert.equal(enter(guests).ok, false)
    tell('c1', one.value.guest, 'ended')
    assert.equal(enter(guests).ok, true)
    third.value.release()
    assert.equal(enter(guests).ok, true)
  })
  test('keep their place while they are put through', () => {
    const { guests, tell } = setUp({ mostCalls: 1 })
    const pass = enter(guests)
    assert.ok(pass.ok)
    tell('c1', pass.value.guest, 'answered', { answeredAtMs: 1 })
    tell('c2', pass.value.guest, 'routing')
    tell('c1', pass.value.guest, 'ended', { answeredAtMs: 1, endedAtMs: 2 })
    assert.equal(enter(guests).ok, false)
    tell('c2', pass.value.guest, 'ended')
    assert.equal(enter(guests).ok, true)
  })
  test('last so long each, and so long all together in a day', () => {
    const { guests, timers, ended, tell } = setUp({ perHour: 100, perMinute: 100 })
    const pass = enter(guests)
    assert.ok(pass.ok)
    const answeredAtMs = timers.clock.wallMs()
    tell('c1', pass.value.guest, 'answered', { answeredAtMs })
    timers.advance(20 * 60_000)
    tell('c1', pass.value.guest, 'held', { answeredAtMs })
    tell('c1', pass.value.guest, 'answered', { answeredAtMs })
    timers.advance(10 * 60_000 - 10)
    assert.deepEqual(ended, [])
    timers.advance(20)
    assert.deepEqual(ended, ['c1'])
    tell('c1', pass.value.guest, 'ended', { answeredAtMs, endedAtMs: answeredAtMs + 51 * 60_000 })
    const refused = enter(guests)
    assert.equal(!refused.ok && refused.error.why, 'overloaded')
    timers.advance(25 * 3_600_000)
    assert.equal(enter(guests).ok, true)
  })
  test('that were long before a restart count after it', () => {
    const timers = createHandClock()
    const events = createEvents()
    const ports = { timers, random: createRandom(), events, plan: PLAN, hangUp: () => {} }
    const guests = createGuests({ ...ports, talkedMs: 50 * 60_000 })
    assert.equal(enter(guests).ok, false)
    timers.advance(25 * 3_600_000)
    assert.equal(enter(guests).ok, true)
  })
  test('back to visitors go to numbers that were allowed for that', () => {
    const { guests } = setUp()
    const why = (number: string) => {
      const pass = guests.admitCallBack({ ...HERE, to: '600', number })
      return pass.ok ? pass.value.visitor.user : pass.error.why
    }
    assert.equal(why('+49 30 1234'), '+49301234')
    assert.equal(why('+44 30 1234'), 'forbidden')
    for (const number of ['sales', '+', '', '+49301234567890123456789'])
      assert.equal(why(number), 'bad-request')
    assert.equal(why('x'), 'bad-request')
    assert.equal(
      setUp({ callBack: [] }).guests.admitCallBack({ ...HERE, to: '600', number: '+4930' }).ok,
      false,
    )
  })
})
