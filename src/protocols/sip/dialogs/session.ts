import type { Result } from '#lib/result'
import { octets } from '#lib/text'
import type { Flow } from '#lib/wire'
import type { ServerTransaction } from '../contract.ts'
import { quote } from '../grammar/chars.ts'
import { parseCSeq, reasonPhrase, tokensOf } from '../grammar/fields.ts'
import { createResponse, type SipRequest, type SipResponse } from '../grammar/message.ts'
import { warningFor } from '../grammar/warning.ts'
import { ask } from './asking.ts'
import { contactOf, type Dialog, inOrder, requestIn } from './dialog.ts'
import type { Invitation } from './invitation.ts'
import { Offers } from './offers.ts'
import type { Referral } from './referral.ts'
import { Referrals } from './referrals.ts'
import { createRefresh } from './refresh.ts'
import { withSdp } from './sdp-body.ts'
import { ALLOW, type LegEnd, type Refused, type SessionEvents, type SessionPorts } from './session-ports.ts'
import { createUnacknowledged } from './unacknowledged.ts'

/** Methods that exist but have no meaning inside a call here. */
const NOT_HERE = new Set(['MESSAGE', 'SUBSCRIBE', 'NOTIFY', 'PUBLISH', 'REGISTER'])

/**
 * One established (or early) INVITE usage of a dialogue, RFC 3261 §12 and §15: requests inside it in both directions,
 * 2xx repeated until their ACK, session timer (RFC 4028). Offers are the business of `offers.ts`.
 */
export class Session {
  readonly dialog: Dialog
  readonly offers: Offers
  flow: Flow
  ended = false
  confirmed = false
  /** Set while this side has reliable provisional responses out: takes their PRACK. */
  onPrack: ((request: SipRequest, transaction: ServerTransaction) => void) | undefined
  peerAllowsUpdate = false
  /** Answers a 401 or 407 to what we say inside the dialogue. */
  authorise: Invitation['authorise']
  /** The proof in our INVITE, which its ACK repeats, RFC 3261 §22.1. */
  proof: [name: string, value: string][] = []
  /** Value of Supported in what we say. */
  supported = '100rel, timer, replaces'
  /** Who the peer speaks with, where that changed: said with every refresh from then on, RFC 3325. */
  asserted: [name: string, value: string][] = []
  readonly #ports: SessionPorts
  readonly #events: SessionEvents
  readonly #refresh: ReturnType<typeof createRefresh>
  readonly #unacknowledged: ReturnType<typeof createUnacknowledged>
  #referrals: Referrals | undefined

  constructor(ports: SessionPorts, dialog: Dialog, flow: Flow, events: SessionEvents) {
    this.#ports = ports
    this.dialog = dialog
    this.flow = flow
    this.#events = events
    this.offers = new Offers(this, events)
    this.#unacknowledged = createUnacknowledged(ports)
    this.#refresh = createRefresh(ports, this)
  }

  /** Reads what the peer's message says of itself: its abilities. */
  learn(message: SipRequest | SipResponse): void {
    if (message.headers.has('Allow'))
      this.peerAllowsUpdate = tokensOf(message.headers, 'Allow').includes('UPDATE')
  }

  /** Agreement on the session interval after a 2xx to our INVITE or UPDATE. */
  agree(response: SipResponse): void {
    if (!this.ended) this.#refresh.agree(response)
  }

  /** The interval in our 2xx to the peer's INVITE or UPDATE. */
  grant(request: SipRequest, response: SipResponse): void {
    this.#refresh.grant(request, response)
  }

  /** A 2xx to the peer's INVITE: sent, repeated until its ACK comes. Resolves with the ACK, or undefined after 64 T1. */
  accept(
    transaction: ServerTransaction,
    sdp: string | undefined,
    status = 200,
  ): Promise<SipRequest | undefined> {
    const { request } = transaction
    const response = this.reply(request, status)
    this.grant(request, response)
    transaction.respond(withSdp(response, sdp))
    this.confirmed = true
    return this.#unacknowledged.wait(transaction, response)
  }

  /** A response inside the dialogue, with our Contact where a target refresh wants it. */
  reply(request: SipRequest, status: number, reason = reasonPhrase(status)): SipResponse {
    const response = createResponse(request, status, reason)
    response.headers.set('To', this.dialog.local)
    if (status > 100 && status < 300 && request.method !== 'BYE' && request.method !== 'PRACK') {
      for (const route of request.headers.all('Record-Route')) response.headers.add('Record-Route', route)
      response.headers.add('Contact', this.#ports.contact(this.flow)).add('Allow', ALLOW)
      response.headers.add('Supported', this.supported)
    }
    return response
  }

  onAck(request: SipRequest): void {
    if (!this.ended) this.#events.onSignal()
    this.#unacknowledged.onAck(request)
  }

  onRequest(request: SipRequest, transaction: ServerTransaction): void {
    if (this.ended) return this.#onLate(request, transaction)
    if (!inOrder(this.dialog, request)) return transaction.respond(this.reply(request, 500))
    this.flow = transaction.flow
    this.learn(request)
    this.#events.onSignal()
    const { method } = request
    if (method === 'INVITE') this.watch(this.offers.onReinvite(request, transaction), transaction)
    else if (method === 'UPDATE') this.watch(this.offers.onUpdate(request, transaction), transaction)
    else if (method === 'BYE') this.#onBye(request, transaction)
    else if (method === 'INFO') this.watch(this.#onInfo(request, transaction), transaction)
    else if (method === 'REFER') this.#referring.onRefer(request, transaction)
    else if (method === 'NOTIFY' && this.#referrals?.awaits) {
      transaction.respond(this.reply(request, 200))
      this.#referrals.onNotify(request)
    } else if (method === 'PRACK' && this.onPrack) this.onPrack(request, transaction)
    else if (method === 'PRACK') transaction.respond(this.reply(request, 481))
    else if (method === 'OPTIONS') transaction.respond(this.reply(request, 200))
    else {
      const response = this.reply(request, NOT_HERE.has(method) ? 405 : 501)
      response.headers.add('Allow', ALLOW)
      transaction.respond(response)
    }
  }

  /** We have hung up and only wait for an ACK before our BYE. */
  #onLate(request: SipRequest, transaction: ServerTransaction): void {
    const hangsUp = request.method === 'BYE'
    transaction.respond(this.reply(request, hangsUp ? 200 : 481))
    if (hangsUp) this.#forget()
  }

  #onBye(request: SipRequest, transaction: ServerTransaction): void {
    transaction.respond(this.reply(request, 200))
    const reason = request.headers.get('Reason')
    this.fail(reason === undefined ? { by: 'peer' } : { by: 'peer', reason }, false)
  }

  /**
   * Asks the peer to call somebody else. `told` hears the statuses on the way; resolves with the last one, or with 408
   * when none has come in three minutes.
   */
  refer(referTo: string, told: (status: number) => void): Promise<Referral> {
    return this.#referring.refer(referTo, told)
  }

  /** Few calls have any. */
  get #referring(): Referrals {
    this.#referrals ??= new Referrals(this.#ports, this, this.#events)
    return this.#referrals
  }

  /** Asks the peer to keep what is said, or no longer: INFO of old with the header `Record`. Gives its status. */
  async record(on: boolean): Promise<number> {
    const request = requestIn(this.dialog, 'INFO')
    request.headers.add('Record', on ? 'on' : 'off')
    return (await this.ask(request)).status
  }

  /** Says something inside the dialogue; what comes of that does not matter. */
  tell(request: SipRequest): void {
    request.headers.add('Contact', this.#ports.contact(this.flow))
    const nobody = (): void => {}
    this.#ports.request(request, this.#ports.flowFor(this.dialog, this.flow), {
      onResponse: nobody,
      onFailure: nobody,
    })
  }

  /** Where its user's business is. */
  get seat(): ReturnType<NonNullable<SessionEvents['seat']>> | undefined {
    return this.#events.seat?.()
  }

  async #onInfo(request: SipRequest, transaction: ServerTransaction): Promise<void> {
    const wish = request.headers.get('Record')?.trim().toLowerCase()
    const { onRecord } = this.#events
    if (onRecord && (wish === 'on' || wish === 'off'))
      return transaction.respond(this.reply(request, await onRecord(wish === 'on')))
    const status = await this.#events.onInfo(request.headers.get('Content-Type') ?? '', request.body)
    transaction.respond(this.reply(request, status))
  }

  /** A promise that nobody waits for: when it breaks, that is told, and this call ends rather than hangs. */
  watch(work: Promise<unknown>, transaction?: ServerTransaction): void {
    work.catch((bug: unknown) => {
      this.#ports.onBug?.(bug)
      if (transaction && !transaction.answered) transaction.respond(this.reply(transaction.request, 500))
      this.fail({ by: 'failure', status: 500, reason: 'internal error' })
    })
  }

  /** The peer moved, §12.2.2. */
  retarget({ headers }: SipRequest | SipResponse): void {
    this.dialog.target = contactOf(headers) ?? this.dialog.target
  }

  refuse(transaction: ServerTransaction, { status, reason, headers, body, retryAfterS }: Refused): void {
    const response = this.reply(transaction.request, status, reason)
    for (const [name, value] of headers ?? []) response.headers.add(name, value)
    // RFC 3261 §21.4.6: what was refused on another leg may be allowed on this one.
    if (status === 405 && !response.headers.has('Allow')) response.headers.add('Allow', ALLOW)
    if ((status === 488 || status === 606) && !response.headers.has('Warning'))
      response.headers.add(...warningFor(transaction.request))
    if (retryAfterS !== undefined) response.headers.add('Retry-After', `${retryAfterS}`)
    if (body) {
      response.headers.set('Content-Type', body.type)
      response.body = octets(body.text)
    }
    transaction.respond(response)
  }

  /**
   * Sends a request inside the dialogue; resolves with its final response (408 and 503 made up on failure). A 2xx to an
   * INVITE, and each repetition of it, goes to `acknowledge`.
   */
  ask(
    request: SipRequest,
    acknowledge = (response: SipResponse): void => this.#confirm(request, response),
  ): Promise<SipResponse> {
    return ask(this, this.#ports, request, acknowledge)
  }

  #confirm(request: SipRequest, response: SipResponse): void {
    this.retarget(response)
    this.acknowledge(parseCSeq(request.headers.get('CSeq') ?? '')?.number ?? 0)
  }

  /** ACK of a 2xx, §13.2.2.4, with the answer when the 2xx carried an offer. */
  acknowledge(seq: number, sdp?: string): void {
    const ack = withSdp(requestIn(this.dialog, 'ACK', seq), sdp)
    for (const [name, value] of this.proof) ack.headers.add(name, value)
    this.#ports.sendAck(ack, this.#ports.flowFor(this.dialog, this.flow))
  }

  /** Offers a description to the peer: UPDATE before the call is confirmed, re-INVITE after. */
  offer(sdp: string): Promise<Result<string, Refused>> {
    return this.offers.offer(sdp)
  }

  /** A request that refreshes session and target, and may carry an offer. */
  refreshing(method: 'INVITE' | 'UPDATE', sdp: string | undefined): SipRequest {
    const request = requestIn(this.dialog, method)
    request.headers.add('Contact', this.#ports.contact(this.flow)).add('Allow', ALLOW)
    request.headers.add('Supported', this.supported)
    if (this.confirmed) this.#refresh.offer(request)
    for (const [name, value] of this.asserted) request.headers.add(name, value)
    return withSdp(request, sdp)
  }

  async info(contentType: string, body: Uint8Array): Promise<number> {
    const request = requestIn(this.dialog, 'INFO')
    request.headers.add('Content-Type', contentType)
    request.body = body
    return (await this.ask(request)).status
  }

  /**
   * Ends the call from our side. `reason` is a Reason header value, RFC 3326. Who answered may not say BYE before the ACK
   * came, RFC 3261 §15.
   */
  bye(reason?: string): void {
    if (this.ended) return
    this.ended = true
    this.#refresh.stop()
    this.#unacknowledged.whenIdle(() => {
      const request = requestIn(this.dialog, 'BYE')
      if (reason !== undefined) request.headers.add('Reason', reason)
      this.#forget()
      void this.ask(request)
    })
  }

  /** Ends without our user's doing: tells it; `tellPeer` sends BYE where a confirmed dialogue still stands. */
  fail(end: LegEnd, tellPeer = this.confirmed && end.by !== 'peer' && end.status !== 481): void {
    if (this.ended) return
    if (tellPeer)
      this.bye(
        end.reason === undefined ? undefined : `SIP;cause=${end.status ?? 408};text=${quote(end.reason)}`,
      )
    else this.drop()
    this.#events.onEnd(end)
  }

  /** Forgets the dialogue without a word to either side. */
  drop(): void {
    if (!this.ended) this.#forget()
  }

  #forget(): void {
    this.ended = true
    this.#referrals?.end()
    this.#refresh.stop()
    this.#unacknowledged.abandon()
    this.#ports.forget(this.dialog)
  }
}
