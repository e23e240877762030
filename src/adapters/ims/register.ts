import { type Guard, isWeb, type Registrations, type Subscriber, type Subscribers } from '#core'
import type { Timers } from '#lib/clock'
import { createResponse, parseAddress, parseUri, type ServerTransaction, type SipRequest } from '#sip'
import type { Authenticate, Verdict } from './authenticate.ts'
import { answerAnonymous, isAnonymous } from './emergency/index.ts'
import { identityUri, keyOfUri } from './identity.ts'
import { LATER, type Later } from './prove.ts'
import type { RefusalLog } from './refusal-log.ts'
import { isOurs, wantedOf, wishesOf } from './wishes.ts'

export type RegisterPorts = {
  timers: Timers
  subscribers: Subscribers
  registrations: Registrations
  authenticate: Authenticate
  guard: Guard
  refused: RefusalLog
  /** Seconds given to those who do not say how long. */
  bindingExpires: () => number
  /** Our own URI on the listener that a request came by: for Service-Route. */
  serviceRoute: (transaction: ServerTransaction) => string
  toTag: () => string
  refuse: (transaction: ServerTransaction, status: number, headers?: [string, string][]) => void
  later: Later
}

/** The registrar, RFC 3261 §10.3, TS 24.229 §5.4.1: proof first, then all bindings of the request or none. */
export const createRegister = (ports: RegisterPorts) => {
  const { subscribers, registrations, authenticate, guard, refused, refuse, later } = ports

  const serve = (transaction: ServerTransaction, subscriber: Subscriber): void => {
    const wanted = wantedOf(transaction.request, ports.bindingExpires())
    if (wanted.kind === 'refused') return refuse(transaction, wanted.status, wanted.headers)
    if (wanted.kind === 'nothing') return accept(transaction, subscriber)
    const circles = wanted.kind === 'bind' && wanted.contacts.some(({ uri }) => isOurs(uri, transaction))
    // A session of the web phone server has its contact from us alone: nobody poses as one.
    const poses = wanted.kind === 'bind' && wanted.contacts.some(({ uri }) => isWeb({ contact: uri }))
    if (circles || poses) return refuse(transaction, 403)
    const done =
      wanted.kind === 'remove-all'
        ? registrations.clear(subscriber, wanted)
        : registrations.update(subscriber, wishesOf(wanted, transaction))
    if (done === 'out-of-order') return refuse(transaction, 500)
    if (done === 'too-many') return refuse(transaction, 403)
    accept(transaction, subscriber)
  }

  const accept = (transaction: ServerTransaction, subscriber: Subscriber): void => {
    const { request } = transaction
    const response = createResponse(request, 200, 'OK')
    const { headers } = response
    headers.set('To', `${request.headers.get('To')};tag=${ports.toTag()}`)
    const now = ports.timers.clock.wallMs()
    for (const binding of registrations.of(subscriber)) {
      const expires = Math.max(Math.ceil((binding.expiresAtMs - now) / 1000), 0)
      const q = binding.q === 1000 ? '' : `;q=${binding.q / 1000}`
      headers.add('Contact', `<${binding.contact}>${binding.features}${q};expires=${expires}`)
    }
    for (const path of request.headers.all('Path')) headers.add('Path', path)
    headers.add('Service-Route', ports.serviceRoute(transaction))
    for (const identity of subscriber.identities)
      if (!identity.uri.startsWith('urn:'))
        headers.add('P-Associated-URI', `<${identityUri(identity, subscriber.domain)}>`)
    headers.add('Supported', 'path')
    transaction.respond(response)
  }

  const conclude = (transaction: ServerTransaction, verdict: Verdict): void => {
    const { flow, request } = transaction
    if (verdict.kind === 'unavailable') {
      refused('REGISTER put off: nothing can be stored', flow.address)
      return refuse(transaction, 503, LATER)
    }
    if (verdict.kind === 'challenge')
      return refuse(
        transaction,
        401,
        verdict.challenges.map((value) => ['WWW-Authenticate', value]),
      )
    if (verdict.kind === 'refused') {
      if (verdict.counts) guard.fail(flow.address)
      refused(`REGISTER refused: ${verdict.why}`, flow.address)
      return refuse(transaction, 403)
    }
    const { subscriber } = verdict
    if (subscriber.proof !== 'none') guard.succeed(flow.address)
    // A subscriber registers its own identities only, TS 24.229 §5.4.1.2.1.
    const owner = ownerOf(request)
    if (owner !== subscriber) return refuse(transaction, 403)
    serve(transaction, subscriber)
  }

  const ownerOf = (request: SipRequest): Subscriber | undefined => {
    const to = parseAddress(request.headers.get('To') ?? '')
    const uri = to.ok ? parseUri(to.value.uri) : to
    if (!uri.ok) return undefined
    const { user, context } = keyOfUri(uri.value)
    // The temporary identity made of the IMSI (TS 23.003 §13.4B) is the IMPI itself.
    const found = subscribers.byIdentity(user, context)?.subscriber ?? subscribers.byImpi(user)
    return found ?? subscribers.byImpi(`${user}@${uri.value.host}`)
  }

  const nameless = (transaction: ServerTransaction): void => {
    const answer = answerAnonymous(transaction, ports.bindingExpires(), ports.toTag())
    if (answer.kind === 'refused') refuse(transaction, answer.status, answer.headers)
    else transaction.respond(answer)
  }
  const isAnonymousAdmitted = subscribers.list.some(({ anonymous }) => anonymous)

  return (transaction: ServerTransaction): void => {
    const { request, flow } = transaction
    if (isAnonymousAdmitted && isAnonymous(request) && !ownerOf(request)) return nameless(transaction)
    later(
      transaction,
      authenticate(request, flow, () => ownerOf(request)),
      (verdict) => conclude(transaction, verdict),
    )
  }
}
