import type { Flow } from '#lib/wire'
import { tagOf } from './address.ts'
import type { ClientTransaction } from './contract.ts'
import { dialogOfResponse, requestIn } from './dialog.ts'
import { parseCSeq, parseDelta, reasonPhrase, tokensOf } from './fields.ts'
import { createRequest, type SipRequest, type SipResponse } from './message.ts'
import {
  ALLOW,
  type Refused,
  Session,
  type SessionEvents,
  type SessionPorts,
  sdpOf,
  withSdp,
} from './session.ts'
import { MIN_SE, offerInterval } from './session-timer.ts'

export type Invitation = {
  /** Request-URI, raw. */
  uri: string
  /** From and To values; From with its tag, To without. */
  from: string
  to: string
  callId: string
  flow: Flow
  routes: string[]
  sdp: string | undefined
  headers: [name: string, value: string][]
  /** Offer RFC 3262 to the called party. */
  reliable: boolean
  /** Max-Forwards. */
  hops: number
  /**
   * Asked at 401 and 407: the headers (Authorization and the like) to try once more with, or undefined to give up.
   * `request` is what was refused. It is asked three times at most.
   */
  authorise?: (request: SipRequest, response: SipResponse) => [name: string, value: string][] | undefined
}

export type OutgoingEvents = SessionEvents & {
  onProgress(status: number, sdp: string | undefined): void
  /** A 2xx came: to be acknowledged with `confirm`. */
  onAnswer(sdp: string | undefined): void
  onRefused(refused: Refused): void
}

/** The called side of a call: an INVITE sent, its early dialogues, then the session of whoever answered first. */
export class OutgoingLeg {
  readonly #ports: SessionPorts
  readonly #events: OutgoingEvents
  readonly #invitation: Invitation
  /** Early dialogues by the peer's tag: a proxy behind the contact may fork. */
  readonly #early = new Map<string, Session>()
  readonly #register: (session: Session) => void
  #transaction: ClientTransaction | undefined
  #session: Session | undefined
  #over = false
  #seq = 1
  #interval: number
  #minimum = MIN_SE
  #confirmed: { seq: number; sdp: string | undefined } | undefined
  #lastRseq = new Map<string, number>()
  #proof: [name: string, value: string][] = []
  #proofs = 0

  constructor(
    ports: SessionPorts,
    invitation: Invitation,
    events: OutgoingEvents,
    register: (session: Session) => void,
  ) {
    this.#ports = ports
    this.#events = events
    this.#invitation = invitation
    this.#register = register
    this.#interval = ports.sessionExpires
    this.#send()
  }

  /** The session with the party that answered; undefined before. */
  get session(): Session | undefined {
    return this.#session
  }

  /** The session to speak in now: the answered one, else the only early one. */
  get active(): Session | undefined {
    return this.#session ?? (this.#early.size === 1 ? this.#early.values().next().value : undefined)
  }

  #send(): void {
    const request = this.#invite()
    this.#transaction = this.#ports.request(request, this.#invitation.flow, {
      onResponse: (response) => this.#onResponse(request, response),
      onFailure: (why) => this.#refused({ status: why === 'timeout' ? 408 : 503, reason: why }),
    })
  }

  #invite(): SipRequest {
    const { uri, from, to, callId, flow, routes, headers, reliable, sdp, hops } = this.#invitation
    const request = createRequest('INVITE', uri)
    for (const route of routes) request.headers.add('Route', route)
    request.headers.add('Max-Forwards', `${hops}`).add('From', from).add('To', to).add('Call-ID', callId)
    request.headers
      .add('CSeq', `${this.#seq} INVITE`)
      .add('Contact', this.#ports.contact(flow))
      .add('Allow', ALLOW)
    request.headers.add('Supported', reliable ? '100rel, timer' : 'timer')
    offerInterval(request.headers, Math.max(this.#interval, this.#minimum))
    if (this.#minimum > MIN_SE) request.headers.set('Min-SE', `${this.#minimum}`)
    for (const [name, value] of headers) request.headers.add(name, value)
    for (const [name, value] of this.#proof) request.headers.add(name, value)
    return withSdp(request, sdp)
  }

  #onResponse(request: SipRequest, response: SipResponse): void {
    if (response.status < 200) this.#onProvisional(request, response)
    else if (response.status < 300) this.#onAnswer(request, response)
    else if (response.status === 422 && this.#minimum === MIN_SE) this.#longer(response)
    else if (response.status === 401 || response.status === 407) this.#challenged(request, response)
    else this.#refused({ status: response.status, reason: response.reason })
  }

  /** 401, 407: once more with proof of who we are, RFC 3261 §22.2. */
  #challenged(request: SipRequest, response: SipResponse): void {
    const { authorise } = this.#invitation
    const proof = this.#over || this.#proofs >= 3 ? undefined : authorise?.(request, response)
    if (!proof) return this.#refused({ status: response.status, reason: response.reason })
    this.#proofs++
    this.#proof = proof
    this.#seq++
    this.#send()
  }

  /** 422: once more with the interval that the peer asks for, RFC 4028 §7.3. */
  #longer(response: SipResponse): void {
    const minimum = parseDelta(response.headers.get('Min-SE') ?? '') ?? 0
    if (this.#over || minimum <= MIN_SE || minimum > 86400)
      return this.#refused({ status: response.status, reason: response.reason })
    this.#minimum = minimum
    this.#seq++
    this.#send()
  }

  #sessionOf(request: SipRequest, response: SipResponse): Session | undefined {
    const tag = tagOf(response.headers.get('To') ?? '')
    if (tag === undefined) return undefined
    const known = this.#early.get(tag)
    if (known) return known
    // A peer cannot make more dialogues than any real fork has branches.
    if (this.#early.size >= 32) return undefined
    const dialog = dialogOfResponse(request, response)
    const session = new Session(
      this.#ports,
      dialog,
      this.#transaction?.flow ?? this.#invitation.flow,
      this.#events,
    )
    session.learn(response)
    session.localSdp = this.#invitation.sdp
    this.#early.set(tag, session)
    this.#register(session)
    return session
  }

  #onProvisional(request: SipRequest, response: SipResponse): void {
    if (this.#over || response.status === 100) return
    const session = this.#sessionOf(request, response)
    const sdp = sdpOf(response)
    if (session && tokensOf(response.headers, 'Require').includes('100rel')) {
      if (!this.#acknowledge(session, response)) return
    }
    if (session && sdp !== undefined) session.remoteSdp = sdp
    this.#events.onSignal()
    this.#events.onProgress(response.status, sdp)
  }

  /** PRACK of a reliable provisional, RFC 3262 §4; false: a repetition or one out of order. */
  #acknowledge(session: Session, response: SipResponse): boolean {
    const rseq = parseDelta(response.headers.get('RSeq') ?? '')
    const { remoteTag } = session.dialog
    const last = this.#lastRseq.get(remoteTag)
    if (rseq === undefined || (last !== undefined && rseq !== last + 1)) return false
    this.#lastRseq.set(remoteTag, rseq)
    const prack = requestIn(session.dialog, 'PRACK')
    prack.headers.add('RAck', `${rseq} ${this.#seq} INVITE`)
    void session.ask(prack)
    return true
  }

  #onAnswer(request: SipRequest, response: SipResponse): void {
    const session = this.#sessionOf(request, response)
    if (!session) return
    const seq = parseCSeq(request.headers.get('CSeq') ?? '')?.number ?? this.#seq
    if (session === this.#session) return this.#again(session)
    session.confirmed = true
    const contact = dialogOfResponse(request, response)
    session.dialog.target = contact.target
    session.dialog.routes = contact.routes
    if (this.#over || this.#session) {
      // A fork that answered too late, or after we gave up: §13.2.2.4 wants ACK and BYE.
      session.acknowledge(seq)
      return session.bye()
    }
    this.#session = session
    for (const other of this.#early.values()) if (other !== session) other.drop()
    session.learn(response)
    session.agree(response)
    const sdp = sdpOf(response)
    if (sdp !== undefined) session.remoteSdp = sdp
    this.#events.onSignal()
    this.#events.onAnswer(sdp ?? session.remoteSdp)
  }

  /** The peer repeats its 2xx: our ACK was lost. */
  #again(session: Session): void {
    if (this.#confirmed) session.acknowledge(this.#confirmed.seq, this.#confirmed.sdp)
  }

  /** Acknowledges the answer; `sdp` is our answer where the 2xx carried the offer. */
  confirm(sdp?: string): void {
    if (!this.#session || this.#confirmed) return
    this.#confirmed = { seq: this.#seq, sdp }
    if (sdp !== undefined) this.#session.localSdp = sdp
    this.#session.acknowledge(this.#seq, sdp)
  }

  /** Gives up a call that was not answered; one answered in the same moment is ended with BYE. */
  cancel(reason?: string): void {
    if (this.#over) return
    this.#over = true
    if (this.#session) {
      this.confirm()
      return this.#session.bye(reason)
    }
    for (const session of this.#early.values()) session.drop()
    // An answer that crosses the CANCEL makes its dialogue anew, to be ended in order.
    this.#early.clear()
    this.#transaction?.cancel(reason === undefined ? undefined : [['Reason', reason]])
  }

  #refused(refused: Refused): void {
    if (this.#over || this.#session) return
    this.#over = true
    for (const session of this.#early.values()) session.drop()
    this.#events.onRefused({ reason: reasonPhrase(refused.status), ...refused })
  }
}
