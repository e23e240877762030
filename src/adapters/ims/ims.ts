import type {
  Calls,
  Events,
  Guard,
  Lamps,
  Mailbox,
  Registrations,
  Store,
  Subscriber,
  Subscribers,
} from '#core'
import type { Timers } from '#lib/clock'
import { bugText, type Log } from '#lib/log'
import type { Random } from '#lib/random'
import type { Flow } from '#lib/wire'
import {
  ALLOW,
  createResponse,
  type Legs,
  type Notifier,
  reasonPhrase,
  type ServerTransaction,
  type TransactionUser,
  tagOf,
  tokensOf,
} from '#sip'
import type { AgentPorts } from './agents.ts'
import { createAuthenticate } from './authenticate.ts'
import type { BrowserPorts } from './browsers.ts'
import type { AlternativePlan } from './emergency/index.ts'
import { createInvite } from './invite.ts'
import { ACCEPTED, createTexts, type IncomingTextPorts } from './messages/index.ts'
import { createNonces } from './nonces.ts'
import { ownUri } from './paths.ts'
import { createProve, type Later } from './prove.ts'
import { createRefusalLog } from './refusal-log.ts'
import { createRegister } from './register.ts'
import { AWAIT_AUTH_MS, createSimChallenges } from './sim-challenges.ts'
import {
  createDialogEvent,
  createMessageSummary,
  createRegEvent,
  createSubscribe,
} from './subscriptions/index.ts'

export type ImsPorts = BrowserPorts &
  AgentPorts & {
    timers: Timers
    random: Random
    log: Log
    store: Pick<Store, 'saveSqn'>
    sqns: Map<string, bigint>
    subscribers: Subscribers
    registrations: Registrations
    guard: Guard
    calls: Calls
    legs: Legs
    domain: string
    bindingExpires: () => number
    trusted: (flow: Flow) => boolean
    /** The trunk that a call comes in by. */
    trunkOf?: (flow: Flow, subscriber: Subscriber | undefined) => string | undefined
    /** What is an emergency call, and whether anybody takes them. Without it service URNs are names like others. */
    emergency?: { serviceOf: (uri: string) => string | undefined; takes: boolean }
    /** What those are told whose emergency calls are not taken. */
    alternative?: AlternativePlan
    /** Subscriptions, RFC 6665. `subscribeExpires`: seconds that one lasts at most; 0: as asked for. */
    notifier: Notifier
    events: Pick<Events, 'subscribe'>
    subscribeExpires: () => number
    /** Who is in a call, for those who watch. */
    lamps: Lamps
    /** Absent: nobody has one. */
    mailbox?: Mailbox | undefined
    texts: Omit<IncomingTextPorts, SharedPorts>
  }
type SharedPorts = 'timers' | 'random' | 'log' | 'subscribers' | 'registrations' | 'domain'

/** Option tags that a request may require of us, RFC 3261 §8.2.2.3. sec-agree is ignored while IPsec is not spoken. */
const UNDERSTOOD = new Set(['100rel', 'timer', 'path', 'sec-agree', 'outbound', 'replaces', 'norefersub'])
const KNOWN_METHODS = new Set(['PUBLISH', 'REFER', 'MESSAGE', 'ACK', 'CANCEL'])
const ALLOWED = `${ALLOW}, SUBSCRIBE`
const NONCE_LIFETIME_MS = 5 * 60_000

/** P-, I- and S-CSCF in one: decides what each new request is and hands it on. */
export const createIms = (ports: ImsPorts): TransactionUser => {
  const { timers, random, guard, legs, log } = ports
  const { clock } = timers

  const reply = (transaction: ServerTransaction, status: number, headers?: [string, string][]): void => {
    const response = createResponse(transaction.request, status, reasonPhrase(status))
    const to = response.headers.get('To') ?? ''
    if (tagOf(to) === undefined) response.headers.set('To', `${to};tag=${random.token()}`)
    for (const [name, value] of headers ?? []) response.headers.add(name, value)
    transaction.respond(response)
  }
  /** Those who keep failing wait longer and longer for their next answer. */
  const refuse = (transaction: ServerTransaction, status: number, headers?: [string, string][]): void => {
    const delayMs =
      status === 401 || status === 403 || status === 407 ? guard.delayMs(transaction.flow.address) : 0
    if (delayMs === 0) reply(transaction, status, headers)
    else timers.after(delayMs, () => reply(transaction, status, headers))
  }

  /** What is decided later, when a number is on disk; should that fail, the request is answered all the same. */
  const later: Later = (transaction, work, then) => {
    if (!(work instanceof Promise)) return then(work)
    work.then(then).catch((bug: unknown) => {
      log.write('ims', 'error', bugText(bug))
      if (!transaction.answered) reply(transaction, 500)
    })
  }

  const nonces = createNonces(clock, random, NONCE_LIFETIME_MS)
  const sims = createSimChallenges({ clock, random, store: ports.store, sqns: ports.sqns })
  const sweep = (): void => {
    sims.sweep()
    timers.after(AWAIT_AUTH_MS / 4, sweep)
  }
  timers.after(AWAIT_AUTH_MS / 4, sweep)

  const authenticate = createAuthenticate({ ...ports, nonces, sims })
  const serviceRoute = ({ flow }: ServerTransaction): string => `<${ownUri(flow, 'orig')};lr>`
  const refused = createRefusalLog(timers, log)
  const register = createRegister({
    ...ports,
    refused,
    authenticate,
    refuse,
    later,
    serviceRoute,
    toTag: () => random.token(),
  })
  const prove = createProve({ ...ports, refused, authenticate, refuse, later })
  const { mailbox } = ports
  const packages = [
    createRegEvent(ports),
    createDialogEvent(ports),
    ...(mailbox ? [createMessageSummary({ ...ports, mailbox })] : []),
  ]
  const subscribe = createSubscribe({ ...ports, refuse, packages })
  const invite = createInvite({ ...ports, refuse })
  const { emergency } = ports
  const call = (transaction: ServerTransaction): void => {
    const service = emergency?.serviceOf(transaction.request.uri)
    if (service === undefined || !emergency)
      return prove(transaction, (subscriber) => invite(transaction, subscriber))
    const nobody = (): void => invite(transaction, undefined, { service, unproved: true })
    if (!emergency.takes) return nobody()
    prove(transaction, (subscriber) => invite(transaction, subscriber, { service }), nobody)
  }

  const texts = createTexts({ ...ports, ...ports.texts }, prove, { reply, refuse }, later)

  const options = (transaction: ServerTransaction): void =>
    reply(transaction, 200, [
      ['Allow', ALLOWED],
      ['Accept', `application/sdp, ${ACCEPTED}`],
      ['Supported', '100rel, timer, path, replaces, norefersub'],
      ['Allow-Events', subscribe.events],
    ])

  const unsupported = (transaction: ServerTransaction): boolean => {
    const { headers } = transaction.request
    if (!headers.has('Require') && !headers.has('Proxy-Require')) return false
    // A P-CSCF is the proxy of its handsets, RFC 3261 §16.3.
    const required = [...tokensOf(headers, 'Require'), ...tokensOf(headers, 'Proxy-Require')]
    const unknown = required.filter((tag) => !UNDERSTOOD.has(tag.toLowerCase()))
    if (unknown.length === 0) return false
    reply(transaction, 420, [['Unsupported', unknown.join(', ')]])
    return true
  }

  return {
    onRequest(request, transaction) {
      const { method } = request
      if (unsupported(transaction)) return
      // In a dialogue (RFC 3428 §8) or outside it, a text is a text.
      if (method === 'MESSAGE') return texts(transaction)
      if (method === 'SUBSCRIBE' && subscribe.within(transaction)) return
      if (legs.onRequest(request, transaction)) return
      if (method === 'REGISTER') register(transaction)
      else if (method === 'OPTIONS') options(transaction)
      else if (method === 'INVITE') call(transaction)
      else if (method === 'SUBSCRIBE')
        prove(transaction, (watcher: Subscriber | undefined) => subscribe.begin(transaction, watcher))
      // Nothing of ours is subscribed to anything: RFC 6665 §4.1.3.
      else if (method === 'NOTIFY') reply(transaction, 481)
      else if (method === 'BYE' || method === 'UPDATE' || method === 'PRACK' || method === 'INFO')
        reply(transaction, 481)
      else reply(transaction, KNOWN_METHODS.has(method) ? 405 : 501, [['Allow', ALLOWED]])
    },
    onAck: (request) => legs.onAck(request),
    onStrayResponse: (response, flow) => legs.onStray(response, flow),
  }
}
