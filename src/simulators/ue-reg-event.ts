import type { Timer, Timers } from '#lib/clock'
import type { Random } from '#lib/random'
import { type ContactEvent, parseReginfo, REGINFO_TYPE } from '#reginfo'
import {
  createRequest,
  type Dialog,
  dialogOfResponse,
  parseDelta,
  parseWorded,
  printCredentials,
  requestIn,
  type SipRequest,
  type SipResponse,
  tagOf,
} from '#sip'
import type { Answerer } from './ue-answer.ts'
import { AGENT, accessHeaders, type UeIdentity } from './ue-identity.ts'
import { challengesOf, type Registered } from './ue-registration.ts'

export type RegEventPorts = {
  timers: Timers
  random: Random
  answerer: Answerer
  identity: UeIdentity
  /** Contact value for the present path. */
  contact: () => string
  ask: (request: SipRequest) => Promise<SipResponse>
  /** The network did something to our own contact; `afterS`: when to act upon it. */
  onOrder: (event: ContactEvent, afterS: number) => void
  /** The status of a SUBSCRIBE, other than those that only ask for proof. */
  onSubscribed: (status: number) => void
}

/** What a handset asks for: TS 24.229 §5.1.1.3. */
const WANTED_S = 600_000
const MOST_CHALLENGES = 3

/** Watches the own registration, as handsets do right after it: RFC 3680, TS 24.229 §5.1.1.3 and §5.1.1.5A. */
export const createRegWatch = (ports: RegEventPorts) => {
  const { timers, random, answerer, identity, ask, onOrder, onSubscribed } = ports
  let [callId, tag] = ['', '']
  let dialog: Dialog | undefined
  let refresh: Timer | undefined
  let version = -1

  const first = (uri: string, own: Registered): SipRequest => {
    const request = createRequest('SUBSCRIBE', uri)
    for (const route of own.routes) request.headers.add('Route', route)
    request.headers.add('Max-Forwards', '70').add('From', `<${uri}>;tag=${tag}`).add('To', `<${uri}>`)
    request.headers.add('Call-ID', callId).add('CSeq', '1 SUBSCRIBE').add('P-Preferred-Identity', `<${uri}>`)
    return request
  }

  /** Sends it, with proof where that is asked for; resolves with the answer that counts. */
  const send = async (request: SipRequest, next: () => number): Promise<SipResponse> => {
    const { headers } = request
    headers.add('Contact', ports.contact()).add('Event', 'reg').add('Accept', REGINFO_TYPE)
    headers.add('Expires', `${WANTED_S}`).add('User-Agent', AGENT)
    for (const [name, value] of accessHeaders(identity)) headers.add(name, value)
    for (let turn = 0; ; turn++) {
      const response = await ask(request)
      const asksProof = response.status === 401 || response.status === 407
      const { method, uri, body } = request
      const answer =
        asksProof && turn < MOST_CHALLENGES
          ? answerer.answer(challengesOf(response), { method, uri, body })
          : undefined
      if (!answer) return response
      const name = response.status === 407 ? 'Proxy-Authorization' : 'Authorization'
      headers.set(name, printCredentials(answer.credentials)).set('CSeq', `${next()} ${method}`)
    }
  }

  const taken = (request: SipRequest, response: SipResponse): void => {
    onSubscribed(response.status)
    if (response.status >= 300) return forget()
    dialog ??= dialogOfResponse(request, response)
    const grantedS = parseDelta(response.headers.get('Expires') ?? '') ?? WANTED_S
    refresh?.cancel()
    refresh = timers.after(1000 * (grantedS > 1200 ? grantedS - 600 : grantedS / 2), () => void again())
  }

  /** A notifier that began anew knows nothing of us: 481, and the next registration subscribes again. */
  const again = async (): Promise<void> => {
    const current = dialog
    if (!current) return
    const request = requestIn(current, 'SUBSCRIBE')
    taken(request, await send(request, () => ++current.localSeq))
  }

  const forget = (): void => {
    refresh?.cancel()
    dialog = undefined
    callId = ''
  }

  const isOurs = (uri: string): boolean => ports.contact().includes(`<${uri}>`)

  const read = (request: SipRequest): boolean => {
    if (request.body.length === 0) return true
    const info = parseReginfo(request.body)
    if (!info.ok) return false
    // One that was overtaken by a later one says nothing new, RFC 3680 §5.
    if (info.value.version <= version) return true
    version = info.value.version
    const contacts = info.value.registrations.flatMap(({ contacts }) => contacts)
    const own = contacts.find(({ uri, event }) => isOurs(uri) && ORDERS.has(event))
    if (own) onOrder(own.event, own.retryAfter ?? 0)
    return true
  }

  return {
    /** Subscribes, unless that is done or under way. */
    async begin(own: Registered): Promise<void> {
      if (callId !== '') return
      callId = random.token(20)
      tag = random.token()
      version = -1
      let seq = 1
      const request = first(own.identities[0] ?? identity.impu, own)
      const mine = callId
      const response = await send(request, () => ++seq)
      if (callId === mine) taken(request, response)
    },
    /** The status to answer a NOTIFY with. */
    onNotify(request: SipRequest): number {
      const { headers } = request
      const to = tagOf(headers.get('To') ?? '')
      if (callId === '' || headers.get('Call-ID') !== callId || to !== tag) return 481
      if (!read(request)) return 400
      const state = parseWorded(headers.get('Subscription-State') ?? '')?.word
      if (state === 'terminated') forget()
      return 200
    },
    close: forget,
  }
}

/** What makes a handset act, TS 24.229 §5.1.1.5A and §5.1.1.7. */
const ORDERS: ReadonlySet<ContactEvent> = new Set(['deactivated', 'probation', 'rejected', 'shortened'])
