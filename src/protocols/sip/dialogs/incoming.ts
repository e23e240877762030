import type { ServerTransaction } from '../contract.ts'
import { tokensOf } from '../grammar/fields.ts'
import type { SipRequest } from '../grammar/message.ts'
import { dialogOfRequest } from './dialog.ts'
import { createReliable } from './reliable.ts'
import { sdpOf, withSdp } from './sdp-body.ts'
import { Session } from './session.ts'
import type { LegEnd, Refused, SessionEvents, SessionPorts } from './session-ports.ts'

export type IncomingOptions = {
  /** Send provisional responses reliably to a caller that supports it (RFC 3262). */
  reliable: boolean
  localTag: string
  firstRseq: number
}

/** The calling side of a call that reached us: an INVITE to be answered, then its session. */
export class IncomingLeg {
  readonly request: SipRequest
  readonly session: Session
  /** The caller's offer; undefined when it wants ours. */
  readonly offer: string | undefined
  readonly #transaction: ServerTransaction
  readonly #reliable: ReturnType<typeof createReliable> | undefined
  readonly #required: boolean
  /** Provisional responses that carry a description hold back the 2xx until acknowledged, RFC 3262 §3. */
  #pending: Promise<unknown> = Promise.resolve()

  constructor(
    ports: SessionPorts,
    request: SipRequest,
    transaction: ServerTransaction,
    events: SessionEvents,
    options: IncomingOptions,
  ) {
    this.request = request
    this.#transaction = transaction
    const dialog = dialogOfRequest(request, options.localTag)
    const onEnd = (end: LegEnd): void => {
      // A caller that says BYE before its answer (RFC 3261 §15) still waits for the INVITE's own.
      if (!transaction.answered) this.session.refuse(transaction, { status: 487 })
      this.#reliable?.stop()
      events.onEnd(end)
    }
    this.session = new Session(ports, dialog, transaction.flow, { ...events, onEnd })
    this.session.learn(request)
    this.offer = sdpOf(request)
    this.session.offers.remote = this.offer
    this.session.offers.exchange = this.offer === undefined ? undefined : 'remote'
    this.#required = tokensOf(request.headers, 'Require').includes('100rel')
    const able =
      this.#required || (options.reliable && tokensOf(request.headers, 'Supported').includes('100rel'))
    if (!options.reliable) this.session.supported = 'timer, replaces'
    this.#reliable = able ? createReliable(ports, transaction, options.firstRseq) : undefined
    // Named first: V8 makes a function that is written down in an assignment to a member in the old generation.
    const onPrack: Session['onPrack'] = (prack, prackTransaction) => this.#onPrack(prack, prackTransaction)
    const onCancel = (cancel: SipRequest): void => this.#cancelled(cancel)
    const onTimeout = (): void => this.#unacknowledged()
    if (this.#reliable) this.session.onPrack = onPrack
    transaction.onCancel = onCancel
    transaction.onTimeout = onTimeout
  }

  /** 180, 183 and their like; with a description they are sent reliably where the caller can. */
  progress(status: number, sdp?: string): void {
    if (this.session.ended || this.#transaction.answered) return
    const { offers } = this.session
    // What the caller has acknowledged is not said again.
    const isSaid = this.offer !== undefined && offers.exchange === undefined
    if (isSaid) return this.#progress(status, undefined)
    if (sdp !== undefined) offers.local = offers.say(sdp, false)
    this.#progress(status, sdp && offers.local)
  }

  #progress(status: number, sdp: string | undefined): void {
    const { offers } = this.session
    const response = withSdp(this.session.reply(this.request, status), sdp)
    if (!this.#reliable || (sdp === undefined && !this.#required)) return this.#transaction.respond(response)
    const sent = this.#reliable.send(response).then((acknowledged) => {
      if (acknowledged && sdp !== undefined && offers.exchange === 'remote') offers.exchange = undefined
      if (!acknowledged && !this.#transaction.answered && !this.session.ended)
        this.#fail({ status: 504, reason: 'No PRACK' })
    })
    this.session.watch(sent)
    if (sdp !== undefined) this.#pending = sent
  }

  /**
   * Answers the call. Resolves with the description in the ACK, if it carries one. Without `sdp` the last description
   * is the answer; one that the caller has acknowledged already is not said again, RFC 3261 §13.2.1.
   */
  async accept(sdp?: string, status = 200): Promise<string | undefined> {
    await this.#pending
    const { session } = this
    if (session.ended || this.#transaction.answered) return undefined
    this.#reliable?.stop()
    const { offers } = session
    const said = this.offer !== undefined && offers.exchange === undefined
    const body = sdp === undefined ? (said ? undefined : offers.local) : offers.say(sdp, !this.offer)
    if (body !== undefined) offers.local = body
    offers.exchange = this.offer === undefined ? 'local' : undefined
    const ack = await session.accept(this.#transaction, body, status)
    offers.exchange = undefined
    if (!ack) session.fail({ by: 'timeout', reason: 'no ACK' })
    const late = ack && this.offer === undefined ? sdpOf(ack) : undefined
    if (late !== undefined) offers.remote = late
    return late
  }

  reject(refused: Refused): void {
    if (this.session.ended || this.#transaction.answered) return
    this.session.refuse(this.#transaction, refused)
    this.#end()
  }

  /** Ends the call, whether it was answered or still is to be. */
  hangUp(reason?: string): void {
    if (this.#transaction.answered) return this.session.bye(reason)
    this.reject({ status: 480, ...(reason !== undefined && { headers: [['Reason', reason]] }) })
  }

  #fail(refused: Refused): void {
    this.session.refuse(this.#transaction, refused)
    this.session.fail({ by: 'timeout', status: refused.status, reason: 'no PRACK' }, false)
  }

  #cancelled({ headers }: SipRequest): void {
    if (this.#transaction.answered) return
    this.session.refuse(this.#transaction, { status: 487 })
    const reason = headers.get('Reason')
    this.session.fail({ by: 'peer', status: 487, ...(reason !== undefined && { reason }) }, false)
  }

  /** No ACK: after an answer the call is over, after a refusal nobody minds. */
  #unacknowledged(): void {
    if (this.session.confirmed) this.session.fail({ by: 'timeout', reason: 'no ACK' })
    else this.#end()
  }

  /** Ends silently: the refusal's ACK, or its absence, concerns nobody. */
  #end(): void {
    this.#reliable?.stop()
    this.session.drop()
  }

  /** A PRACK may carry an offer of its own, RFC 3262 §5. */
  #onPrack(prack: SipRequest, transaction: ServerTransaction): void {
    const { session } = this
    if (!this.#reliable?.onPrack(prack)) return transaction.respond(session.reply(prack, 481))
    if (sdpOf(prack) === undefined) return transaction.respond(session.reply(prack, 200))
    // What it acknowledges is settled one turn later.
    session.watch(
      this.#pending.then(() => session.offers.onUpdate(prack, transaction)),
      transaction,
    )
  }
}
