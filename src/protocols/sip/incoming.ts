import type { ServerTransaction } from './contract.ts'
import { dialogOfRequest } from './dialog.ts'
import { tokensOf } from './fields.ts'
import type { SipRequest } from './message.ts'
import { createReliable } from './reliable.ts'
import { type Refused, Session, type SessionEvents, type SessionPorts, sdpOf, withSdp } from './session.ts'

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
    this.session = new Session(ports, dialogOfRequest(request, options.localTag), transaction.flow, events)
    this.session.learn(request)
    this.offer = sdpOf(request)
    this.session.remoteSdp = this.offer
    this.#required = tokensOf(request.headers, 'Require').includes('100rel')
    const able =
      this.#required || (options.reliable && tokensOf(request.headers, 'Supported').includes('100rel'))
    this.#reliable = able ? createReliable(ports, transaction, options.firstRseq) : undefined
    if (this.#reliable)
      this.session.onPrack = (prack, prackTransaction) => this.#onPrack(prack, prackTransaction)
    transaction.onCancel = () => this.#cancelled()
    transaction.onTimeout = () => this.#unacknowledged()
  }

  /** 180, 183 and their like; with a description they are sent reliably where the caller can. */
  progress(status: number, sdp?: string): void {
    if (this.session.ended || this.#transaction.answered) return
    if (sdp !== undefined) this.session.localSdp = sdp
    const response = withSdp(this.session.reply(this.request, status), sdp)
    if (!this.#reliable || (sdp === undefined && !this.#required)) return this.#transaction.respond(response)
    const sent = this.#reliable.send(response).then((acknowledged) => {
      if (!acknowledged && !this.#transaction.answered && !this.session.ended)
        this.#fail({ status: 504, reason: 'No PRACK' })
    })
    if (sdp !== undefined) this.#pending = sent
  }

  /** Answers the call. Resolves with the description in the ACK, if it carries one. */
  async accept(sdp?: string): Promise<string | undefined> {
    await this.#pending
    if (this.session.ended || this.#transaction.answered) return undefined
    this.#reliable?.stop()
    // An offer already answered in a reliable response is not answered again, RFC 3261 §13.2.1.
    const ack = await this.session.accept(this.#transaction, sdp)
    if (ack) return sdpOf(ack)
    this.session.fail({ by: 'timeout', reason: 'no ACK' })
    return undefined
  }

  reject(refused: Refused): void {
    if (this.session.ended || this.#transaction.answered) return
    this.session.refuse(this.#transaction, refused)
    this.#end()
  }

  #fail(refused: Refused): void {
    this.session.refuse(this.#transaction, refused)
    this.#reliable?.stop()
    this.session.fail({ by: 'timeout', status: refused.status, reason: 'no PRACK' }, false)
  }

  #cancelled(): void {
    if (this.#transaction.answered) return
    this.session.refuse(this.#transaction, { status: 487 })
    this.#reliable?.stop()
    this.session.fail({ by: 'peer', status: 487, reason: 'cancelled' }, false)
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

  #onPrack(prack: SipRequest, transaction: ServerTransaction): void {
    if (!this.#reliable?.onPrack(prack)) return transaction.respond(this.session.reply(prack, 481))
    transaction.respond(this.session.reply(prack, 200))
  }
}
