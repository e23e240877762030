import type { Guard, Registrations, Subscriber, Subscribers } from '#core'
import type { Log } from '#lib/log'
import type { Flow } from '#lib/wire'
import { parseAddress, parseUri, type ServerTransaction, type SipRequest } from '#sip'
import type { Authenticate, Verdict } from './authenticate.ts'
import { keyOfUri } from './identity.ts'

export type ProvePorts = {
  subscribers: Subscribers
  registrations: Registrations
  authenticate: Authenticate
  guard: Guard
  log: Log
  /** Addresses of neighbours that are believed without proof, as `address:port` and `address:*`. */
  trusted: (flow: Flow) => boolean
  refuse: (transaction: ServerTransaction, status: number, headers?: [string, string][]) => void
}

/**
 * Who sends a request that is not REGISTER. Believed without a challenge: trusted neighbours; subscribers that need no
 * proof; a SIM's owner on the path it registered by; with auth_on_register_only anyone on such a path.
 */
export const createProve = (ports: ProvePorts) => {
  const { subscribers, registrations, authenticate, guard, log, trusted, refuse } = ports

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

  const registeredHere = (subscriber: Subscriber, { address, port, transport }: Flow): boolean =>
    registrations
      .of(subscriber)
      .some(
        (b) =>
          b.address === address && (b.port === port || (transport === 'udp' && b.contact.includes(address))),
      )

  const conclude = (
    transaction: ServerTransaction,
    verdict: Verdict,
    proved: (subscriber: Subscriber | undefined) => void,
  ): void => {
    const { flow } = transaction
    if (verdict.kind === 'proved') {
      guard.succeed(flow.address)
      return proved(verdict.subscriber)
    }
    if (verdict.kind === 'challenge')
      return refuse(
        transaction,
        407,
        verdict.challenges.map((value) => ['Proxy-Authenticate', value]),
      )
    guard.fail(flow.address)
    log.write('ims', 'warn', `${transaction.request.method} refused: ${verdict.why}`, { user: flow.address })
    refuse(transaction, 403)
  }

  /** Calls `proved` (undefined: a trusted neighbour), or answers the request itself. */
  return (transaction: ServerTransaction, proved: (subscriber: Subscriber | undefined) => void): void => {
    const { request, flow } = transaction
    if (trusted(flow)) return proved(undefined)
    const claimed = claimedBy(request)
    if (claimed?.proof === 'none') return proved(claimed)
    const knownPath = claimed && (claimed.sim || claimed.proveOnRegisterOnly) && registeredHere(claimed, flow)
    if (knownPath) return proved(claimed)
    const verdict = authenticate(request, flow, () => claimed)
    if (verdict instanceof Promise) void verdict.then((late) => conclude(transaction, late, proved))
    else conclude(transaction, verdict, proved)
  }
}
export type Prove = ReturnType<typeof createProve>
