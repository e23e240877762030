import type { Timer, Timers } from '#lib/clock'
import { err, ok, type Result } from '#lib/result'
import { latin1, octets } from '#lib/text'
import type { Flow } from '#lib/wire'
import type { ClientEvents, ClientTransaction, ServerTransaction, TimerValues } from './contract.ts'
import { contactOf, type Dialog, inOrder, requestIn } from './dialog.ts'
import { reasonPhrase, tokensOf } from './fields.ts'
import { createResponse, type SipRequest, type SipResponse } from './message.ts'
import { repeatUntil } from './repeat.ts'
import {
  acceptInterval,
  agreedInterval,
  createSessionTimer,
  offerInterval,
  tooShort,
} from './session-timer.ts'

export type Refused = { status: number; reason?: string; headers?: [name: string, value: string][] }
/** Why a leg ended without our doing. */
export type LegEnd = { by: 'peer' | 'timeout' | 'failure'; status?: number; reason?: string }

export type SessionEvents = {
  /** The peer offers a new description inside the dialogue; the answer goes back to it. */
  onOffer(sdp: string): Promise<Result<string, Refused>>
  /** An INFO (DTMF, picture fast update): its answer's status. */
  onInfo(contentType: string, body: Uint8Array): number | Promise<number>
  onEnd(end: LegEnd): void
  /** The peer spoke inside the dialogue. */
  onSignal(): void
}

export type SessionPorts = {
  timers: Timers
  values: TimerValues
  /** Seconds offered as Session-Expires. */
  sessionExpires: number
  /** Path of a request inside the dialogue. */
  flowFor(dialog: Dialog, flow: Flow): Flow
  contact(flow: Flow): string
  request(request: SipRequest, flow: Flow, events: ClientEvents): ClientTransaction
  sendAck(request: SipRequest, flow: Flow): void
  /** The dialogue is over: forget it. */
  forget(session: Session): void
}

export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, REGISTER'
const SDP = 'application/sdp'
const busyWithOffer: Refused = { status: 491 }

/** The SDP a message carries; undefined when it has none. */
export const sdpOf = ({ headers, body }: SipRequest | SipResponse): string | undefined =>
  body.length > 0 && (headers.get('Content-Type') ?? SDP).toLowerCase().startsWith(SDP)
    ? latin1(body)
    : undefined

export const withSdp = <M extends SipRequest | SipResponse>(message: M, sdp: string | undefined): M => {
  if (sdp === undefined) return message
  message.headers.set('Content-Type', SDP)
  message.body = octets(sdp)
  return message
}

/**
 * One established (or early) INVITE usage of a dialogue: requests inside it in both directions, one offer at a
 * time (RFC 3261 §14, RFC 3311), 2xx repeated until its ACK, session timer (RFC 4028).
 */
export class Session {
  readonly dialog: Dialog
  flow: Flow
  ended = false
  confirmed = false
  /** Set while this side has reliable provisional responses out: takes their PRACK. */
  onPrack: ((request: SipRequest, transaction: ServerTransaction) => void) | undefined
  /** The description last sent to the peer and last heard from it. */
  localSdp: string | undefined
  remoteSdp: string | undefined
  readonly #ports: SessionPorts
  readonly #events: SessionEvents
  readonly #timer: ReturnType<typeof createSessionTimer>
  #offering: 'local' | 'remote' | undefined
  #awaitingAck: { seq: number; timer: Timer; done: (ack: SipRequest | undefined) => void } | undefined
  #peerAllowsUpdate = false

  constructor(ports: SessionPorts, dialog: Dialog, flow: Flow, events: SessionEvents) {
    this.#ports = ports
    this.dialog = dialog
    this.flow = flow
    this.#events = events
    this.#timer = createSessionTimer(
      ports.timers,
      () => this.#refresh(),
      () => this.fail({ by: 'timeout', reason: 'session expired' }),
    )
  }

  /** Reads what the peer's message says of itself: its abilities. */
  learn(message: SipRequest | SipResponse): void {
    if (message.headers.has('Allow'))
      this.#peerAllowsUpdate = tokensOf(message.headers, 'Allow').includes('UPDATE')
  }

  /** Agreement on the session interval after a 2xx to our INVITE or UPDATE. */
  agree(response: SipResponse): void {
    this.#timer.arm(agreedInterval(response.headers, this.#ports.sessionExpires))
  }

  /** A 2xx to the peer's INVITE: sent, repeated until its ACK comes. Resolves with the ACK, or undefined after 64 T1. */
  accept(transaction: ServerTransaction, sdp: string | undefined): Promise<SipRequest | undefined> {
    const { request } = transaction
    const response = this.reply(request, 200)
    this.#timer.arm(acceptInterval(request.headers, response.headers, this.#ports.sessionExpires))
    withSdp(response, sdp)
    if (sdp !== undefined) this.localSdp = sdp
    transaction.respond(response)
    this.confirmed = true
    return new Promise((done) => {
      const { timers, values } = this.#ports
      const timer = repeatUntil(
        timers,
        values,
        values.t2,
        () => transaction.respond(response),
        () => this.#acknowledged(undefined),
      )
      this.#awaitingAck = { seq: this.dialog.remoteSeq, timer, done }
    })
  }

  /** A response inside the dialogue, with our Contact where a target refresh wants it. */
  reply(request: SipRequest, status: number, reason = reasonPhrase(status)): SipResponse {
    const response = createResponse(request, status, reason)
    response.headers.set('To', this.dialog.local)
    if (status > 100 && status < 300 && request.method !== 'BYE' && request.method !== 'PRACK') {
      for (const route of request.headers.all('Record-Route')) response.headers.add('Record-Route', route)
      response.headers.add('Contact', this.#ports.contact(this.flow)).add('Allow', ALLOW)
      response.headers.add('Supported', '100rel, timer')
    }
    return response
  }

  onAck(request: SipRequest): void {
    this.#events.onSignal()
    this.#acknowledged(request)
  }

  #acknowledged(ack: SipRequest | undefined): void {
    const waiting = this.#awaitingAck
    if (!waiting) return
    this.#awaitingAck = undefined
    waiting.timer.cancel()
    waiting.done(ack)
  }

  onRequest(request: SipRequest, transaction: ServerTransaction): void {
    if (this.ended) return transaction.respond(this.reply(request, 481))
    if (!inOrder(this.dialog, request)) return transaction.respond(this.reply(request, 500))
    this.flow = transaction.flow
    this.learn(request)
    this.#events.onSignal()
    if (request.method === 'INVITE') void this.#onReinvite(request, transaction)
    else if (request.method === 'UPDATE') void this.#onUpdate(request, transaction)
    else if (request.method === 'BYE') this.#onBye(request, transaction)
    else if (request.method === 'INFO') void this.#onInfo(request, transaction)
    else if (request.method === 'PRACK' && this.onPrack) this.onPrack(request, transaction)
    else if (request.method === 'PRACK') transaction.respond(this.reply(request, 481))
    else if (request.method === 'OPTIONS') transaction.respond(this.reply(request, 200))
    else {
      const response = this.reply(request, 501)
      response.headers.add('Allow', ALLOW)
      transaction.respond(response)
    }
  }

  #onBye(request: SipRequest, transaction: ServerTransaction): void {
    transaction.respond(this.reply(request, 200))
    const reason = request.headers.get('Reason')
    this.fail(reason === undefined ? { by: 'peer' } : { by: 'peer', reason }, false)
  }

  async #onInfo(request: SipRequest, transaction: ServerTransaction): Promise<void> {
    const status = await this.#events.onInfo(request.headers.get('Content-Type') ?? '', request.body)
    transaction.respond(this.reply(request, status))
  }

  /** A re-INVITE: with an offer the far side decides, without one we repeat our description, RFC 3261 §14.2. */
  async #onReinvite(request: SipRequest, transaction: ServerTransaction): Promise<void> {
    const refusal = this.#unready(request)
    if (refusal) return this.refuse(transaction, refusal)
    this.#offering = 'remote'
    this.#retarget(request)
    const offered = sdpOf(request)
    const answer = offered === undefined ? ok(this.localSdp ?? '') : await this.#events.onOffer(offered)
    if (this.ended || transaction.answered) return
    if (!answer.ok) {
      this.#offering = undefined
      return this.refuse(transaction, answer.error)
    }
    if (offered !== undefined) this.remoteSdp = offered
    const ack = await this.accept(transaction, answer.value)
    this.#offering = undefined
    if (!ack) return this.fail({ by: 'timeout', reason: 'no ACK' })
    const late = offered === undefined ? sdpOf(ack) : undefined
    if (late === undefined || late === this.remoteSdp) return
    this.remoteSdp = late
    await this.#events.onOffer(late)
  }

  async #onUpdate(request: SipRequest, transaction: ServerTransaction): Promise<void> {
    const offered = sdpOf(request)
    const refusal = this.#unready(request, offered !== undefined)
    if (refusal) return this.refuse(transaction, refusal)
    this.#retarget(request)
    let sdp: string | undefined
    if (offered !== undefined) {
      this.#offering = 'remote'
      const answer = await this.#events.onOffer(offered)
      this.#offering = undefined
      if (this.ended || transaction.answered) return
      if (!answer.ok) return this.refuse(transaction, answer.error)
      this.remoteSdp = offered
      sdp = answer.value
      this.localSdp = sdp
    }
    const response = this.reply(request, 200)
    if (request.headers.has('Session-Expires'))
      this.#timer.arm(acceptInterval(request.headers, response.headers, this.#ports.sessionExpires))
    transaction.respond(withSdp(response, sdp))
  }

  #unready(request: SipRequest, offers = true): Refused | undefined {
    if (tooShort(request.headers)) return { status: 422, headers: [['Min-SE', '90']] }
    if (!offers || this.#offering === undefined) return undefined
    return this.#offering === 'local' ? busyWithOffer : { status: 500, headers: [['Retry-After', '2']] }
  }

  #retarget(request: SipRequest): void {
    this.dialog.target = contactOf(request.headers) ?? this.dialog.target
  }

  refuse(transaction: ServerTransaction, { status, reason, headers }: Refused): void {
    const response = this.reply(transaction.request, status, reason)
    for (const [name, value] of headers ?? []) response.headers.add(name, value)
    transaction.respond(response)
  }

  /** Sends a request inside the dialogue; resolves with its final response (408 and 503 made up on failure). */
  ask(request: SipRequest): Promise<SipResponse> {
    const flow = this.#ports.flowFor(this.dialog, this.flow)
    return new Promise((done) => {
      this.#ports.request(request, flow, {
        onResponse: (response) => {
          if (response.status < 200) return
          if (request.method === 'INVITE' && response.status < 300) this.#confirm(request, response)
          done(response)
        },
        onFailure: (why) => {
          const status = why === 'timeout' ? 408 : 503
          done(createResponse(request, status, reasonPhrase(status)))
        },
      })
    })
  }

  #confirm(request: SipRequest, response: SipResponse): void {
    this.dialog.target = contactOf(response.headers) ?? this.dialog.target
    const seq = Number.parseInt(request.headers.get('CSeq') ?? '0', 10)
    this.acknowledge(seq)
  }

  /** ACK of a 2xx, §13.2.2.4, with the answer when the 2xx carried an offer. */
  acknowledge(seq: number, sdp?: string): void {
    this.#ports.sendAck(
      withSdp(requestIn(this.dialog, 'ACK', seq), sdp),
      this.#ports.flowFor(this.dialog, this.flow),
    )
  }

  /** Offers a description to the peer: UPDATE before the call is confirmed, re-INVITE after. */
  async offer(sdp: string): Promise<Result<string, Refused>> {
    if (this.ended) return err({ status: 481 })
    if (this.#offering !== undefined) return err(busyWithOffer)
    this.#offering = 'local'
    const method = this.confirmed ? 'INVITE' : 'UPDATE'
    const response = await this.ask(this.#refreshing(method, sdp))
    this.#offering = undefined
    if (response.status >= 300) return this.#refusedOffer(response)
    const answer = sdpOf(response) ?? this.remoteSdp
    this.agree(response)
    this.localSdp = sdp
    if (answer === undefined) return err({ status: 488 })
    this.remoteSdp = answer
    return ok(answer)
  }

  #refusedOffer({ status, reason }: SipResponse): Result<string, Refused> {
    // These two end the dialogue itself, RFC 3261 §12.2.1.2.
    if (status === 481 || status === 408) this.fail({ by: 'failure', status, reason })
    return err({ status, reason })
  }

  #refreshing(method: 'INVITE' | 'UPDATE', sdp: string | undefined): SipRequest {
    const request = requestIn(this.dialog, method)
    request.headers.add('Contact', this.#ports.contact(this.flow)).add('Allow', ALLOW)
    request.headers.add('Supported', '100rel, timer')
    offerInterval(request.headers, this.#ports.sessionExpires, 'uac')
    return withSdp(request, sdp)
  }

  async #refresh(): Promise<void> {
    if (this.ended) return
    if (this.#offering !== undefined) {
      this.#timer.arm({ seconds: 8, refresher: 'local' })
      return
    }
    if (!this.#peerAllowsUpdate && this.localSdp !== undefined) return void (await this.offer(this.localSdp))
    const response = await this.ask(this.#refreshing('UPDATE', undefined))
    if (response.status < 300) this.agree(response)
    else this.#refusedOffer(response)
  }

  async info(contentType: string, body: Uint8Array): Promise<number> {
    const request = requestIn(this.dialog, 'INFO')
    request.headers.add('Content-Type', contentType)
    request.body = body
    return (await this.ask(request)).status
  }

  /** Ends the call from our side. `reason` is a Reason header value, RFC 3326. */
  bye(reason?: string): void {
    if (this.ended) return
    this.#stop()
    const request = requestIn(this.dialog, 'BYE')
    if (reason !== undefined) request.headers.add('Reason', reason)
    void this.ask(request)
  }

  /** Ends without our user's doing: tells it; `tellPeer` sends BYE where a confirmed dialogue still stands. */
  fail(end: LegEnd, tellPeer = this.confirmed && end.by !== 'peer'): void {
    if (this.ended) return
    if (tellPeer)
      this.bye(end.reason === undefined ? undefined : `SIP;cause=${end.status ?? 408};text="${end.reason}"`)
    else this.#stop()
    this.#events.onEnd(end)
  }

  /** Forgets the dialogue without a word to either side. */
  drop(): void {
    if (!this.ended) this.#stop()
  }

  #stop(): void {
    this.ended = true
    this.#timer.stop()
    this.#acknowledged(undefined)
    this.#ports.forget(this)
  }
}
