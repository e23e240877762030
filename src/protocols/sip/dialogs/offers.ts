import { err, ok, type Result } from '#lib/result'
import type { ServerTransaction } from '../contract.ts'
import { parseCSeq } from '../grammar/fields.ts'
import type { SipRequest, SipResponse } from '../grammar/message.ts'
import type { Dialog } from './dialog.ts'
import { sdpOf, withSdp } from './sdp-body.ts'
import type { Refused, SessionEvents, Solicited, Wanted } from './session-ports.ts'
import { MIN_SE, tooShort } from './session-timer.ts'
import { answering, following } from './steady.ts'

/** Whose offer waits for its answer: there is one at a time, RFC 3264 §4. */
export type Exchange = 'local' | 'remote' | undefined

/** What offers need of the session they are part of. */
export type Bearer = {
  readonly dialog: Dialog
  readonly ended: boolean
  readonly confirmed: boolean
  readonly peerAllowsUpdate: boolean
  accept(transaction: ServerTransaction, sdp: string | undefined): Promise<SipRequest | undefined>
  reply(request: SipRequest, status: number): SipResponse
  refuse(transaction: ServerTransaction, refused: Refused): void
  grant(request: SipRequest, response: SipResponse): void
  agree(response: SipResponse): void
  retarget(message: SipRequest | SipResponse): void
  refreshing(method: 'INVITE' | 'UPDATE', sdp: string | undefined): SipRequest
  ask(request: SipRequest, acknowledge?: (response: SipResponse) => void): Promise<SipResponse>
  acknowledge(seq: number, sdp?: string): void
  fail(end: { by: 'timeout'; reason: string }): void
}

const GLARE: Refused = { status: 491 }
/** RFC 3261 §14.2 wants a random number of seconds up to ten; any will do. */
const LATER: Refused = { status: 500, retryAfterS: 2 }

/** Offers and answers inside one dialogue: RFC 3261 §14 (re-INVITE), RFC 3311 (UPDATE), RFC 3262 §5 (PRACK). */
export class Offers {
  exchange: Exchange
  /** The description last sent to the peer and last heard from it. */
  local: string | undefined
  remote: string | undefined
  /** What was to be said last, and what was said: also when it was refused. */
  #given: string | undefined
  #said: string | undefined
  /** Exchanges that came after the first one. */
  rounds = 0
  readonly #bearer: Bearer
  readonly #events: SessionEvents

  constructor(bearer: Bearer, events: SessionEvents) {
    this.#bearer = bearer
    this.#events = events
  }

  /** What the peer is to be told now, as it can be told in this dialogue. */
  say(sdp: string, isOffer: boolean): string {
    const said = this.#said
    if (said !== undefined && (sdp === this.#given || sdp === said)) return said
    this.#given = sdp
    this.#said = said === undefined ? sdp : following(said, sdp, isOffer)
    return this.#said
  }

  /** Why the request cannot be served now, RFC 4028 §9 and RFC 3311 §5.2. */
  #unready(request: SipRequest, offers = true): Refused | undefined {
    if (tooShort(request.headers)) return { status: 422, headers: [['Min-SE', `${MIN_SE}`]] }
    if (!offers || this.exchange === undefined) return undefined
    return this.exchange === 'local' ? GLARE : LATER
  }

  /** A re-INVITE: with an offer the far side decides, without one it is asked for its own. */
  async onReinvite(request: SipRequest, transaction: ServerTransaction): Promise<void> {
    const refusal = this.#unready(request)
    if (refusal) return this.#bearer.refuse(transaction, refusal)
    this.exchange = 'remote'
    try {
      const offered = sdpOf(request)
      if (offered === undefined) await this.#onWanted(request, transaction)
      else await this.#onOffered(request, transaction, offered)
    } finally {
      this.exchange = undefined
    }
  }

  async #onOffered(request: SipRequest, transaction: ServerTransaction, offered: string): Promise<void> {
    const bearer = this.#bearer
    const answer = await this.#events.onOffer(offered)
    if (bearer.ended) return this.#close(transaction)
    if (transaction.answered) return this.#takeBack(answer)
    if (!answer.ok) return bearer.refuse(transaction, answer.error)
    bearer.retarget(request)
    const sdp = this.say(answer.value, false)
    this.#agreed(sdp, offered)
    this.exchange = undefined
    if (!(await bearer.accept(transaction, sdp))) bearer.fail({ by: 'timeout', reason: 'no ACK' })
  }

  /** The call ended meanwhile: what is still unanswered gets 487, RFC 3261 §15.1.2. */
  #close(transaction: ServerTransaction): void {
    if (!transaction.answered) this.#bearer.refuse(transaction, { status: 487 })
  }

  /** The re-INVITE was cancelled while the far side already agreed: back to what was before, RFC 6141 §3. */
  async #takeBack(answer: Result<string, Refused>): Promise<void> {
    if (answer.ok && this.remote !== undefined) await this.#events.onOffer(this.remote)
  }

  async #onWanted(request: SipRequest, transaction: ServerTransaction): Promise<void> {
    const bearer = this.#bearer
    const wanted = (await this.#events.onOfferWanted?.()) ?? err<Refused>({ status: 501 })
    const offer = wanted.ok ? wanted.value : this.#former(wanted.error)
    if (bearer.ended || transaction.answered || !offer) {
      await offer?.answered(undefined)
      if (!offer && !wanted.ok && !bearer.ended && !transaction.answered)
        bearer.refuse(transaction, wanted.error)
      return
    }
    bearer.retarget(request)
    this.exchange = 'local'
    this.local = this.say(offer.sdp, true)
    const ack = await bearer.accept(transaction, this.local)
    const answer = ack && sdpOf(ack)
    if (answer !== undefined) {
      this.rounds++
      this.remote = answer
    }
    this.exchange = undefined
    await offer.answered(answer && answering(offer.sdp, answer))
    if (!ack) bearer.fail({ by: 'timeout', reason: 'no ACK' })
  }

  /** When the far side will not offer anything: what the peer was told last, and its answer becomes an offer to the far side. */
  #former({ status }: Refused): Wanted | undefined {
    const { local } = this
    if (local === undefined || status === 491 || status === 481 || status === 408) return undefined
    const before = this.remote && answering(local, this.remote)
    return {
      sdp: local,
      answered: async (sdp) => {
        if (sdp !== undefined && sdp !== before) await this.#events.onOffer(sdp)
      },
    }
  }

  /** UPDATE, and a PRACK that carries an offer. */
  async onUpdate(request: SipRequest, transaction: ServerTransaction): Promise<void> {
    const bearer = this.#bearer
    const offered = sdpOf(request)
    const refusal = this.#unready(request, offered !== undefined)
    if (refusal) return bearer.refuse(transaction, refusal)
    let sdp: string | undefined
    if (offered !== undefined) {
      this.exchange = 'remote'
      const answer = await this.#events.onOffer(offered).finally(() => {
        this.exchange = undefined
      })
      if (bearer.ended) return this.#close(transaction)
      if (transaction.answered) return
      if (!answer.ok) return bearer.refuse(transaction, answer.error)
      sdp = this.say(answer.value, false)
      this.#agreed(sdp, offered)
    }
    const response = bearer.reply(request, 200)
    if (request.method === 'UPDATE') {
      bearer.retarget(request)
      if (bearer.confirmed) bearer.grant(request, response)
    }
    transaction.respond(withSdp(response, sdp))
  }

  #agreed(local: string, remote: string): void {
    this.rounds++
    this.local = local
    this.remote = remote
  }

  /** Offers a description to the peer: UPDATE before the call is confirmed, re-INVITE after. */
  async offer(given: string): Promise<Result<string, Refused>> {
    const refusal = this.#unable()
    if (refusal) return err(refusal)
    const sdp = this.say(given, true)
    const response = await this.#propose(this.#bearer.confirmed ? 'INVITE' : 'UPDATE', sdp)
    if (response.status >= 300) return err({ status: response.status, reason: response.reason })
    if (this.#bearer.confirmed) this.#bearer.agree(response)
    const answer = sdpOf(response)
    if (answer === undefined) return err({ status: 488 })
    this.#agreed(sdp, answer)
    return ok(answering(given, answer))
  }

  #unable(): Refused | undefined {
    const { ended, confirmed, peerAllowsUpdate } = this.#bearer
    if (ended) return { status: 481 }
    if (this.exchange !== undefined) return GLARE
    return confirmed || peerAllowsUpdate ? undefined : { status: 488 }
  }

  async #propose(method: 'INVITE' | 'UPDATE', sdp: string | undefined): Promise<SipResponse> {
    const bearer = this.#bearer
    this.exchange = 'local'
    const response = await bearer.ask(bearer.refreshing(method, sdp))
    this.exchange = undefined
    if (method === 'UPDATE' && response.status < 300) bearer.retarget(response)
    return response
  }

  /** A re-INVITE with what was said before: refreshes the session of a peer that knows no UPDATE. */
  repeat(): Promise<SipResponse> {
    return this.#propose('INVITE', this.local)
  }

  /** Asks the peer for an offer: a re-INVITE without a description. Its ACK waits for the answer. */
  async solicit(): Promise<Result<Solicited, Refused>> {
    const bearer = this.#bearer
    if (!bearer.confirmed) return err(GLARE)
    const refusal = this.#unable()
    if (refusal) return err(refusal)
    this.exchange = 'remote'
    const request = bearer.refreshing('INVITE', undefined)
    const seq = parseCSeq(request.headers.get('CSeq') ?? '')?.number ?? 0
    let answer: string | undefined
    let confirmed = false
    const response = await bearer.ask(request, (repeated) => {
      bearer.retarget(repeated)
      if (confirmed) bearer.acknowledge(seq, answer)
    })
    const sdp = response.status < 300 ? sdpOf(response) : undefined
    const confirm = (said: string | undefined): void => {
      if (confirmed) return
      confirmed = true
      this.exchange = undefined
      answer = said === undefined ? this.local : this.say(said, false)
      if (sdp !== undefined && answer !== undefined) this.#agreed(answer, sdp)
      bearer.acknowledge(seq, answer)
    }
    if (response.status >= 300) {
      this.exchange = undefined
      return err({ status: response.status, reason: response.reason })
    }
    bearer.agree(response)
    if (sdp !== undefined) return ok({ sdp, confirm })
    confirm(undefined)
    return err({ status: 488 })
  }
}
