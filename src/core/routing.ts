import type { Binding } from './bindings.ts'
import type { CallOffer, Route } from './call-ports.ts'
import type { Registrations } from './registrations.ts'
import type { Found, Subscribers } from './subscribers.ts'

export type RoutingPorts = {
  subscribers: Subscribers
  registrations: Registrations
  echo: string | undefined
}

/** Finds whom a call is for: the echo service, a subscriber's phones, or nobody. */
export const createRouting = ({ subscribers, registrations, echo }: RoutingPorts) => {
  /** An identity equal to the echo number may say with which status the service answers; the caller's own goes first. */
  const echoStatus = (offer: CallOffer): number => {
    const own = offer.caller.subscriber?.identities.find((identity) => identity.user === echo)
    const any = own ?? (echo === undefined ? undefined : subscribers.byIdentity(echo)?.identity)
    return any?.code ?? 200
  }

  /** With several handsets on one subscription, an identity may belong to one of them: manual 5.2.1, imeisv. */
  const phonesOf = ({ subscriber, identity }: Found): Binding[] => {
    const bindings = registrations.of(subscriber)
    if (!subscriber.multiSim || identity.imeisv === undefined) return bindings
    return bindings.filter((binding) => sameEquipment(binding.instance, identity.imeisv as string))
  }

  return (offer: CallOffer): Route => {
    const { user, context } = offer.dialled
    if (user === echo) return { kind: 'echo', status: echoStatus(offer) }
    const near = offer.caller.subscriber?.msisdn ?? offer.caller.subscriber?.identities[0]?.user
    const found = subscribers.byIdentity(user, context, near)
    if (!found) return { kind: 'refused', refused: { why: 'unknown-user' } }
    const bindings = phonesOf(found)
    if (bindings.length === 0 && !found.subscriber.ringOnly)
      return { kind: 'refused', refused: { why: 'not-registered' } }
    return { kind: 'subscriber', found, bindings }
  }
}
export type Routing = ReturnType<typeof createRouting>

/**
 * `+sip.instance` of a handset names its IMEI (`<urn:gsma:imei:35…-…-0>`): equal in the 14 digits that IMEI and IMEISV
 * share, TS 23.003 §6.2.
 */
export const sameEquipment = (instance: string | undefined, imeisv: string): boolean => {
  if (instance === undefined) return false
  const digits = instance.replace(/\D/g, '').slice(0, 14)
  return digits.length === 14 && digits === imeisv.replace(/\D/g, '').slice(0, 14)
}
