import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createHandClock } from '#lib/timers'
import type { BindingRequest } from './bindings.ts'
import { createEvents } from './events.ts'
import { createRegistrations } from './registrations.ts'
import { createSubscribers, type Subscriber } from './subscribers.ts'
import { isWeb, sessionOf, sipPhonesOf, webContact } from './web.ts'

const SIM = { algo: 'xor' as const, k: new Uint8Array(16), resLen: 8, amf: 0, sqn: 0n }
const alice: Subscriber = {
  ...{ impi: 'alice@tandem.test', domain: 'tandem.test', identities: [{ uri: 'sip:alice', user: 'alice' }] },
  ...{ proof: 'none', sim: SIM, multiSim: false, anonymous: false, ringOnly: false, reliable: true },
  proveOnRegisterOnly: false,
}
const aWish = (contact: string, more: Partial<BindingRequest> = {}): BindingRequest => ({
  ...{ contact, expiresS: 60, q: 1000, callId: contact, cseq: 1, transport: 'udp', address: '192.0.2.1' },
  ...{ port: 5060, listener: 0, path: [], instance: undefined, regId: undefined, features: '' },
  userAgent: 'phone',
  ...more,
})

const aHouse = () => {
  const timers = createHandClock()
  const written: string[] = []
  const registrations = createRegistrations({
    ...{ timers, clock: timers.clock, events: createEvents(), sameContact: (a, b) => a === b },
    store: {
      saveBinding: ({ contact }) => void written.push(`+${contact}`),
      deleteBinding: (_impi, contact) => void written.push(`-${contact}`),
    },
  })
  createSubscribers([alice])
  const contacts = () => registrations.of(alice).map(({ contact }) => contact)
  return { timers, registrations, written, contacts }
}

const WEB = webContact('alice', 's1')

describe('a browser’s binding', () => {
  test('is known by its contact, which names its session', () => {
    assert.equal(isWeb({ contact: WEB }), true)
    assert.equal(sessionOf({ contact: WEB }), 's1')
    assert.equal(isWeb({ contact: 'sip:alice@192.0.2.1;transport=ws' }), false)
    assert.equal(sessionOf({ contact: 'sip:x.web.invalid@192.0.2.1' }), undefined)
  })

  test('stands beside that of a SIM’s handset, whichever came first', () => {
    const { registrations, contacts } = aHouse()
    registrations.update(alice, [aWish('sip:alice@192.0.2.1')])
    registrations.update(alice, [aWish(WEB)])
    registrations.update(alice, [aWish('sip:alice@192.0.2.2')])
    assert.deepEqual(contacts(), [WEB, 'sip:alice@192.0.2.2'])
    const phones = sipPhonesOf(registrations.of(alice))
    assert.deepEqual(
      phones.map(({ contact }) => contact),
      ['sip:alice@192.0.2.2'],
    )
  })

  test('is never written, and proves nobody by the path it came by', () => {
    const { timers, registrations, written } = aHouse()
    registrations.update(alice, [aWish(WEB)])
    timers.advance(10_000)
    assert.equal(registrations.byPath('udp', { address: '192.0.2.1', port: 5060 }), undefined)
    registrations.update(alice, [aWish(WEB, { expiresS: 0, cseq: 2 })])
    assert.deepEqual(written, [])
    assert.equal(registrations.count, 0)
  })
})
