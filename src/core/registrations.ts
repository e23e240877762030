import type { Clock, Timers } from '#lib/clock'
import type { Endpoint, Transport } from '#lib/wire'
import { BindingTable } from './binding-table.ts'
import { type Binding, type BindingRequest, isForEmergency, type RegisterOrder } from './bindings.ts'
import type { Events, RegistrationChange } from './events.ts'
import { KeptBinding, printOf } from './kept-binding.ts'
import { createPaths } from './paths.ts'
import type { Store } from './ports.ts'
import { bindingOfStored, storedOf } from './stored-bindings.ts'
import type { Subscriber, Subscribers } from './subscribers.ts'
import { isWeb } from './web.ts'

export type RegistrationPorts = {
  clock: Clock
  timers: Timers
  store: Pick<Store, 'saveBinding' | 'deleteBinding'>
  events: Events
  /** Same contact in another spelling, RFC 3261 §19.1.4. */
  sameContact: (a: string, b: string) => boolean
}

/** Most contacts of one subscriber. */
export const MOST_CONTACTS = 10
const SAVE_EVERY_MS = 500
const SWEEP_EVERY_MS = 1000

export const createRegistrations = ({ clock, timers, store, events, sameContact }: RegistrationPorts) => {
  const bindings = new BindingTable()
  const unsaved = new Set<KeptBinding>()
  const paths = createPaths()

  const tell = (binding: Binding, change: RegistrationChange): void =>
    events.publish({
      kind: 'registration.changed',
      impi: binding.subscriber.impi,
      change,
      contact: binding.contact,
      binding,
    })

  const save = (): void => {
    for (const binding of unsaved) {
      store.saveBinding(storedOf(binding))
      binding.stored()
    }
    unsaved.clear()
  }
  /** A browser comes back by itself, as another session. */
  const keep = (binding: KeptBinding): void => {
    if (isWeb(binding)) return
    if (unsaved.size === 0) timers.after(SAVE_EVERY_MS, save)
    unsaved.add(binding)
  }

  const enter = (binding: KeptBinding): void => {
    bindings.add(binding)
    paths.add(binding)
  }

  const remove = (binding: KeptBinding, change: RegistrationChange): void => {
    if (!bindings.remove(binding)) return
    paths.remove(binding)
    unsaved.delete(binding)
    if (!isWeb(binding)) store.deleteBinding(binding.subscriber.impi, binding.contact)
    tell(binding, change)
  }

  const sweep = (): void => {
    const now = clock.wallMs()
    for (const binding of bindings.filter(({ expiresAtMs }) => expiresAtMs <= now)) remove(binding, 'expired')
    timers.after(SWEEP_EVERY_MS, sweep)
  }
  timers.after(SWEEP_EVERY_MS, sweep)

  const of = (subscriber: Subscriber): KeptBinding[] => {
    const list = bindings.of(subscriber)
    const now = clock.wallMs()
    for (const binding of list) if (binding.expiresAtMs <= now) return list.filter((b) => b.expiresAtMs > now)
    return list
  }

  /** The binding that a request renews: the same instance and reg-id (RFC 5626 §6), else the same contact. */
  const renewed = (list: KeptBinding[], wish: BindingRequest): KeptBinding | undefined => {
    for (const binding of list) if (binding.contact === wish.contact) return binding
    const emergency = isForEmergency(wish)
    return list.find(
      (binding) =>
        ((wish.instance !== undefined &&
          binding.instance === wish.instance &&
          binding.regId === wish.regId) ||
          sameContact(binding.contact, wish.contact)) &&
        isForEmergency(binding) === emergency,
    )
  }

  /** `wished`: all bindings of the same request, none of which pushes another out. */
  const put = (subscriber: Subscriber, wish: BindingRequest, wished?: Set<KeptBinding>): void => {
    for (const binding of bindings.of(subscriber))
      if (binding.expiresAtMs <= clock.wallMs()) remove(binding, 'expired')
    const old = renewed(of(subscriber), wish)
    if (wish.expiresS === 0) {
      if (old) remove(old, 'unregistered')
      return
    }
    const expiresAtMs = clock.wallMs() + wish.expiresS * 1000
    if (old && old.contact === wish.contact) {
      wished?.add(old)
      const isMoved = old.isMovedBy(wish)
      if (isMoved) paths.remove(old)
      if (old.renew(wish, expiresAtMs)) keep(old)
      if (isMoved) paths.add(old)
      return tell(old, 'refreshed')
    }
    if (old) remove(old, 'unregistered')
    const binding = new KeptBinding(subscriber, wish, expiresAtMs, printOf(wish.callId))
    wished?.add(binding)
    // A handset that comes back with another address has left the old one behind; browsers are beside it.
    if (!subscriber.multiSim && subscriber.sim && !isWeb(binding))
      for (const stale of of(subscriber))
        if (!wished?.has(stale) && !isWeb(stale) && isForEmergency(stale) === isForEmergency(binding))
          remove(stale, 'unregistered')
    enter(binding)
    keep(binding)
    tell(binding, 'registered')
  }

  /** How many contacts there would be. */
  const countAfter = (list: KeptBinding[], wishes: BindingRequest[]): number => {
    const names = new Set(list.map(({ contact }) => contact))
    for (const wish of wishes) {
      const old = renewed(list, wish)
      if (old) names.delete(old.contact)
      if (wish.expiresS > 0) names.add(wish.contact)
      else names.delete(wish.contact)
    }
    return names.size
  }

  return {
    /**
     * Applies all wishes of one REGISTER or none of them, RFC 3261 §10.3. `out-of-order`: a contact was bound by a
     * later request of the same Call-ID; `too-many`: more contacts than a subscriber may have.
     */
    update(subscriber: Subscriber, wishes: BindingRequest[]): 'done' | 'out-of-order' | 'too-many' {
      const list = of(subscriber)
      for (const wish of wishes) {
        const old = renewed(list, wish)
        if (old?.isLate(wish)) return 'out-of-order'
      }
      if (wishes.length > 1 || list.length >= MOST_CONTACTS)
        if (countAfter(list, wishes) > MOST_CONTACTS) return 'too-many'
      const wished = wishes.length > 1 ? new Set<KeptBinding>() : undefined
      for (const wish of wishes) put(subscriber, wish, wished)
      return 'done'
    },
    /** Removes all contacts but those for emergencies, unless one was bound by a later request of the same Call-ID. */
    clear(subscriber: Subscriber, request: RegisterOrder): 'done' | 'out-of-order' {
      const leaving = bindings.of(subscriber).filter((binding) => !isForEmergency(binding))
      if (leaving.some((binding) => binding.isLate(request))) return 'out-of-order'
      for (const binding of leaving) remove(binding, 'unregistered')
      return 'done'
    },
    of: (subscriber: Subscriber): Binding[] => of(subscriber),
    removeAll: (subscriber: Subscriber, change: RegistrationChange = 'unregistered'): void => {
      for (const binding of [...bindings.of(subscriber)]) remove(binding, change)
    },
    /** From now on the subscriber is proved by the path it registered by, or no longer: auth_on_register_only. */
    setProveOnRegisterOnly(subscriber: Subscriber, on: boolean): void {
      const list = bindings.of(subscriber)
      for (const binding of list) paths.remove(binding)
      subscriber.proveOnRegisterOnly = on
      for (const binding of list) paths.add(binding)
    },
    /** Network deregistration of one contact; false when it is not bound. */
    deregister(contact: string): boolean {
      const found = bindings.find((one) => one.contact === contact || sameContact(one.contact, contact))
      if (found) remove(found, 'deregistered')
      return found !== undefined
    },
    /**
     * Who registered by that very path, among those whom their path may prove (SIM, auth_on_register_only); undefined
     * when nobody or more than one did.
     */
    byPath: (transport: Transport, at: Endpoint): Subscriber | undefined => paths.ownerOf(transport, at),
    /** After a restart: what the store kept and has not run out. Users no longer configured are forgotten. */
    restore(stored: Parameters<typeof bindingOfStored>[0][], subscribers: Subscribers): number {
      let count = 0
      for (const item of stored) {
        const subscriber = subscribers.byImpi(item.impi)
        const binding = subscriber && bindingOfStored(item, subscriber)
        if (!binding || binding.expiresAtMs <= clock.wallMs()) store.deleteBinding(item.impi, item.contact)
        else {
          enter(binding)
          count++
        }
      }
      return count
    },
    save,
    get count(): number {
      return bindings.size
    },
  }
}
export type Registrations = ReturnType<typeof createRegistrations>
