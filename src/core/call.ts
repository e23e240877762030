import type { Clock, Timer } from '#lib/clock'
import { digitIn } from './call-info.ts'
import type { CallMedia } from './call-media.ts'
import type {
  CalleeParty,
  CallerParty,
  CallOffer,
  CancelCause,
  Description,
  EndCause,
  PartyEvents,
  Refused,
} from './call-ports.ts'
import { recordOf } from './call-record.ts'
import type { CallState } from './events.ts'
import type { MediaOptions, Side } from './ports.ts'
import type { CallRecord } from './records.ts'
import { createRenegotiation } from './renegotiation.ts'
import type { Found } from './subscribers.ts'

export type CallPorts = {
  clock: Clock
  media: CallMedia
  /** A party of this call asks for what only all calls together can do. */
  wishes: Wishes
  /** The record changed: write it, tell it. */
  changed(call: Call): void
  /** The call is over and forgotten. */
  ended(call: Call): void
  /** Something thrown where nobody waits for it. */
  onBug(bug: unknown): void
}

/** What parties want of a call that is more than their own. */
export type Wishes = {
  transfer(
    call: Call,
    by: Side,
    ...wish: Parameters<PartyEvents['onTransfer']>
  ): ReturnType<PartyEvents['onTransfer']>
  record(call: Call, by: Side, on: boolean): ReturnType<PartyEvents['onRecord']>
  /** Who sat at `from` of `before` sits at `side` of `call` now. */
  moved(call: Call, side: Side, before: Call, from: Side): void
}

/** What a caller hears whose call ends before it was answered. */
const UNANSWERED: Record<EndCause, Refused> = {
  caller: { why: 'cancelled' },
  callee: { why: 'no-answer' },
  failure: { why: 'peer-failure' },
  silence: { why: 'no-answer' },
  operator: { why: 'cancelled', status: 480 },
  shutdown: { why: 'overloaded' },
  transferred: { why: 'cancelled' },
}

/** One call and its two parties, from the first ring to its record's last line. */
export class Call {
  readonly offer: CallOffer
  readonly record: CallRecord
  readonly caller: CallerParty
  readonly media: CallMedia
  /** The subscriber whose phones ring or who answered. */
  called: Found | undefined
  /** Who answered, or whose early media are heard. */
  callee: CalleeParty | undefined
  /** Phones that ring and have not answered. */
  readonly ringingLegs = new Set<CalleeParty>()
  /** Ends the ringing as if nobody had answered; undefined when nothing rings. */
  stopRinging: (() => void) | undefined
  /** The called phone's description that the media agreed to last. */
  settled: { leg: CalleeParty; sdp: string; said: string | undefined } | undefined
  state: CallState = 'routing'
  /** What the called phones were offered last. */
  told: string | undefined
  /** Where the media of who answered are. */
  calleeMedia: MediaOptions = {}
  /** What each party said of itself last. */
  readonly said: { [S in Side]?: Description } = {}
  /** The side whose party another call takes over: this one's end leaves it alone. */
  away: Side | undefined
  /** The side whose party went first, after the end. */
  endedFrom: Side | undefined
  /** There is no other party, but the echo or a mailbox: this answers what the caller offers. */
  alone: ((sdp: string) => ReturnType<CallMedia['echo']>) | undefined
  /** A digit that the caller dials in such a call. */
  onDigit: ((digit: string) => void) | undefined
  lastSignalMs: number
  readonly #ports: CallPorts
  readonly #onOver: (() => void)[] = []
  readonly #kept: Record<Side, (() => void)[]> = { caller: [], callee: [] }
  readonly held = { caller: false, callee: false }
  #ringTimer: Timer | undefined

  constructor(ports: CallPorts, id: string, offer: CallOffer, caller: CallerParty) {
    this.#ports = ports
    this.offer = offer
    this.caller = caller
    this.media = ports.media
    if (offer.description) this.said.caller = offer.description
    this.lastSignalMs = ports.clock.nowMs()
    this.record = recordOf(id, offer, ports.clock.wallMs())
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
    const { wishes } = this.#ports
    return {
      call: this.record.id,
      side,
      onOffer,
      onOfferWanted,
      onInfo: async (contentType, body) => {
        if (this.alone) {
          const digit = digitIn(contentType, body)
          if (digit) this.onDigit?.(digit)
          return 200
        }
        return (await this.other(side)?.info(contentType, body)) ?? 500
      },
      onEnd: ({ by, reason }) =>
        by === 'peer' ? this.end(side, side, undefined, reason) : this.end('failure', side, reason),
      onSignal: () => this.signal(),
      onTransfer: (to, told) => wishes.transfer(this, side, to, told),
      onRecord: (on) => wishes.record(this, side, on),
    }
  }

  other(side: Side): CallerParty | CalleeParty | undefined {
    return side === 'caller' ? this.callee : this.caller
  }

  /** Where the caller's media are. */
  get callerMedia(): MediaOptions {
    const { listener, local, web } = this.offer
    return {
      callerListener: listener,
      ...(local !== undefined && { callerAddress: local }),
      ...(web !== undefined && { callerWeb: web }),
    }
  }

  /** A new description is in force: who holds, whether there is a picture. */
  described(side: Side, description: Description): void {
    const { held, video } = description
    this.said[side] = description
    if (video) this.record.video = true
    this.held[side] = held
    const state = this.held.caller || this.held.callee ? 'held' : 'answered'
    if (this.state === state || (this.state !== 'answered' && this.state !== 'held')) return
    this.state = state
    this.#ports.changed(this)
  }

  /** Whom it is for, as far as it is known now. */
  puts(found: Found): void {
    const isPassedOn = this.called !== undefined && this.state !== 'routing'
    this.called = found
    this.record.calleeImpi = found.subscriber.impi
    if (isPassedOn) this.#ports.changed(this)
  }

  /** What a party has taken, a trunk's channel: given back when the call is over, unless the party goes on elsewhere. */
  keep(side: Side, release: () => void): void {
    if (this.over) release()
    else this.#kept[side].push(release)
  }

  /** `from`, a party of `other`, sits at `side` now, with what it has taken. */
  inherit(side: Side, other: Call, from: Side): void {
    for (const release of other.#kept[from].splice(0)) this.keep(side, release)
    this.#ports.wishes.moved(this, side, other, from)
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
    this.endedFrom = from
    if (!this.isAnswered) {
      const refused = UNANSWERED[cause]
      this.#told(from === 'caller' ? 487 : this.caller.refuse(refused))
    } else if (from !== 'caller' && this.away !== 'caller') this.caller.hangUp(cause, words)
    this.#close(
      detail ? `${cause}: ${detail}` : cause,
      'caller',
      (leg) => {
        if (from !== 'callee' && this.away !== 'callee') leg.hangUp(cause, words)
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
    this.media.close()
    this.#ports.changed(this)
    this.#ports.ended(this)
    for (const run of [...this.#kept.caller, ...this.#kept.callee, ...this.#onOver]) run()
  }
}
