import type { BindingRequest, Guard, Registrations, Subscriber, Subscribers } from '#core'
import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import {
  type Address,
  createResponse,
  parseAddress,
  parseContactList,
  parseDelta,
  parseQ,
  parseUri,
  printParams,
  type ServerTransaction,
  type SipRequest,
  splitList,
} from '#sip'
import type { Authenticate, Verdict } from './authenticate.ts'
import { identityUri, keyOfUri } from './identity.ts'
import { reachOf } from './reach.ts'

export type RegisterPorts = {
  timers: Timers
  subscribers: Subscribers
  registrations: Registrations
  authenticate: Authenticate
  guard: Guard
  log: Log
  /** Seconds given to those who do not say how long. */
  bindingExpires: () => number
  /** Our own URI on the listener that a request came by: for Service-Route. */
  serviceRoute: (transaction: ServerTransaction) => string
  toTag: () => string
  refuse: (transaction: ServerTransaction, status: number, headers?: [string, string][]) => void
}

/** A week: nobody is believed for longer. */
const LONGEST_S = 604_800

type Wanted = { contacts: Address[] | '*' | 'none'; defaultS: number }

/** The registrar, RFC 3261 §10.3, TS 24.229 §5.4.1: proof first, then all bindings of the request or none. */
export const createRegister = (ports: RegisterPorts) => {
  const { subscribers, registrations, authenticate, guard, log, refuse } = ports

  const serve = (transaction: ServerTransaction, subscriber: Subscriber): void => {
    const { request } = transaction
    const wanted = wantedOf(request, ports.bindingExpires())
    if (typeof wanted === 'number') return refuse(transaction, wanted)
    if (wanted.contacts === '*') registrations.removeAll(subscriber)
    else if (wanted.contacts !== 'none') {
      const wishes = wanted.contacts.map((contact) => wishOf(contact, wanted.defaultS, transaction))
      if (wishes.some((wish) => wish === undefined)) return refuse(transaction, 400)
      const done = registrations.update(subscriber, wishes as BindingRequest[])
      if (done === 'out-of-order') return refuse(transaction, 500)
      if (done === 'too-many') return refuse(transaction, 403)
    }
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
      headers.add('P-Associated-URI', `<${identityUri(identity, subscriber.domain)}>`)
    headers.add('Supported', 'path')
    transaction.respond(response)
  }

  const conclude = (transaction: ServerTransaction, verdict: Verdict): void => {
    const { flow, request } = transaction
    if (verdict.kind === 'challenge')
      return refuse(
        transaction,
        401,
        verdict.challenges.map((value) => ['WWW-Authenticate', value]),
      )
    if (verdict.kind === 'refused') {
      guard.fail(flow.address)
      log.write('ims', 'warn', `REGISTER refused: ${verdict.why}`, { user: flow.address })
      return refuse(transaction, 403)
    }
    const { subscriber } = verdict
    guard.succeed(flow.address)
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

  return (transaction: ServerTransaction): void => {
    const { request, flow } = transaction
    const verdict = authenticate(request, flow, () => ownerOf(request))
    if (verdict instanceof Promise) void verdict.then((late) => conclude(transaction, late))
    else conclude(transaction, verdict)
  }
}

/** A status when the request asks for something impossible. */
const wantedOf = ({ headers }: SipRequest, defaultS: number): Wanted | number => {
  const general = headers.get('Expires')
  const seconds = general === undefined ? defaultS : (parseDelta(general) ?? defaultS)
  if (!headers.has('Contact')) return { contacts: 'none', defaultS: seconds }
  const contacts = parseContactList(headers)
  if (!contacts.ok) return 400
  // `*` only removes, and only all: RFC 3261 §10.2.2.
  if (contacts.value === '*')
    return general !== undefined && seconds === 0 ? { contacts: '*', defaultS: 0 } : 400
  return { contacts: contacts.value, defaultS: seconds }
}

const OWN_PARAMS = ['q', 'expires']

const wishOf = (
  { uri, params }: Address,
  defaultS: number,
  { request, flow }: ServerTransaction,
): BindingRequest | undefined => {
  const parsed = parseUri(uri)
  if (!parsed.ok || (parsed.value.scheme !== 'sip' && parsed.value.scheme !== 'sips')) return undefined
  const { headers } = request
  const asked = params.get('expires')
  const q = params.get('q')
  const regId = params.get('reg-id')
  const features = new Map(params)
  for (const name of OWN_PARAMS) features.delete(name)
  const reach = reachOf(uri, request, flow)
  return {
    contact: uri,
    expiresS: Math.min(asked === undefined ? defaultS : (parseDelta(asked) ?? defaultS), LONGEST_S),
    q: q === undefined ? 1000 : Math.round((parseQ(q) ?? 1) * 1000),
    callId: headers.get('Call-ID') ?? '',
    cseq: Number.parseInt(headers.get('CSeq') ?? '0', 10),
    ...reach,
    listener: flow.listener,
    path: headers.has('Path') ? headers.all('Path').flatMap(splitList) : [],
    instance: params.get('+sip.instance'),
    regId: regId === undefined ? undefined : (parseDelta(regId) ?? undefined),
    features: features.size > 0 ? printParams(features) : '',
    userAgent: headers.get('User-Agent') ?? '',
  }
}
