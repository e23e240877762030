import { ok, type Result } from '#lib/result'
import type { Call } from '../call.ts'
import type { CalleeEvents, CalleeParty, CancelCause, Description, Refused } from '../call-ports.ts'
import type { MediaOptions } from '../ports.ts'
import type { Refusal } from '../refusals.ts'
import { heard, type Winner } from './join.ts'

/**
 * One phone or trunk that can ring, and how its media are reached: our listener, and our own address towards it; of a
 * browser its transport at the media engine.
 */
export type Place = {
  listener: number
  address: string | undefined
  web?: string | undefined
  /** As what it is rung again where it cannot do with what a browser is told. */
  otherwise?: Place
  ring(sdp: string | undefined, events: CalleeEvents): Result<CalleeParty, Refused>
  /** It was described and will not ring: whoever rings gives back by itself what that took. */
  unused?(): void
}
export type Outcome = { kind: 'answered'; winner: Winner } | { kind: 'refused'; refused: Refused }

export const isFinal = ({ status = 0 }: Refused): boolean => status >= 600

/** Which of several refusals counts: a final 6xx, then a redirection, then busy, then the first, RFC 3261 §16.7. */
export const better = (a: Refused | undefined, b: Refused): Refused => {
  if (!a || isFinal(b)) return b
  if (isFinal(a) || a.redirect) return a
  if (b.redirect) return b
  return b.why === 'busy' && a.why !== 'busy' ? b : a
}

const calleeMediaOf = ({ listener, address, web }: Place): MediaOptions => ({
  calleeListener: listener,
  ...(address !== undefined && { calleeAddress: address }),
  ...(web !== undefined && { calleeWeb: web }),
})

/** What phones are rung with, and where the media of whichever answers are then. */
type Described = { sdp: Result<string | undefined, Refusal>; media: MediaOptions }

const describe = async (call: Call, place: Place): Promise<Described> => {
  const media = calleeMediaOf(place)
  const { description } = call.offer
  if (!description) return { sdp: ok(undefined), media }
  const sdp = await call.media.offer('caller', description.sdp, { ...call.callerMedia, ...media })
  return { sdp, media }
}

/**
 * All plain phones of a turn get one description, and the first one's listener serves them; each browser gets its own, and
 * they come first: their media have one place in the engine, to which the call then belongs.
 */
const describeAll = async (call: Call, places: Place[]): Promise<Map<Place, Described>> => {
  const all = new Map<Place, Described>()
  let plain: Described | undefined
  for (const place of places.toSorted(browsersFirst)) {
    const described: Described = place.web === undefined && plain ? plain : await describe(call, place)
    if (place.web === undefined) {
      plain = described
      if (described.sdp.ok) call.told = described.sdp.value
    }
    all.set(place, described)
  }
  return all
}

const browsersFirst = (a: Place, b: Place): number =>
  Number(a.web === undefined) - Number(b.web === undefined)

/** Tells of phones that come while others ring, until the function that it gives is called. */
export type Latecomers = (ring: (place: Place) => void) => () => void

/** Rings several at once until one answers, or none will. */
export const ringTurn = async (call: Call, places: Place[], late?: Latecomers): Promise<Outcome> => {
  const described = await describeAll(call, places)
  let stop: (() => void) | undefined
  const outcome = await new Promise<Outcome>((resolve) => {
    call.whenOver(() => resolve({ kind: 'refused', refused: { why: 'cancelled' } }))
    if (call.over) {
      for (const place of places) place.unused?.()
      return
    }
    const ringing = new Ringing(call, described.size, resolve)
    for (const [place, one] of described) ringing.ring(place, one)
    stop = late?.((place) => call.watch(describe(call, place).then((one) => ringing.add(place, one))))
  })
  stop?.()
  return outcome
}

/** Places that ring together: the first that answers, or the best refusal of all, settles it. */
class Ringing {
  readonly #call: Call
  readonly #settled: (outcome: Outcome) => void
  readonly #stop: () => void
  #refused: Refused | undefined
  /** Places that may still answer. */
  #left: number

  constructor(call: Call, left: number, settled: (outcome: Outcome) => void) {
    this.#call = call
    this.#left = left
    this.#settled = settled
    // Named first, as calls are to die young (decision 71).
    const stop = (): void => this.settle({ kind: 'refused', refused: { why: 'no-answer' } }, 'timeout')
    this.#stop = stop
    call.stopRinging = stop
  }

  /** One that came while others ring. */
  add(place: Place, described: Described): void {
    this.#left++
    this.#ringStill(place, described)
  }

  ring(place: Place, { sdp, media }: Described): void {
    if (!sdp.ok) {
      place.unused?.()
      return this.#lost(place, undefined, { why: sdp.error })
    }
    let leg: CalleeParty | undefined
    const rung = place.ring(
      sdp.value,
      legEvents(
        this.#call,
        () => leg,
        media,
        (winner) => this.settle({ kind: 'answered', winner }),
        (why) => this.#lost(place, leg, why),
      ),
    )
    if (rung.ok) {
      leg = rung.value
      this.#call.ringingLegs.add(leg)
      this.#call.record.callIds.push(leg.callId)
    } else {
      place.unused?.()
      this.#lost(place, undefined, rung.error)
    }
  }

  settle(outcome: Outcome, lost: CancelCause = 'declined'): void {
    const call = this.#call
    const winner = outcome.kind === 'answered' ? outcome.winner.leg : undefined
    const why = winner ? 'elsewhere' : lost
    call.stopRinging = undefined
    // Whoever answers is the callee from this moment on, so that the call's end reaches it.
    call.callee = winner
    for (const other of call.ringingLegs) if (other !== winner) other.cancel(why)
    call.ringingLegs.clear()
    this.#settled(outcome)
  }

  #lost({ otherwise }: Place, leg: CalleeParty | undefined, why: Refused): void {
    const call = this.#call
    if (leg) call.ringingLegs.delete(leg)
    if (leg && call.callee === leg) call.callee = undefined
    if (otherwise && why.why === 'not-acceptable-media' && call.offer.description)
      return call.watch(describe(call, otherwise).then((described) => this.#ringStill(otherwise, described)))
    this.#refused = better(this.#refused, why)
    if (--this.#left === 0 || isFinal(this.#refused)) this.settle({ kind: 'refused', refused: this.#refused })
  }

  #ringStill(place: Place, described: Described): void {
    if (this.#call.over || this.#call.stopRinging !== this.#stop) place.unused?.()
    else this.ring(place, described)
  }
}

const legEvents = (
  call: Call,
  legOf: () => CalleeParty | undefined,
  media: MediaOptions,
  answered: (winner: Winner) => void,
  lost: (why: Refused) => void,
): CalleeEvents => {
  const events = call.events('callee')
  return {
    ...events,
    onAgent: (words) => call.caller.agent?.(words),
    // A phone that only rings has nothing to say while another one is heard.
    onOffer: async (description) =>
      call.callee !== undefined && call.callee === legOf()
        ? events.onOffer(description)
        : { ok: false, error: { why: 'peer-failure', status: 491 } },
    onProgress: (status, description) => call.watch(progress(call, legOf(), status, description)),
    onAnswer: (description) => {
      const leg = legOf()
      if (leg) answered({ leg, description, media })
    },
    onRefused: lost,
  }
}

const progress = async (
  call: Call,
  leg: CalleeParty | undefined,
  status: number,
  description: Description | undefined,
): Promise<void> => {
  if (call.over || call.isAnswered || !leg) return
  if (status === 180) call.ringing()
  const kind = status === 180 ? 'ringing' : 'progress'
  // Of several phones with early media the first is heard, until another one answers.
  const isHeard = description && call.offer.description && (call.callee ?? leg) === leg
  if (!isHeard) return call.caller.progress(kind, status)
  call.callee = leg
  const said = await heard(call, leg, description.sdp)
  if (!call.over && !call.isAnswered) call.caller.progress(kind, status, said.ok ? said.value : undefined)
}
