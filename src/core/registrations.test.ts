import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createHandClock } from '#lib/timers'
import type { BindingRequest } from './bindings.ts'
import { createEvents } from './events.ts'
import type { StoredBinding } from './ports.ts'
import { createRegistrations, MOST_CONTACTS } from './registrations.ts'
import { createSubscribers, type Subscriber } from './subscribers.ts'

const aSubscriber = (name: string, more: Partial<Subscriber> = {}): Subscriber => ({
  impi: `${name}@tandem.test`,
  domain: 'tandem.test',
  identities: [{ uri: `sip:${name}`, user: name }],
  proof: 'none',
  multiSim: false,
  anonymous: false,
  ringOnly: false,
  reliable: true,
  proveOnRegisterOnly: false,
  ...more,
})
const SIM = { algo: 'xor' as const, k: new Uint8Array(16), resLen: 8, amf: 0, sqn: 0n }

const aWish = (contact: string, more: Partial<BindingRequest> = {}): BindingRequest => ({
  contact,
  expiresS: 60,
  q: 1000,
  callId: 'call',
  cseq: 1,
  transport: 'udp',
  address: '192.0.2.1',
  port: 5060,
  listener: 0,
  path: [],
  instance: undefined,
  regId: undefined,
  features: '',
  userAgent: 'phone',
  ...more,
})

const aRegistrar = () => {
  const timers = createHandClock()
  const stored = new Map<string, StoredBinding>()
  const told: string[] = []
  const events = createEvents()
  events.subscribe((event) => {
    if (event.kind === 'registration.changed') told.push(`${event.change} ${event.contact}`)
  })
  const registrations = createRegistrations({
    clock: timers.clock,
    timers,
    events,
    store: {
      saveBinding: (binding) => void stored.set(`${binding.impi} ${binding.contact}`, binding),
      deleteBinding: (impi, contact) => void stored.delete(`${impi} ${contact}`),
    },
    sameContact: (a, b) => a.toLowerCase() === b.toLowerCase(),
  })
  return { timers, stored, told, registrations }
}
const contacts = (list: { contact: string }[]): string[] => list.map(({ contact }) => contact)

describe('bindings', () => {
  const ann = aSubscriber('ann')

  test('are told of, stored in groups, refreshed and removed', () => {
    const { timers, stored, told, registrations } = aRegistrar()
    assert.equal(registrations.update(ann, [aWish('sip:a')]), 'done')
    assert.equal(stored.size, 0)
    timers.advance(600)
    assert.equal(stored.size, 1)
    registrations.update(ann, [aWish('sip:a', { cseq: 2 })])
    registrations.update(ann, [aWish('sip:a', { cseq: 3, expiresS: 0 })])
    assert.deepEqual(told, ['registered sip:a', 'refreshed sip:a', 'unregistered sip:a'])
    timers.advance(600)
    assert.deepEqual([stored.size, registrations.count], [0, 0])
  })

  test('run out to the millisecond, whether they were swept or not', () => {
    const { timers, stored, told, registrations } = aRegistrar()
    registrations.update(ann, [aWish('sip:a')])
    timers.advance(59_990)
    assert.equal(registrations.of(ann).length, 1)
    timers.advance(10)
    assert.equal(registrations.of(ann).length, 0)
    registrations.update(ann, [aWish('sip:b')])
    assert.deepEqual(told, ['registered sip:a', 'expired sip:a', 'registered sip:b'])
    timers.advance(2000)
    assert.equal(stored.size, 1)
  })

  test('are renewed by instance and reg-id, or by the same contact in another spelling', () => {
    const { registrations } = aRegistrar()
    registrations.update(ann, [aWish('sip:a', { instance: 'x', regId: 1 })])
    registrations.update(ann, [aWish('sip:b', { instance: 'x', regId: 1 })])
    registrations.update(ann, [aWish('sip:c', { instance: 'x', regId: 2 })])
    registrations.update(ann, [aWish('SIP:C', { instance: 'y' })])
    assert.deepEqual(contacts(registrations.of(ann)), ['sip:b', 'SIP:C'])
  })

  test('are refused out of order only within one Call-ID', () => {
    const { registrations } = aRegistrar()
    registrations.update(ann, [aWish('sip:a', { cseq: 5 })])
    assert.equal(registrations.update(ann, [aWish('sip:b'), aWish('sip:a', { cseq: 4 })]), 'out-of-order')
    assert.deepEqual(contacts(registrations.of(ann)), ['sip:a'])
    assert.equal(registrations.update(ann, [aWish('sip:a', { cseq: 1, callId: 'other' })]), 'done')
    assert.equal(registrations.clear(ann, { callId: 'other', cseq: 0 }), 'out-of-order')
    assert.equal(registrations.clear(ann, { callId: 'third', cseq: 0 }), 'done')
  })

  test('are so many at most, counted as they will be', () => {
    const { registrations } = aRegistrar()
    const full = Array.from({ length: MOST_CONTACTS }, (_, i) => aWish(`sip:${i}`))
    assert.equal(registrations.update(ann, [...full, aWish('sip:0')]), 'done')
    assert.equal(registrations.update(ann, [aWish('sip:x')]), 'too-many')
    assert.equal(registrations.update(ann, [aWish('sip:x'), aWish('sip:1', { expiresS: 0 })]), 'done')
    assert.equal(registrations.of(ann).length, MOST_CONTACTS)
  })

  test('of one SIM replace each other, unless they come together or several handsets share it', () => {
    const { registrations } = aRegistrar()
    const sim = aSubscriber('sim', { sim: SIM })
    registrations.update(sim, [aWish('sip:a')])
    registrations.update(sim, [aWish('sip:b')])
    assert.deepEqual(contacts(registrations.of(sim)), ['sip:b'])
    registrations.update(sim, [aWish('sip:c'), aWish('sip:d')])
    assert.deepEqual(contacts(registrations.of(sim)), ['sip:c', 'sip:d'])
    const shared = aSubscriber('shared', { sim: SIM, multiSim: true })
    registrations.update(shared, [aWish('sip:a')])
    registrations.update(shared, [aWish('sip:b')])
    assert.equal(registrations.of(shared).length, 2)
  })

  test('name their owner by the path, as long as it is one', () => {
    const { registrations } = aRegistrar()
    const [one, two] = [aSubscriber('one', { sim: SIM }), aSubscriber('two', { proveOnRegisterOnly: true })]
    const at = { address: '192.0.2.1', port: 5060 }
    registrations.update(ann, [aWish('sip:ann')])
    assert.equal(registrations.byPath('udp', at), undefined, 'a password is asked for again')
    registrations.update(one, [aWish('sip:one')])
    assert.equal(registrations.byPath('udp', at), one)
    assert.equal(registrations.byPath('tcp', at), undefined)
    registrations.update(two, [aWish('sip:two')])
    assert.equal(registrations.byPath('udp', at), undefined)
    registrations.update(one, [aWish('sip:one', { port: 7000, cseq: 2 })])
    assert.equal(registrations.byPath('udp', at), two)
    assert.equal(registrations.byPath('udp', { ...at, port: 7000 }), one)
    registrations.removeAll(one)
    assert.equal(registrations.byPath('udp', { ...at, port: 7000 }), undefined)
  })

  test('are proof by their path or not as the setting says, also those that are bound already', () => {
    const { registrations } = aRegistrar()
    const at = { address: '192.0.2.1', port: 5060 }
    registrations.update(ann, [aWish('sip:ann')])
    registrations.setProveOnRegisterOnly(ann, true)
    assert.equal(registrations.byPath('udp', at), ann)
    registrations.setProveOnRegisterOnly(ann, false)
    assert.equal(registrations.byPath('udp', at), undefined)
  })

  test('come back after a restart, those of people who left and those that ran out do not', () => {
    const { timers, stored, registrations } = aRegistrar()
    const bob = aSubscriber('bob')
    registrations.update(ann, [aWish('sip:a', { expiresS: 600, q: 300, path: ['<sip:p;lr>'], regId: 7 })])
    registrations.update(bob, [aWish('sip:b', { expiresS: 600 })])
    registrations.save()
    const rows = [...stored.values(), { impi: ann.impi, contact: 'sip:old', data: '[]', expiresAtMs: 1 }]
    rows.push({ impi: ann.impi, contact: 'sip:odd', data: '{', expiresAtMs: Number.MAX_SAFE_INTEGER })
    const again = aRegistrar()
    again.timers.advance(timers.clock.nowMs() - again.timers.clock.nowMs())
    assert.equal(again.registrations.restore(rows, createSubscribers([ann])), 1)
    const [binding] = again.registrations.of(ann)
    assert.deepEqual(
      [binding?.contact, binding?.q, binding?.path, binding?.regId],
      ['sip:a', 300, ['<sip:p;lr>'], 7],
    )
  })
})

describe('the store', () => {
  test('hears of a refresh that moves the end by a tenth, or anything else, and of no smaller one', () => {
    const { timers, stored, registrations } = aRegistrar()
    const alice = aSubscriber('alice')
    const endS = (): number => {
      timers.advance(1000)
      return Math.round(([...stored.values()][0]?.expiresAtMs ?? 0) / 1000)
    }
    registrations.update(alice, [aWish('sip:a', { cseq: 1 })])
    const first = endS()
    registrations.update(alice, [aWish('sip:a', { cseq: 2 })])
    assert.equal(endS(), first, 'one second later: not worth a write')
    timers.advance(5000)
    registrations.update(alice, [aWish('sip:a', { cseq: 3 })])
    assert.equal(endS(), first + 7)
    registrations.update(alice, [aWish('sip:a', { cseq: 4, address: '192.0.2.2' })])
    timers.advance(1000)
    assert.match([...stored.values()][0]?.data ?? '', /192\.0\.2\.2/)
  })
})
