import type { Binding, Found, Subscriber } from '#core'
import type { Flow } from '#lib/wire'
import {
  type ClientEvents,
  createResponse,
  Headers,
  parseDelta,
  reasonPhrase,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
  tagOf,
} from '#sip'
import { callerOf, identityUri, presentation } from '../identity.ts'
import { flowToBinding } from '../reach.ts'
import { isPassed, refusalOf, sipStatusOf } from '../refusals.ts'
import type { Replies, TextPorts } from './ports.ts'

/** Of the sender's own leg: the rest of its request goes on as it came. */
const OWN = new Set([
  'Via',
  'From',
  'Max-Forwards',
  'Route',
  'Record-Route',
  'Content-Length',
  'Authorization',
  'Proxy-Authorization',
  'P-Preferred-Identity',
  'P-Asserted-Identity',
  'P-Called-Party-ID',
])
/** What of the receiver's answer says something to the sender. */
const TOLD = new Set(['Accept', 'Accept-Encoding', 'Retry-After', 'Warning'])

const HOPS = 70
const NO_ANSWER = 480

/** One text on its way to all contacts of its receiver: the first that takes it answers for all. */
class Passage implements ClientEvents {
  readonly #transaction: ServerTransaction
  readonly #replies: Replies
  #waiting: number
  #best: SipResponse | undefined = undefined

  constructor(transaction: ServerTransaction, replies: Replies, waiting: number) {
    this.#transaction = transaction
    this.#replies = replies
    this.#waiting = waiting
  }

  onResponse(response: SipResponse): void {
    const { status } = response
    if (status < 200 || this.#transaction.answered) return
    if (status < 300) return this.#pass(response, status)
    // RFC 3261 §16.7: the lowest class, and within it the first.
    if (!this.#best || Math.floor(status / 100) < Math.floor(this.#best.status / 100)) this.#best = response
    this.#ended()
  }

  onFailure(): void {
    this.#ended()
  }

  #ended(): void {
    this.#waiting--
    if (this.#waiting > 0 || this.#transaction.answered) return
    const best = this.#best
    if (!best) return this.#replies.reply(this.#transaction, NO_ANSWER)
    const { status } = best
    const told = isPassed(status) ? status : sipStatusOf({ why: refusalOf(status) })
    this.#pass(best, told)
  }

  #pass({ status, reason, headers }: SipResponse, told: number): void {
    const { request } = this.#transaction
    const response = createResponse(request, told, told === status ? reason : reasonPhrase(told))
    const tag = tagOf(headers.get('To') ?? '')
    const to = request.headers.get('To') ?? ''
    if (tag !== undefined && tagOf(to) === undefined) response.headers.set('To', `${to};tag=${tag}`)
    const { names, values } = headers
    for (let i = 0; i < names.length; i++)
      if (TOLD.has(names[i] as string)) response.headers.add(names[i] as string, values[i] as string)
    this.#transaction.respond(response)
  }
}

/**
 * Passes a text on unstored (setting relay_only): to all contacts at once, as a stateful proxy does (RFC 3428 §6), but
 * with the sender's identity as the house knows it. The receiver's answer is the sender's.
 */
export const createRelay = ({ wire, live, request: send }: TextPorts, replies: Replies) => {
  /** The receiver's request, but for its contact. */
  const headersOf = (
    request: SipRequest,
    sender: Subscriber | undefined,
    { subscriber, identity }: Found,
    hops: number,
  ): Headers => {
    const { headers } = request
    const own = new Headers()
    own.add('Max-Forwards', `${hops - 1}`)
    const from = headers.get('From') ?? ''
    const shown = sender ? presentation(callerOf(request, sender)) : undefined
    own.add('From', shown ? `${shown.from};tag=${tagOf(from) ?? '0'}` : from)
    const { names, values } = headers
    for (let i = 0; i < names.length; i++) {
      const name = names[i] as string
      if (!OWN.has(name) || (!sender && name === 'P-Asserted-Identity')) own.add(name, values[i] as string)
    }
    for (const [name, value] of shown?.headers ?? []) own.add(name, value)
    if (live.calledPartyId) own.add('P-Called-Party-ID', `<${identityUri(identity, subscriber.domain)}>`)
    return own
  }

  const withPath = (headers: Headers, { path }: Binding): Headers => {
    if (path.length === 0) return headers
    const own = new Headers()
    for (const route of path) own.add('Route', route)
    for (let i = 0; i < headers.names.length; i++)
      own.add(headers.names[i] as string, headers.values[i] as string)
    return own
  }

  /** `contacts`: those that take text, at least one. */
  return (
    transaction: ServerTransaction,
    sender: Subscriber | undefined,
    found: Found,
    contacts: Binding[],
  ): void => {
    const { request } = transaction
    const hops = parseDelta(request.headers.get('Max-Forwards') ?? '') ?? HOPS
    if (hops === 0) return replies.reply(transaction, 483)
    const ways: [Binding, Flow][] = []
    for (const contact of contacts) {
      const flow = flowToBinding(wire, contact)
      if (flow) ways.push([contact, flow])
    }
    if (ways.length === 0) return replies.reply(transaction, NO_ANSWER)
    const headers = headersOf(request, sender, found, hops)
    const passage = new Passage(transaction, replies, ways.length)
    for (const [contact, flow] of ways) {
      const own = withPath(headers, contact)
      send(
        { kind: 'request', method: 'MESSAGE', uri: contact.contact, headers: own, body: request.body },
        flow,
        passage,
      )
    }
  }
}
export type Relay = ReturnType<typeof createRelay>
