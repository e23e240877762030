import type { Clock, Timers } from '#lib/clock'
import { keep as copy } from '#lib/text'
import type { Endpoint, Transport } from '#lib/wire'
import type { Binding, BindingRequest } from './bindings.ts'
import type { Events, RegistrationChange } from './events.ts'
import type { Store } from './ports.ts'
import { bindingOfStored, storedOf } from './stored-bindings.ts'
import type { Subscriber, Subscribers } from './subscribers.ts'

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
const NONE: Binding[] = []

export const createRegistrations = ({ clock, timers, store, events, sameContact }: RegistrationPorts) => {
  const bindings = new Map<Subscriber, Binding[]>()
  const unsaved = new Set<Binding>()

  const tell = (binding: Binding, change: RegistrationChange): void =>
    events.publish({
      kind: 'registration.changed',
      impi: binding.subscriber.impi,
      change,
      contact: binding.contact,
    })

  const save = (): void => {
    for (const binding of unsaved) store.saveBinding(storedOf(binding))
    unsaved.clear()
  }
  const keep = (binding: Binding): void => {
    if (unsaved.size === 0) timers.after(SAVE_EVERY_MS, save)
    unsaved.add(binding)
  }

  const remove = (binding: Binding, change: RegistrationChange): void => {
    const list = bindings.get(binding.subscriber) ?? NONE
    const rest = list.filter((other) => other !== binding)
    if (rest.length === list.length) return
    if (rest.length > 0) bindings.set(binding.subscriber, rest)
    else bindings.delete(binding.subscriber)
    unsaved.delete(binding)
    store.deleteBinding(binding.subscriber.impi, binding.contact)
    tell(binding, change)
  }

  const sweep = (): void => {
    const now = clock.wallMs()
    for (const list of bindings.values())
      for (const binding of list) if (binding.expiresAtMs <= now) remove(binding, 'expired')
    timers.after(SWEEP_EVERY_MS, sweep)
  }
  timers.after(SWEEP_EVERY_MS, sweep)

  const of = (subscriber: Subscriber): Binding[] => {
    const list = bindings.get(subscriber)
    if (!list) return NONE
    const now = clock.wallMs()
    for (const binding of list) if (binding.expiresAtMs <= now) return list.filter((b) => b.expiresAtMs > now)
    return list
  }

  /** The binding that a request renews: the same instance and reg-id (RFC 5626 §6), else the same contact. */
  const renewed = (list: Binding[], wish: BindingRequest): Binding | undefined => {
    for (const binding of list) if (binding.contact === wish.contact) return binding
    return list.find(
      (binding) =>
        (wish.instance !== undefined && binding.instance === wish.instance && binding.regId === wish.regId) ||
        sameContact(binding.contact, wish.contact),
    )
  }

  const put = (subscriber: Subscriber, wish: BindingRequest): void => {
    const list = of(subscriber)
    const old = renewed(list, wish)
    if (wish.expiresS === 0) {
      if (old) remove(old, 'unregistered')
      return
    }
    const expiresAtMs = clock.wallMs() + wish.expiresS * 1000
    if (old && old.contact === wish.contact) {
      renew(old, wish, expiresAtMs)
      keep(old)
      return tell(old, 'refreshed')
    }
    if (old) remove(old, 'unregistered')
    const binding = create(subscriber, wish, expiresAtMs)
    // A handset that comes back with another address has left the old one behind.
    if (!subscriber.multiSim && subscriber.sim)
      for (const stale of of(subscriber)) remove(stale, 'unregistered')
    bindings.set(subscriber, [...of(subscriber), binding])
    keep(binding)
    tell(binding, 'registered')
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
        if (old && old.callId === wish.callId && wish.cseq < old.cseq) return 'out-of-order'
      }
      const added = wishes.filter((wish) => wish.expiresS > 0 && !renewed(list, wish))
      if (list.length + added.length > MOST_CONTACTS) return 'too-many'
      for (const wish of wishes) put(subscriber, wish)
      return 'done'
    },
    of,
    removeAll: (subscriber: Subscriber, change: RegistrationChange = 'unregistered'): void => {
      for (const binding of [...(bindings.get(subscriber) ?? NONE)]) remove(binding, change)
    },
    /** Network deregistration of one contact; false when it is not bound. */
    deregister(contact: string): boolean {
      for (const list of bindings.values())
        for (const binding of list)
          if (binding.contact === contact || sameContact(binding.contact, contact)) {
            remove(binding, 'deregistered')
            return true
          }
      return false
    },
    /** The binding through which a message came: the sender has proved itself on this very path before. */
    cameBy: (
      subscriber: Subscriber,
      transport: Transport,
      { address, port }: Endpoint,
    ): Binding | undefined =>
      of(subscriber).find((b) => b.address === address && b.port === port && b.transport === transport),
    /** After a restart: what the store kept and has not run out. Users no longer configured are forgotten. */
    restore(stored: Parameters<typeof bindingOfStored>[0][], subscribers: Subscribers): number {
      let count = 0
      for (const item of stored) {
        const subscriber = subscribers.byImpi(item.impi)
        const binding = subscriber && bindingOfStored(item, subscriber)
        if (!binding || binding.expiresAtMs <= clock.wallMs()) store.deleteBinding(item.impi, item.contact)
        else {
          bindings.set(binding.subscriber, [...of(binding.subscriber), binding])
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

/** Few programs are in use and many phones: one copy of each name serves all. */
const programs = new Map<string, string>()
const programOf = (userAgent: string): string => {
  const known = programs.get(userAgent)
  if (known !== undefined) return known
  const own = copy(userAgent.slice(0, 200))
  if (programs.size < 1000) programs.set(own, own)
  return own
}

const create = (subscriber: Subscriber, wish: BindingRequest, expiresAtMs: number): Binding => ({
  subscriber,
  contact: copy(wish.contact),
  expiresAtMs,
  q: wish.q,
  callId: copy(wish.callId),
  cseq: wish.cseq,
  transport: wish.transport,
  address: copy(wish.address),
  port: wish.port,
  listener: wish.listener,
  path: wish.path.map(copy),
  instance: wish.instance === undefined ? undefined : copy(wish.instance),
  regId: wish.regId,
  features: copy(wish.features),
  userAgent: programOf(wish.userAgent),
})

/** A refresh copies only what changed. */
const renew = (binding: Binding, wish: BindingRequest, expiresAtMs: number): void => {
  binding.expiresAtMs = expiresAtMs
  binding.q = wish.q
  binding.cseq = wish.cseq
  if (binding.callId !== wish.callId) binding.callId = copy(wish.callId)
  if (binding.address !== wish.address) binding.address = copy(wish.address)
  binding.transport = wish.transport
  binding.port = wish.port
  binding.listener = wish.listener
  if (binding.path.length > 0 || wish.path.length > 0) binding.path = wish.path.map(copy)
  if (binding.instance !== wish.instance) binding.instance = wish.instance && copy(wish.instance)
  binding.regId = wish.regId
  if (binding.features !== wish.features) binding.features = copy(wish.features)
  if (binding.userAgent !== wish.userAgent) binding.userAgent = programOf(wish.userAgent)
}
