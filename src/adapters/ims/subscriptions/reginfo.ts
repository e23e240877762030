import type { Binding, RegistrationChange, Subscriber } from '#core'
import { nameOfText } from '#lib/hash'
import type { ContactEvent, Reginfo, RegisteredContact, Registration, RegistrationState } from '#reginfo'
import { paramsOf, printParam } from '#sip'
import { identityUri } from '../identity.ts'
import type { Change } from './changes.ts'

/** RFC 3680 §4.7.1; what the network ended is `deactivated`, upon which a phone registers anew. */
const EVENTS: Record<RegistrationChange, ContactEvent> = {
  registered: 'registered',
  refreshed: 'refreshed',
  unregistered: 'unregistered',
  expired: 'expired',
  deregistered: 'deactivated',
}

/** Features as they stand in Contact, quotes and all, which is how RFC 5628 §5 writes them. */
const paramsOfContact = (features: string): [string, string][] =>
  [...paramsOf(features)].map(([name, value]) => [
    name,
    value === undefined ? '' : printParam(name, value).slice(name.length + 2),
  ])

const contactOf = (
  { contact, q, features, expiresAtMs }: Binding,
  event: ContactEvent,
  activeAtMs: number | undefined,
): RegisteredContact => ({
  id: nameOfText(contact),
  state: activeAtMs === undefined ? 'terminated' : 'active',
  event,
  uri: contact,
  ...(activeAtMs !== undefined && { expires: Math.max(Math.ceil((expiresAtMs - activeAtMs) / 1000), 0) }),
  ...(q !== 1000 && { q: q / 1000 }),
  params: paramsOfContact(features),
})

/**
 * The whole registration state of a subscriber, one registration for each identity of the implicit set. The identity
 * that the others came with is `registered`, those are `created` (TS 24.229 §5.4.2.1.2). `changes`: since the watcher
 * heard last; `now`: wall clock milliseconds.
 */
export const reginfoOf = (
  { identities, domain }: Subscriber,
  bindings: readonly Binding[],
  changes: ReadonlyMap<string, Change> | undefined,
  { version, now }: { version: number; now: number },
): Reginfo => {
  const gone: RegisteredContact[] = []
  for (const [contact, { change, binding }] of changes ?? [])
    if (!bindings.some((one) => one.contact === contact))
      gone.push(contactOf(binding, isEnd(change) ? EVENTS[change] : 'unregistered', undefined))
  const ended: RegistrationState = gone.length > 0 ? 'terminated' : 'init'
  const state = bindings.length > 0 ? 'active' : ended
  const registrations = identities.map((identity, at): Registration => {
    const first: ContactEvent = at === 0 ? 'registered' : 'created'
    const active = bindings.map((binding) => {
      const change = changes?.get(binding.contact)?.change
      return contactOf(binding, change === 'refreshed' ? 'refreshed' : first, now)
    })
    const aor = identityUri(identity, domain)
    return { aor, id: nameOfText(aor), state, contacts: [...active, ...gone] }
  })
  return { version, state: 'full', registrations }
}

const isEnd = (change: RegistrationChange): boolean => change !== 'registered' && change !== 'refreshed'
