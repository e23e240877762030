import type { ClientTransaction } from '../contract.ts'
import { tagOf } from '../grammar/address.ts'
import { parseCSeq, parseDelta, reasonPhrase, tokensOf } from '../grammar/fields.ts'
import type { SipRequest, SipResponse } from '../grammar/message.ts'
import { type Dialog, dialogOfResponse, requestIn } from './dialog.ts'
import { type Invitation, inviteOf, refusedBy, supportedBy } from './invitation.ts'
import { sdpOf } from './sdp-body.ts'
import { Session } from './session.ts'
import type { LegEnd, Refused, SessionEvents, SessionPorts } from './session-ports.ts'
import { MAX_SE, MIN_SE } from './session-timer.ts'

export type OutgoingEvents = SessionEvents & {
  /** 100: somebody is there. */
  onTrying?(): void
  /** Every answer that is no refusal, before what it means is told. */
  onHeaders?(headers: SipResponse['headers']): void
  onProgress(status: number, sdp: string | undefined): void
  /** A 2xx came: to be acknowledged with `confirm`. `sdp` is the peer's latest description. */
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
  readonly #onSettled: () => void
  #transaction: ClientTransaction | undefined
  #session: Session | undefined
  #over = false
  #seq = 1
  #minimum = MIN_SE
  #lengthened = 0
  #confirmed: { seq: number; sdp: string | undefined } | undefined
  readonly #lastRseq = new Map<string, number>()
  #proof: [name: string, value: string][] = []
  #proofs = 0

  constructor(
    ports: SessionPorts,
    invitation: Invitation,
    events: OutgoingEvents,
    register: (session: Session) => void,
    /** Rings no longer: answered, refused or given up. */
    onSettled: () => void,
  ) {
    this.#ports = ports
    this.#events = events
    this.#invitation = invitation
    this.#register = register
    this.#onSettled = onSettled
    this.#send()
  }

  get callId(): string {
    return this.#invitation.callId
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
    const request = inviteOf(this.#ports, this.#invitation, {
      seq: this.#seq,
      minimum: this.#minimum,
      proof: this.#proof,
    })
    const { onTrying } = this.#events
    this.#transaction = this.#ports.request(request, this.#invitation.flow, {
      ...(onTrying && { onTrying }),
      onResponse: (response) => this.#onResponse(request, response),
      onFailure: (failure) => this.#refused({ status: failure === 'timeout' ? 408 : 503, failure }),
    })
  }

  /** The same once more, with the next number. Early dialogues of the former attempt are gone. */
  #sendAgain(): void {
    this.#dropEarly()
    this.#seq++
    this.#send()
  }

  #dropEarly(except?: Session): void {
    for (const session of this.#early.values()) if (session !== except) session.drop()
    this.#early.clear()
    if (except) this.#early.set(except.dialog.remoteTag, except)
  }

  #onResponse(request: SipRequest, response: SipResponse): void {
    if (response.status < 300) this.#events.onHeaders?.(response.headers)
    if (response.status < 200) this.#onProvisional(request, response)
    else if (response.status < 300) this.#onAnswer(request, response)
    else if (response.status === 422) this.#longer(response)
    else if (response.status === 401 || response.status === 407) this.#challenged(request, response)
    else this.#refused(refusedBy(response))
  }

  /** 401, 407: once more with proof of who we are, RFC 3261 §22.2. */
  #challenged(request: SipRequest, response: SipResponse): void {
    const { authorise } = this.#invitation
    const proof = this.#over || this.#proofs >= 3 ? undefined : authorise?.(request, response)
    if (!proof) return this.#refused(refusedBy(response))
    this.#proofs++
    this.#proof = proof
    this.#sendAgain()
  }

  /** 422: once more with the interval that the peer asks for, RFC 4028 §7.3; each time it must ask for more. */
  #longer(response: SipResponse): void {
    const minimum = parseDelta(response.headers.get('Min-SE') ?? '') ?? 0
    const helps = minimum > this.#minimum && minimum <= MAX_SE && ++this.#lengthened <= 3
    if (this.#over || !helps) return this.#refused(refusedBy(response))
    this.#minimum = minimum
    this.#sendAgain()
  }

  #sessionOf(request: SipRequest, response: SipResponse): Session | undefined {
    const tag = tagOf(response.headers.get('To') ?? '')
    if (tag === undefined) return undefined
    const known = this.#early.get(tag)
    if (known) return known
    // A peer cannot make more dialogues than any real fork has branches.
    if (this.#early.size >= 32) return undefined
    const session = this.#begin(request, response)
    this.#early.set(tag, session)
    this.#register(session)
    return session
  }

  /** What happens in an early dialogue is no end of the call: the INVITE is still to be answered. */
  #begin(request: SipRequest, response: SipResponse): Session {
    const { sdp, flow } = this.#invitation
    const events = this.#events
    const onEnd = (end: LegEnd): void => {
      if (session === this.#session) events.onEnd(end)
    }
    // A call may be over two minutes before its transaction: only the key of that is kept.
    const forget = (dialog: Dialog): void => {
      this.#ports.forget(dialog)
      if (session === this.#session) this.#transaction?.release()
    }
    const session = new Session(
      { ...this.#ports, forget },
      dialogOfResponse(request, response),
      this.#transaction?.flow ?? flow,
      { ...events, onEnd },
    )
    session.learn(response)
    session.supported = supportedBy(this.#invitation)
    session.authorise = this.#invitation.authorise
    session.proof = this.#proof
    session.offers.local = sdp && session.offers.say(sdp, true)
    session.offers.exchange = sdp === undefined ? undefined : 'local'
    return session
  }

  #onProvisional(request: SipRequest, response: SipResponse): void {
    // 199 says that one of several forks gave up, RFC 6228: the others, or the final answer, tell more.
    if (this.#over || this.#session || response.status === 100 || response.status === 199) return
    const session = this.#sessionOf(request, response)
    const sdp = sdpOf(response)
    const reliable = session !== undefined && tokensOf(response.headers, 'Require').includes('100rel')
    if (reliable && !this.#acknowledge(session, response)) return
    session?.learn(response)
    if (session && sdp !== undefined && session.offers.rounds === 0) {
      session.offers.remote = sdp
      if (reliable && session.offers.exchange === 'local') session.offers.exchange = undefined
    }
    this.#events.onSignal()
    this.#events.onProgress(response.status, (session?.offers.rounds ?? 0) > 0 ? undefined : sdp)
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
    session.watch(session.ask(prack))
    return true
  }

  #onAnswer(request: SipRequest, response: SipResponse): void {
    const session = this.#sessionOf(request, response)
    if (!session) return
    const seq = parseCSeq(request.headers.get('CSeq') ?? '')?.number ?? this.#seq
    if (session === this.#session) return this.#again(session)
    session.confirmed = true
    // The route set of the 2xx is the one that counts, §13.2.2.4.
    const { target, routes } = dialogOfResponse(request, response)
    session.dialog.target = target
    session.dialog.routes = routes
    if (this.#over || this.#session) {
      // A fork that answered too late, or after we gave up: §13.2.2.4 wants ACK and BYE.
      session.acknowledge(seq)
      return session.bye()
    }
    this.#session = session
    this.#dropEarly(session)
    this.#onSettled()
    session.learn(response)
    session.agree(response)
    const { offers } = session
    // What an early exchange agreed on later is not undone by the first answer said again.
    const sdp = offers.rounds > 0 ? undefined : sdpOf(response)
    if (sdp !== undefined) offers.remote = sdp
    offers.exchange = this.#invitation.sdp === undefined ? 'remote' : undefined
    this.#events.onSignal()
    this.#events.onAnswer(offers.remote)
  }

  /** The peer repeats its 2xx: our ACK was lost. */
  #again(session: Session): void {
    if (this.#confirmed) session.acknowledge(this.#confirmed.seq, this.#confirmed.sdp)
  }

  /** Acknowledges the answer; `sdp` is our answer where the 2xx carried the offer. */
  confirm(sdp?: string): void {
    const session = this.#session
    if (!session || this.#confirmed) return
    const said = sdp && session.offers.say(sdp, false)
    this.#confirmed = { seq: this.#seq, sdp: said }
    if (said !== undefined) session.offers.local = said
    session.offers.exchange = undefined
    session.acknowledge(this.#seq, said)
  }

  /** Gives up a call that was not answered; one answered in the same moment is ended with BYE. */
  cancel(reason?: string): void {
    if (this.#over) return
    this.#over = true
    if (this.#session) {
      this.confirm()
      return this.#session.bye(reason)
    }
    // An answer that crosses the CANCEL makes its dialogue anew, to be ended in order.
    this.#dropEarly()
    this.#onSettled()
    this.#transaction?.cancel(reason === undefined ? undefined : [['Reason', reason]])
  }

  #refused(refused: Refused): void {
    if (this.#over || this.#session) return
    this.#over = true
    this.#dropEarly()
    this.#onSettled()
    this.#events.onRefused({ reason: reasonPhrase(refused.status), ...refused })
  }
}
