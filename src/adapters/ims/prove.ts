import { type Guard, isForEmergency, type Registrations, type Subscriber, type Subscribers } from '#core'
import type { Flow } from '#lib/wire'
import { parseAddress, parseUri, type ServerTransaction, type SipRequest, sameHost } from '#sip'
import type { Authenticate, Verdict } from './authenticate.ts'
import { keyOfUri } from './identity.ts'
import type { RefusalLog } from './refusal-log.ts'

/** Goes on with `then` when the work is done; should it fail, the request is answered 500. */
export type Later = <T>(
  transaction: ServerTransaction,
  work: T | Promise<T>,
  then: (value: T) => void,
) => void

export type ProvePorts = {
  subscribers: Subscribers
  registrations: Registrations
  authenticate: Authenticate
  guard: Guard
  refused: RefusalLog
  /** Whether a request comes from a neighbour that is believed without proof. */
  trusted: (flow: Flow) => boolean
  refuse: (transaction: ServerTransaction, status: number, headers?: [string, string][]) => void
  later: Later
}

/** To whom nothing can be proved now: seconds until it is worth trying again. */
export const LATER: [string, string][] = [['Retry-After', '10']]

/**
 * Who sends a request that is not REGISTER. Believed without a challenge: trusted neighbours; subscribers that need no
 * proof; a SIM's owner on the path it registered by; with auth_on_register_only anyone on such a path.
 */
export const createProve = (ports: ProvePorts) => {
  const { subscribers, registrations, authenticate, guard, refused, trusted, refuse, later } = ports

  const claimedBy = (request: SipRequest): Subscriber | undefined => {
    for (const name of ['P-Preferred-Identity', 'From']) {
      const address = parseAddress(request.headers.get(name) ?? '')
      const uri = address.ok ? parseUri(address.value.uri) : address
      if (!uri.ok) continue
      const { user, context } = keyOfUri(uri.value)
      const found = subscribers.byIdentity(user, context)?.subscriber
      if (found) return found
    }
    return undefined
  }

  /** The path it registered by; or, where no NAT hides who is who, any port and transport of that host. */
  const registeredHere = (
    subscriber: Subscriber,
    { address, port, transport }: Flow,
    emergency: boolean,
  ): boolean =>
    registrations
      .of(subscriber)
      .some(
        (binding) =>
          binding.address === address &&
          (emergency || !isForEmergency(binding)) &&
          ((binding.port === port && binding.transport === transport) || isAt(binding.contact, address)),
      )

  /** Somebody who hides its name even from us (TS 24.229 §5.2.6.3): its path tells who it is. */
  const anonymousOn = (request: SipRequest, { transport, address, port }: Flow): Subscriber | undefined => {
    if (!/anonymous\.invalid/i.test(request.headers.get('From') ?? '')) return undefined
    return registrations.byPath(transport, { address, port })
  }

  const conclude = (
    transaction: ServerTransaction,
    verdict: Verdict,
    proved: (subscriber: Subscriber | undefined) => void,
  ): void => {
    const { flow } = transaction
    if (verdict.kind === 'proved') {
      if (verdict.subscriber.proof !== 'none') guard.succeed(flow.address)
      return proved(verdict.subscriber)
    }
    if (verdict.kind === 'unavailable') {
      refused(`${transaction.request.method} put off: nothing can be stored`, flow.address)
      return refuse(transaction, 503, LATER)
    }
    if (verdict.kind === 'challenge')
      return refuse(
        transaction,
        407,
        verdict.challenges.map((value) => ['Proxy-Authenticate', value]),
      )
    if (verdict.counts) guard.fail(flow.address)
    refused(`${transaction.request.method} refused: ${verdict.why}`, flow.address)
    refuse(transaction, 403)
  }

  /**
   * Calls `proved` (undefined: a trusted neighbour), or answers the request itself. With `nobody` it is an emergency call:
   * who claims to be none of ours is not asked for proof, and an emergency registration's path counts like any other.
   */
  return (
    transaction: ServerTransaction,
    proved: (subscriber: Subscriber | undefined) => void,
    nobody?: () => void,
  ): void => {
    const { request, flow } = transaction
    if (trusted(flow)) return proved(undefined)
    const claimed = claimedBy(request) ?? anonymousOn(request, flow)
    if (!claimed && nobody) return nobody()
    if (claimed?.proof === 'none') return proved(claimed)
    const knownPath =
      claimed &&
      (claimed.sim || claimed.proveOnRegisterOnly) &&
      registeredHere(claimed, flow, nobody !== undefined)
    if (knownPath) return proved(claimed)
    later(
      transaction,
      authenticate(request, flow, () => claimed),
      (verdict) => conclude(transaction, verdict, proved),
    )
  }
}
export type Prove = ReturnType<typeof createProve>

const isAt = (contact: string, address: string): boolean => {
  const uri = parseUri(contact)
  return uri.ok && sameHost(uri.value.host, address)
}
