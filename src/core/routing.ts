import { type Binding, isForEmergency, ordinaryOf } from './bindings.ts'
import type { CallOffer, Dialled, Route } from './call-ports.ts'
import type { Emergency } from './emergency.ts'
import type { Registrations } from './registrations.ts'
import { isOneself } from './self.ts'
import type { Found, Subscriber, Subscribers } from './subscribers.ts'
import { isWeb } from './web.ts'

export type RoutingPorts = {
  subscribers: Subscribers
  registrations: Registrations
  echo: string | undefined
  /** Absent: nobody takes emergency calls. */
  emergency?: Emergency
  /** Where calls go that are for nobody here. */
  routes?: CallRoutes
  /** Somebody without a phone comes when told of a call: the caller hears it ring meanwhile. */
  wakes?: (impi: string) => boolean
  /** A page that was closed or lost its network a moment ago, and may come back. */
  isAway?: (binding: Binding) => boolean
  /** Two contacts that are one place, RFC 3261 §19.1.4. */
  sameContact?: (a: string, b: string) => boolean
}

/** `near`: a number of the caller's, whose country national numbers are meant in. */
export type CallRoutes = (to: Dialled, from: string, near: string | undefined) => Route | undefined

const ELSEWHERE: Route = { kind: 'refused', refused: { why: 'alternative-service' } }

/** Finds whom a call is for: the echo service, a subscriber's phones, what a route names, or nobody. */
export const createRouting = ({
  subscribers,
  registrations,
  echo,
  emergency,
  routes,
  wakes,
  isAway,
  sameContact = (a, b) => a === b,
}: RoutingPorts) => {
  /** An identity equal to the echo number may say with which status the service answers; the caller's own goes first. */
  const echoStatus = (offer: CallOffer): number => {
    const own = offer.caller.subscriber?.identities.find((identity) => identity.user === echo)
    const any = own ?? (echo === undefined ? undefined : subscribers.byIdentity(echo)?.identity)
    return any?.code ?? 200
  }

  /** What was bound for emergencies rings only when those call back who answered one, TS 24.229 §5.1.6. */
  const wanted = (bindings: Binding[], caller: Subscriber | undefined): Binding[] => {
    const special = emergency?.answers(caller) ? bindings.filter(isForEmergency) : []
    return special.length > 0 ? special : ordinaryOf(bindings)
  }

  /** With several handsets on one subscription, an identity may belong to one of them: manual 5.2.1, imeisv. */
  const phonesOf = ({ subscriber, identity }: Found, caller: Subscriber | undefined): Binding[] => {
    const bindings = wanted(registrations.of(subscriber), caller)
    if (!subscriber.multiSim || identity.imeisv === undefined) return bindings
    return bindings.filter((binding) => sameEquipment(binding.instance, identity.imeisv as string))
  }

  /**
   * Whoever calls its own number means its other phones. Where none is there now it is told so at once; those that may
   * come are for who has no mailbox to hear instead.
   */
  const routeToOneself = ({ from, contact }: CallOffer, found: Found): Route => {
    const isCaller = (binding: Binding): boolean =>
      from === `${binding.address}:${binding.port}` ||
      (contact !== undefined && sameContact(contact, binding.contact))
    const isHere = (binding: Binding): boolean => !isAway?.(binding)
    const all = phonesOf(found, found.subscriber)
    const others = all.filter((binding) => !isCaller(binding))
    const bindings = others.filter(isHere)
    if (bindings.length > 0) return { kind: 'subscriber', found, bindings }
    // Nobody is woken while a page of its own is open, and be it the one that calls.
    const comes = wakes?.(found.subscriber.impi) === true && !all.some((one) => isWeb(one) && isHere(one))
    const later = others.length > 0 || comes
    const refused = { kind: 'refused', refused: { why: 'busy' }, found } as const
    return later ? { ...refused, later: { kind: 'subscriber', found, bindings: others } } : refused
  }

  const route = (offer: CallOffer, dialled: Dialled): Route => {
    const { user, context } = dialled
    if (user === echo) return { kind: 'echo', status: echoStatus(offer) }
    const { subscriber } = offer.caller
    const asks = offer.behalf ?? offer.caller
    const near = asks.subscriber?.msisdn ?? asks.subscriber?.identities[0]?.user
    const found = subscribers.byIdentity(user, context, near)
    if (!found)
      return (
        routes?.(dialled, asks.identity, near) ?? {
          kind: 'refused',
          refused: { why: 'unknown-user' },
        }
      )
    const { ringOnly, impi } = found.subscriber
    if (isOneself(offer, found) && !ringOnly) return routeToOneself(offer, found)
    const bindings = phonesOf(found, subscriber)
    if (bindings.length === 0 && !ringOnly && !wakes?.(impi))
      return { kind: 'refused', refused: { why: 'not-registered' }, found }
    return { kind: 'subscriber', found, bindings }
  }

  /** The first of those who take such calls that can be reached. */
  const emergencyRoute = (offer: CallOffer): Route => {
    const targets = emergency?.targetsOf(offer.dialled.user) ?? []
    if (targets.length > 0 && !emergency?.admits(offer.caller))
      return { kind: 'refused', refused: { why: 'not-authorised' } }
    for (const target of targets) {
      const taken = route(offer, target)
      if (taken.kind !== 'refused') return taken
    }
    return ELSEWHERE
  }

  return (offer: CallOffer): Route =>
    offer.kind === 'emergency' ? emergencyRoute(offer) : route(offer, offer.dialled)
}
export type Routing = ReturnType<typeof createRouting>

/** Where there is no mailbox to hear instead. */
export const orLater = (route: Route): Route => (route.kind === 'refused' ? (route.later ?? route) : route)

/**
 * `+sip.instance` of a handset names its IMEI (`<urn:gsma:imei:35…-…-0>`): equal in the 14 digits that IMEI and IMEISV
 * share, TS 23.003 §6.2.
 */
export const sameEquipment = (instance: string | undefined, imeisv: string): boolean => {
  if (instance === undefined) return false
  const digits = instance.replace(/\D/g, '').slice(0, 14)
  return digits.length === 14 && digits === imeisv.replace(/\D/g, '').slice(0, 14)
}
