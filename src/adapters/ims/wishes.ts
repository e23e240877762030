import { type BindingRequest, isForEmergency } from '#core'
import {
  type Address,
  parseContactList,
  parseDelta,
  parseQ,
  parseUri,
  printParams,
  type ServerTransaction,
  type SipRequest,
  sameHost,
  splitList,
} from '#sip'
import { reachOf } from './reach.ts'

/** A week: nobody is believed for longer. */
const LONGEST_S = 604_800
/** Seconds. Whoever wants to come back sooner is told 423, RFC 3261 §10.3. */
const SHORTEST_S = 10
/** What is kept of a binding for days has its bounds, in characters. */
const MOST_CONTACT = 1000
const MOST_FEATURES = 4000
const MOST_PATH = 4000
const MOST_CALL_ID = 500

/** What a REGISTER wants. */
export type Wanted =
  | { kind: 'refused'; status: number; headers?: [string, string][] }
  | { kind: 'nothing' }
  | { kind: 'remove-all'; callId: string; cseq: number }
  /** `networkS`: for contacts bound for emergencies, whatever they ask. */
  | { kind: 'bind'; contacts: Address[]; defaultS: number; networkS: number }

const BAD: Wanted = { kind: 'refused', status: 400 }

export const wantedOf = (request: SipRequest, usualS: number): Wanted => {
  const { headers } = request
  const general = headers.get('Expires')
  const defaultS = general === undefined ? usualS : (parseDelta(general) ?? usualS)
  const callId = headers.get('Call-ID') ?? ''
  const path = headers.all('Path')
  if (callId.length > MOST_CALL_ID || path.join().length > MOST_PATH) return BAD
  if (!headers.has('Contact')) return { kind: 'nothing' }
  const contacts = parseContactList(headers)
  if (!contacts.ok) return BAD
  // `*` only removes, and only all: RFC 3261 §10.2.2.
  if (contacts.value === '*')
    return general !== undefined && defaultS === 0
      ? { kind: 'remove-all', callId, cseq: cseqOf(request) }
      : BAD
  const wanted: Wanted = { kind: 'bind', contacts: contacts.value, defaultS, networkS: usualS }
  if (!contacts.value.every(isContact)) return BAD
  return possible(wanted, contacts.value, defaultS)
}

const possible = (wanted: Wanted, contacts: Address[], defaultS: number): Wanted => {
  const tooSoon = contacts.some((contact) => {
    const seconds = secondsOf(contact, defaultS)
    return seconds > 0 && seconds < SHORTEST_S && !isSos(contact)
  })
  // Only the network ends an emergency registration: TS 24.229 §5.4.8.3.
  if (contacts.some((contact) => isSos(contact) && secondsOf(contact, defaultS) === 0))
    return { kind: 'refused', status: 501 }
  return tooSoon ? { kind: 'refused', status: 423, headers: [['Min-Expires', `${SHORTEST_S}`]] } : wanted
}

const isSos = ({ uri }: Address): boolean => isForEmergency({ contact: uri })

const isContact = ({ uri }: Address): boolean => {
  const parsed = parseUri(uri)
  if (!parsed.ok || uri.length > MOST_CONTACT) return false
  return parsed.value.scheme === 'sip' || parsed.value.scheme === 'sips'
}

const secondsOf = ({ params }: Address, defaultS: number): number => {
  const asked = params.get('expires')
  return Math.min(asked === undefined ? defaultS : (parseDelta(asked) ?? defaultS), LONGEST_S)
}

const cseqOf = ({ headers }: SipRequest): number => Number.parseInt(headers.get('CSeq') ?? '0', 10)

/** True for a contact that is this very server: a call to it would run in a circle. */
export const isOurs = (contact: string, { flow }: ServerTransaction): boolean => {
  const uri = parseUri(contact)
  if (!uri.ok) return false
  const { host, port = 5060 } = uri.value
  return port === flow.local.port && sameHost(host, flow.local.address)
}

const OWN_PARAMS = ['q', 'expires']

export const wishesOf = (
  { contacts, defaultS, networkS }: Wanted & { kind: 'bind' },
  { request, flow }: ServerTransaction,
): BindingRequest[] => {
  const { headers } = request
  const common = {
    callId: headers.get('Call-ID') ?? '',
    cseq: cseqOf(request),
    listener: flow.listener,
    path: headers.has('Path') ? headers.all('Path').flatMap(splitList) : [],
    userAgent: headers.get('User-Agent') ?? '',
  }
  return contacts.map((contact) => {
    const { uri, params } = contact
    const q = params.get('q')
    const regId = params.get('reg-id')
    const features = new Map(params)
    for (const name of OWN_PARAMS) features.delete(name)
    const printed = features.size > 0 ? printParams(features) : ''
    return {
      ...common,
      contact: uri,
      expiresS: isSos(contact) ? networkS : secondsOf(contact, defaultS),
      q: q === undefined ? 1000 : Math.round((parseQ(q) ?? 1) * 1000),
      ...reachOf(uri, request, flow),
      flow: flow.reliable ? flow : undefined,
      instance: params.get('+sip.instance'),
      regId: regId === undefined ? undefined : (parseDelta(regId) ?? undefined),
      features: printed.length <= MOST_FEATURES ? printed : '',
    }
  })
}
