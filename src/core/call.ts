import type { Clock, Timer } from '#lib/clock'
import { err, type Result } from '#lib/result'
import type {
  CalleeParty,
  CallerParty,
  CallOffer,
  CancelCause,
  EndCause,
  PartyEvents,
  Refused,
} from './call-ports.ts'
import type { CallState } from './events.ts'
import type { Media, MediaOptions, Side } from './ports.ts'
import type { CallRecord } from './records.ts'
import type { Refusal } from './refusals.ts'
import { createRenegotiation } from './renegotiation.ts'

export type CallPorts = {
  clock: Clock
  media: Media
  /** The record changed: write it, tell it. */
  changed(call: Call): void
  /** The call is over and forgotten. */
  ended(call: Call): void
  /** Something thrown where nobody waits for it. */
  onBug(bug: unknown): void
}

/** What a caller hears whose call ends before it was answered. */
const UNANSWERED: Record<EndCause, Refused> = {
  caller: { why: 'cancelled' },
  callee: { why: 'no-answer' },
  failure: { why: 'peer-failure' },
  silence: { why: 'no-answer' },
  operator: { why: 'cancelled', status: 480 },
  shutdown: { why: 'overloaded' },
}

/** One call and its two parties, from the first ring to its record's last line. */
export class Call {
  readonly offer: CallOffer
  readonly record: CallRecord
  readonly caller: CallerParty
  /** Who answered, or whose early media are heard. */
  callee: CalleeParty | undefined
  /** Phones that ring and have not answered. */
  readonly ringingLegs = new Set<CalleeParty>()
  /** The called phone's description that the media agreed to last. */
  settled: { leg: CalleeParty; sdp: string; said: string | undefined } | undefined
  state: CallState = 'routing'
  /** The echo service answers: there is no other party. */
  echoes = false
  lastSignalMs: number
  readonly #ports: CallPorts
  readonly #onOver: (() => void)[] = []
  readonly #held = { caller: false, callee: false }
  /** What the media are working at. */
  #working = 0
  #mediaClosed = false
  #ringTimer: Timer | undefined

  constructor(ports: CallPorts, id: string, offer: CallOffer, caller: CallerParty) {
    this.#ports = ports
    this.offer = offer
    this.caller = caller
    this.lastSignalMs = ports.clock.nowMs()
    this.record = {
      id,
      caller: offer.caller.identity,
      callee: offer.dialled.text,
      dialled: offer.dialled.text,
      kind: offer.kind ?? 'call',
      video: offer.description?.video ?? false,
      startedAtMs: ports.clock.wallMs(),
      callIds: offer.callId === '' ? [] : [offer.callId],
    }
    ports.changed(this)
  }

  get over(): boolean {
    return this.state === 'ended'
  }

  get isAnswered(): boolean {
    return this.record.answeredAtMs !== undefined
  }

  signal(): void {
    this.lastSignalMs = this.#ports.clock.nowMs()
  }

  /** `timer` ends a call that nobody answers: it is cancelled with the answer or the end. */
  ringUntil(timer: Timer): void {
    this.#ringTimer = timer
  }

  ringing(): void {
    if (this.state !== 'routing') return
    this.state = 'ringing'
    this.record.ringingAtMs = this.#ports.clock.wallMs()
    this.#ports.changed(this)
  }

  answered(): void {
    if (this.over) return
    this.#ringTimer?.cancel()
    this.state = 'answered'
    this.record.answeredAtMs = this.#ports.clock.wallMs()
    this.#ports.changed(this)
  }

  /** What the core does for `side`, the party that speaks. */
  events(side: Side): PartyEvents {
    const { onOffer, onOfferWanted } = createRenegotiation(this, side)
    return {
      onOffer,
      onOfferWanted,
      onInfo: async (contentType, body) => {
        if (this.echoes) return 200
        return (await this.other(side)?.info(contentType, body)) ?? 500
      },
      onEnd: ({ by, reason }) =>
        by === 'peer' ? this.end(side, side, undefined, reason) : this.end('failure', side, reason),
      onSignal: () => this.signal(),
    }
  }

  other(side: Side): CallerParty | CalleeParty | undefined {
    return side === 'caller' ? this.callee : this.caller
  }

  /** Where the caller's media are. */
  get callerMedia(): MediaOptions {
    const { listener, local } = this.offer
    return { callerListener: listener, ...(local !== undefined && { callerAddress: local }) }
  }

  /** Media of this call; an error once it is over. They are closed when the last of them is done. */
  offerMedia(side: Side, sdp: string, options?: MediaOptions): Promise<Result<string, Refusal>> {
    return this.#use(() => this.#ports.media.offer(this.record.id, side, sdp, options))
  }

  answerMedia(side: Side, sdp: string): Promise<Result<string, Refusal>> {
    return this.#use(() => this.#ports.media.answer(this.record.id, side, sdp))
  }

  inviteMedia(side: Side, options?: MediaOptions): Promise<Result<string, Refusal>> {
    return this.#use(() => this.#ports.media.invite(this.record.id, side, options))
  }

  echoMedia(sdp: string, options?: MediaOptions): Promise<Result<string, Refusal>> {
    return this.#use(() => this.#ports.media.echo(this.record.id, 'caller', sdp, options))
  }

  async #use(work: () => Promise<Result<string, Refusal>>): Promise<Result<string, Refusal>> {
    if (this.over) return err('cancelled')
    this.#working++
    try {
      return await work()
    } finally {
      this.#working--
      if (this.over) this.#closeMedia()
    }
  }

  #closeMedia(): void {
    if (this.#working > 0 || this.#mediaClosed) return
    this.#mediaClosed = true
    this.#ports.media.close(this.record.id)
  }

  /** A new description is in force: who holds, whether there is a picture. */
  described(side: Side, { held, video }: { held: boolean; video: boolean }): void {
    if (video) this.record.video = true
    this.#held[side] = held
    const state = this.#held.caller || this.#held.callee ? 'held' : 'answered'
    if (this.state === state || (this.state !== 'answered' && this.state !== 'held')) return
    this.state = state
    this.#ports.changed(this)
  }

  /** Runs when the call is over; at once when it is. */
  whenOver(run: () => void): void {
    if (this.over) run()
    else this.#onOver.push(run)
  }

  /**
   * Ends the call: `from` is the party that is already gone, if any; `detail` our words for the record; `words` those of
   * the party that is gone, for the other one.
   */
  end(cause: EndCause, from?: Side, detail?: string, words?: string): void {
    if (this.over) return
    if (!this.isAnswered) {
      const refused = UNANSWERED[cause]
      this.#told(from === 'caller' ? 487 : this.caller.refuse(refused))
    } else if (from !== 'caller') this.caller.hangUp(cause, words)
    this.#close(
      detail ? `${cause}: ${detail}` : cause,
      'caller',
      (leg) => {
        if (from !== 'callee') leg.hangUp(cause, words)
      },
      words,
    )
  }

  /** The set-up failed: the caller is told why. */
  refuse(refused: Refused): void {
    if (this.over) return
    this.#told(this.caller.refuse(refused))
    const why = refused.why === 'no-answer' ? 'timeout' : 'caller'
    this.#close(refused.why, why, (leg) => leg.hangUp('failure'))
  }

  #told(status: number | undefined): void {
    if (status !== undefined) this.record.status = status
  }

  /** Work that nobody waits for: when it breaks, the call ends rather than hangs. */
  watch(work: Promise<unknown>): void {
    work.catch((bug: unknown) => {
      this.#ports.onBug(bug)
      if (this.isAnswered) this.end('failure', undefined, 'internal error')
      else this.refuse({ why: 'internal' })
    })
  }

  #close(cause: string, why: CancelCause, release: (callee: CalleeParty) => void, words?: string): void {
    this.state = 'ended'
    this.#ringTimer?.cancel()
    this.record.endedAtMs = this.#ports.clock.wallMs()
    this.record.cause = cause
    const { callee } = this
    if (callee && !this.ringingLegs.has(callee)) release(callee)
    for (const leg of this.ringingLegs) leg.cancel(why, words)
    this.ringingLegs.clear()
    this.#closeMedia()
    this.#ports.changed(this)
    this.#ports.ended(this)
    for (const run of this.#onOver) run()
  }
}
