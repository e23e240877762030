import type { Caller, Dialled } from './call-ports.ts'
import type { Subscriber, Subscribers } from './subscribers.ts'

/** Where emergency calls go, in the operator's words. */
export type EmergencyPlan = {
  /** `alternative`: every caller is told to call elsewhere. */
  policy: 'route' | 'alternative'
  /** Identity or number that takes them; empty: see `services`, and the subscribers' own identities. */
  to: string
  /** The same for sub-services: `police`, `ecall.automatic`. */
  services: Readonly<Record<string, string>>
  /** Callers of whom nobody knows who they are. */
  anonymous: boolean
}

/** Identity of a subscriber that takes calls for an emergency service, without its scheme: RFC 5031. */
const IDENTITY = 'service:'
const SOS = 'sos'

/** `sos.ecall.automatic`, `sos.ecall`, `sos`: an unknown sub-service is that of its parent, RFC 5031 §4.2. */
const widening = (service: string): string[] => {
  const labels = service.split('.')
  return labels.map((_, index) => labels.slice(0, labels.length - index).join('.'))
}

const named = (target: string): Dialled => ({
  user: target.replace(/^(?:sips?|tel|urn):/i, '').replace(/@.*$/, ''),
  text: target,
})

/** Answers who takes an emergency call. */
export const createEmergency = (
  { policy, to, services, anonymous }: EmergencyPlan,
  subscribers: Subscribers,
) => {
  /** Whom to try, most special first; nobody: the caller is to call elsewhere. */
  const targetsOf = (service: string): Dialled[] => {
    if (policy === 'alternative') return []
    const found: Dialled[] = []
    for (const name of widening(service)) {
      const own = services[name.slice(SOS.length + 1)]
      if (own !== undefined) found.push(named(own))
      const identity = IDENTITY + name
      if (subscribers.byIdentity(identity)) found.push({ user: identity, text: `urn:${identity}` })
    }
    if (to !== '') found.push(named(to))
    return found
  }

  const answering = new Set<Subscriber>()
  for (const { user } of [...Object.values(services), to].filter((target) => target !== '').map(named)) {
    const found = subscribers.byIdentity(user)
    if (found) answering.add(found.subscriber)
  }
  for (const subscriber of subscribers.list)
    if (subscriber.identities.some(({ user }) => user.startsWith(IDENTITY))) answering.add(subscriber)

  return {
    targetsOf,
    /** Whether anybody takes emergency calls at all. */
    takes: policy === 'route' && (to !== '' || Object.keys(services).length > 0 || answering.size > 0),
    admits: (caller: Caller): boolean => anonymous || caller.unproved !== true,
    /** Whether this subscriber answers emergency calls, and may call those back who made them. */
    answers: (subscriber: Subscriber | undefined): boolean =>
      subscriber !== undefined && answering.has(subscriber),
  }
}
export type Emergency = ReturnType<typeof createEmergency>
