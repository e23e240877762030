import type { Clock } from '#lib/clock'
import { err, ok, type Result } from '#lib/result'
import type {
  CalleeParty,
  CallerParty,
  CallOffer,
  Description,
  EndCause,
  Party,
  PartyEvents,
  Refused,
} from './call-ports.ts'
import type { CallState } from './events.ts'
import type { Media, Side } from './ports.ts'
import type { CallRecord } from './records.ts'

export type CallPorts = {
  clock: Clock
  media: Media
  /** The record changed: write it, tell it. */
  changed(call: Call): void
  /** The call is over and forgotten. */
  ended(call: Call): void
}

/** One call and its two parties, from the first ring to its record's last line. */
export class Call {
  readonly offer: CallOffer
  readonly record: CallRecord
  readonly caller: CallerParty
  callee: CalleeParty | undefined
  /** Phones that ring and have not answered. */
  readonly ringingLegs = new Set<CalleeParty>()
  state: CallState = 'routing'
  lastSignalMs: number
  readonly #ports: CallPorts
  #held = { caller: false, callee: false }

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
      kind: 'call',
      video: offer.description?.video ?? false,
      startedAtMs: ports.clock.wallMs(),
      callIds: [offer.callId],
    }
    ports.changed(this)
  }

  get over(): boolean {
    return this.state === 'ended'
  }

  signal(): void {
    this.lastSignalMs = this.#ports.clock.nowMs()
  }

  ringing(): void {
    if (this.state !== 'routing') return
    this.state = 'ringing'
    this.record.ringingAtMs = this.#ports.clock.wallMs()
    this.#ports.changed(this)
  }

  answered(): void {
    if (this.over) return
    this.state = 'answered'
    this.record.answeredAtMs = this.#ports.clock.wallMs()
    this.#ports.changed(this)
  }

  /** What the core does for `side`, the party that speaks. */
  events(side: Side): PartyEvents {
    return {
      onOffer: (description) => this.#renegotiate(side, description),
      onInfo: async (contentType, body) => (await this.#other(side)?.info(contentType, body)) ?? 481,
      onEnd: (end) => this.end(end.by === 'peer' ? side : 'failure', side, end.reason),
      onSignal: () => this.signal(),
    }
  }

  #other(side: Side): Party | undefined {
    return side === 'caller' ? this.callee : this.caller
  }

  /** A new offer inside the call goes through the media to the other party, and its answer the same way back. */
  async #renegotiate(side: Side, { sdp, held, video }: Description): Promise<Result<string, Refused>> {
    const { media } = this.#ports
    this.signal()
    const other = this.#other(side)
    const { id } = this.record
    if (!other) return this.#echoAgain(side, sdp)
    const offered = await media.offer(id, side, sdp)
    if (!offered.ok) return err({ why: offered.error })
    const answered = await other.offer(offered.value)
    if (!answered.ok) return answered
    const answer = await media.answer(id, side === 'caller' ? 'callee' : 'caller', answered.value.sdp)
    if (!answer.ok) return err({ why: answer.error })
    if (video) this.record.video = true
    this.#hold(side, held)
    return ok(answer.value)
  }

  async #echoAgain(side: Side, sdp: string): Promise<Result<string, Refused>> {
    const answer = await this.#ports.media.echo(this.record.id, side, sdp)
    return answer.ok ? answer : err({ why: answer.error })
  }

  #hold(side: Side, held: boolean): void {
    this.#held[side] = held
    const state = this.#held.caller || this.#held.callee ? 'held' : 'answered'
    if (this.state === state || (this.state !== 'answered' && this.state !== 'held')) return
    this.state = state
    this.#ports.changed(this)
  }

  /** Ends the call: `from` is the party that is already gone, if any. */
  end(cause: EndCause, from?: Side, reason?: string): void {
    if (this.over) return
    if (from !== 'caller' && this.record.answeredAtMs !== undefined) this.caller.hangUp(cause)
    else if (from !== 'caller') this.caller.refuse({ why: 'peer-failure' })
    if (from !== 'callee' && this.record.answeredAtMs !== undefined) this.callee?.hangUp(cause)
    this.close(reason ? `${cause}: ${reason}` : cause)
  }

  /** The set-up failed: the caller is told why. */
  refuse(refused: Refused): void {
    if (this.over) return
    this.caller.refuse(refused)
    if (refused.status !== undefined) this.record.status = refused.status
    this.close(refused.why)
  }

  close(cause: string): void {
    if (this.over) return
    this.state = 'ended'
    this.record.endedAtMs = this.#ports.clock.wallMs()
    this.record.cause = cause
    for (const leg of this.ringingLegs) leg.cancel(cause === 'no-answer' ? 'timeout' : 'caller')
    this.ringingLegs.clear()
    this.#ports.media.close(this.record.id)
    this.#ports.changed(this)
    this.#ports.ended(this)
  }
}
