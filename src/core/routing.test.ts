import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Binding } from './bindings.ts'
import type { CallOffer } from './call-ports.ts'
import { createRouting, orLater, type RoutingPorts, sameEquipment } from './routing.ts'
import { createSubscribers, type Identity, type Subscriber } from './subscribers.ts'
import { webContact } from './web.ts'

const aSubscriber = (identities: Identity[], more: Partial<Subscriber> = {}): Subscriber => ({
  impi: `${identities[0]?.user}@tandem.test`,
  domain: 'tandem.test',
  identities,
  proof: 'none',
  multiSim: false,
  anonymous: false,
  ringOnly: false,
  reliable: true,
  proveOnRegisterOnly: false,
  ...more,
})
const id = (user: string, more: Partial<Identity> = {}): Identity => ({ uri: `sip:${user}`, user, ...more })
const anOffer = (user: string, caller?: Subscriber): CallOffer => ({
  caller: { identity: 'sip:x', display: '', anonymous: false, ...(caller && { subscriber: caller }) },
  dialled: { user, text: `sip:${user}` },
  description: undefined,
  listener: 0,
  callId: 'c',
  hops: 70,
})
const aRouting = (
  list: Subscriber[],
  bound: [Subscriber, Partial<Binding>[]][] = [],
  echo?: string,
  more: Partial<RoutingPorts> = {},
) =>
  createRouting({
    isAway: ({ contact }) => contact === 'away',
    subscribers: createSubscribers(list),
    registrations: {
      of: (subscriber: Subscriber) => (bound.find(([who]) => who === subscriber)?.[1] ?? []) as Binding[],
    } as never,
    echo,
    ...more,
  })

describe('a call is for', () => {
  const ann = aSubscriber([id('ann'), id('600', { code: 486 })])
  const bob = aSubscriber([id('bob')])

  test('nobody: 404; somebody without a phone: 480; a person that only rings without a phone: that person', () => {
    const silent = aSubscriber([id('silent')], { ringOnly: true })
    const routing = aRouting([ann, silent])
    const why = (user: string) => {
      const route = routing(anOffer(user))
      return route.kind === 'refused' ? route.refused.why : route.kind
    }
    assert.deepEqual(['x', 'ann', 'silent'].map(why), ['unknown-user', 'not-registered', 'subscriber'])
  })

  test('oneself: the other phones that are there now, never the one that calls', () => {
    const own = { contact: 'own', address: '192.0.2.1', port: 5060 }
    const others = [{ contact: 'away' }, { contact: 'desk', address: '192.0.2.1', port: 5062 }]
    const rung = (bindings: Partial<Binding>[], by: Partial<CallOffer>) => {
      const sameContact = (a: string, b: string): boolean => a.toLowerCase() === b
      const route = aRouting([bob], [[bob, bindings]], undefined, { sameContact })
      const taken = route({ ...anOffer('bob', bob), ...by })
      return taken.kind === 'subscriber' ? taken.bindings.map(({ contact }) => contact) : taken
    }
    assert.deepEqual(rung([own, ...others], { contact: 'Own' }), ['desk'])
    assert.deepEqual(rung([own, ...others], { contact: 'Own', from: '192.0.2.1:40000' }), ['desk'])
    assert.deepEqual(rung([own, ...others], { from: '192.0.2.1:5060' }), ['desk'])
    const alone = rung([own, { contact: 'away' }], { contact: 'own' })
    assert.deepEqual('kind' in alone && alone.kind === 'refused' && alone.refused, { why: 'busy' })
  })

  test('oneself without a mailbox: phones that may come, but no page while one of them is open', () => {
    const page = { contact: webContact('bob', 'session') }
    const later = (bindings: Partial<Binding>[], wakes: boolean, contact = 'own') => {
      const route = aRouting([bob], [[bob, bindings]], undefined, { wakes: () => wakes })
      const taken = orLater(route({ ...anOffer('bob', bob), contact }))
      return taken.kind === 'subscriber' ? taken.bindings.map((one) => one.contact) : taken.kind
    }
    assert.deepEqual(later([{ contact: 'own' }, { contact: 'away' }], false), ['away'])
    assert.deepEqual(later([{ contact: 'own' }], true), [])
    assert.equal(later([{ contact: 'own' }], false), 'refused')
    assert.equal(later([page], true, page.contact), 'refused')
  })

  test('the account that a guest calls by: all its phones', () => {
    const route = aRouting([bob], [[bob, [{ contact: 'own' }, { contact: 'away' }]]])
    const guest = { how: 'web' as const, address: '203.0.113.7' }
    const taken = route({ ...anOffer('bob', bob), guest, contact: 'own' })
    assert.equal(taken.kind === 'subscriber' && taken.bindings.length, 2)
  })

  test('the echo service, with the status of the caller’s own identity, else of anybody’s', () => {
    const own = aSubscriber([id('own'), id('600', { code: 603 })])
    const status = (list: Subscriber[], caller?: Subscriber) => {
      const route = aRouting(list, [], '600')(anOffer('600', caller))
      return route.kind === 'echo' ? route.status : route.kind
    }
    assert.deepEqual([status([bob], bob), status([ann, bob], bob), status([own, ann], own)], [200, 486, 603])
  })

  test('one handset of several, where the identity belongs to it', () => {
    const both = aSubscriber([id('both'), id('car', { imeisv: '3520990017614801' })], { multiSim: true })
    const car = { contact: 'sip:car@192.0.2.2', instance: '<urn:gsma:imei:35209900-176148-0>' }
    const routing = aRouting([both], [[both, [{ contact: 'sip:hand@192.0.2.1', instance: undefined }, car]]])
    const rung = (user: string) => {
      const route = routing(anOffer(user))
      return route.kind === 'subscriber' ? route.bindings.length : route.kind
    }
    assert.deepEqual([rung('both'), rung('car')], [2, 1])
  })
})

describe('equipment', () => {
  test('is the same by the 14 digits that IMEI and IMEISV share', () => {
    const imeisv = '3520990017614801'
    assert.equal(sameEquipment('<urn:gsma:imei:35209900-176148-9>', imeisv), true)
    assert.equal(sameEquipment('<urn:gsma:imei:35209900-176149-9>', imeisv), false)
    assert.equal(sameEquipment('<urn:uuid:35209900>', imeisv), false)
    assert.equal(sameEquipment(undefined, imeisv), false)
    assert.equal(sameEquipment('', ''), false)
  })
})
