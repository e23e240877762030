import type { Timers } from '#lib/clock'
import { err, ok, type Result } from '#lib/result'
import type { Call } from '../call.ts'
import type {
  CalleeEvents,
  CalleeParty,
  Caller,
  CallerParty,
  Description,
  Party,
  PartyEvents,
  Refused,
} from '../call-ports.ts'
import type { Place } from '../ringing/turn.ts'
import { type Sitting, shownOf, shownTo } from './sitting.ts'

/** Something else is being agreed upon: asked again so often, after so long each time, RFC 3261 §14.1. */
const MOST_TRIES = 5
const PAUSE_MS = 1200

const patiently = async <T>(
  timers: Timers,
  ask: () => Promise<Result<T, Refused>>,
): Promise<Result<T, Refused>> => {
  for (let tries = 1; ; tries++) {
    const answer = await ask()
    if (answer.ok || answer.error.status !== 491 || tries === MOST_TRIES) return answer
    await new Promise<void>((resume) => timers.after(PAUSE_MS, resume))
  }
}

/** A party that sits in one call while another one is made for it; what becomes of it decides the new one. */
export class Guest {
  readonly sitting: Sitting
  /**
   * `waiting`: it still speaks in its old call; `moved`: in the new one, which may yet fail; `settled`: the new call is
   * its own; `back`: it did fail; `left`: the party itself hung up meanwhile.
   */
  state: 'waiting' | 'moved' | 'settled' | 'back' | 'left' = 'waiting'
  readonly #timers: Timers

  constructor(timers: Timers, sitting: Sitting) {
    this.#timers = timers
    this.sitting = sitting
    sitting.call.away = sitting.side
  }

  /** What it says goes to the new call from now on. */
  move(events: PartyEvents): void {
    if (this.state !== 'waiting' && this.state !== 'moved') return
    this.state = 'moved'
    this.sitting.party.moveTo(events.call, {
      ...events,
      onEnd: (end) => {
        if (this.state !== 'settled') this.#leave()
        events.onEnd(end)
      },
    })
  }

  #leave(): void {
    const { call, side } = this.sitting
    this.state = 'left'
    call.end(side, side)
  }

  /** The new call stands: the old one ends without it. */
  settle(): void {
    this.state = 'settled'
    this.sitting.call.end('transferred')
  }

  /** The new call failed: it goes on where it was, if that is still there. */
  back(): void {
    const { call, side, party, web } = this.sitting
    if (this.state !== 'waiting' && this.state !== 'moved') return
    const isMoved = this.state === 'moved'
    this.state = 'back'
    if (call.over) return party.hangUp('callee')
    call.away = undefined
    if (isMoved) party.moveTo(call.record.id, call.events(side))
    if (isMoved) party.meets?.(shownTo(call, side))
    if (web !== undefined) call.media.attach(side)
  }

  offer(sdp: string): ReturnType<Party['offer']> {
    return patiently(this.#timers, () => this.sitting.party.offer(sdp))
  }

  solicit(): ReturnType<Party['solicit']> {
    return patiently(this.#timers, () => this.sitting.party.solicit())
  }

  /** What it does in the new call as in the old one. */
  get manners(): Party {
    const { party } = this.sitting
    return {
      offer: (sdp) => this.offer(sdp),
      solicit: () => this.solicit(),
      info: (contentType, body) => party.info(contentType, body),
      moveTo: (call, events) => party.moveTo(call, events),
      hangUp: (cause, words) => {
        if (this.state === 'settled') party.hangUp(cause, words)
      },
      ...(party.meets && { meets: (other) => party.meets?.(other) }),
      ...(party.unkept && { unkept: (why) => party.unkept?.(why) }),
    }
  }
}

/**
 * The caller of the new call: it takes what it is answered as an offer. It keeps its old seat until somebody answers, so
 * that it goes on undisturbed when nobody does. `told` hears the statuses on the way.
 */
export const visitor = (
  guest: Guest,
  newCall: () => Call,
  told: (status: number) => void,
  failed: (refused: Refused) => void,
): CallerParty => {
  let early: string | undefined
  let voiceMail = false
  return {
    ...guest.manners,
    voiceMail() {
      voiceMail = true
    },
    progress(_kind, status, sdp) {
      early = sdp ?? early
      told(status)
    },
    async answer(sdp) {
      const call = newCall()
      const offered = sdp ?? early
      if (offered === undefined) return undefined
      guest.move(call.events('caller'))
      guest.sitting.party.meets?.({ ...shownTo(call, 'caller'), ...(voiceMail && { voiceMail }) })
      const answered = await guest.offer(offered)
      if (call.over) return undefined
      if (answered.ok) {
        call.said.caller = answered.value
        return answered.value.sdp
      }
      failed(answered.error)
      call.end('failure', undefined, 'who was put through did not agree')
      return undefined
    },
    refuse(refused) {
      failed(refused)
      return refused.status
    },
  }
}

/** A guest as the one who is called: what it is rung with it takes as an offer, and it answers at once. */
export const placeOf = (guest: Guest, other: Caller): Place => {
  const { party, listener, address, web, callId } = guest.sitting
  let confirm: ((answer: string | undefined) => void) | undefined
  const ask = async (sdp: string | undefined): Promise<Result<Description, Refused>> => {
    if (sdp !== undefined) return guest.offer(sdp)
    const asked = await guest.solicit()
    if (!asked.ok) return err(asked.error)
    confirm = asked.value.confirm
    return ok(asked.value.description)
  }
  const settle = (answer?: string): void => {
    confirm?.(answer)
    confirm = undefined
  }
  const { manners } = guest
  const called: CalleeParty = {
    ...manners,
    ...(web !== undefined && { web }),
    callId,
    confirm: settle,
    cancel: () => settle(),
    hangUp(cause, words) {
      settle()
      manners.hangUp(cause, words)
    },
  }
  const ring = (sdp: string | undefined, events: CalleeEvents): Result<CalleeParty, Refused> => {
    guest.move(events)
    party.meets?.(shownOf(other))
    void ask(sdp).then((answered) => {
      if (guest.state !== 'moved') settle()
      else if (answered.ok) events.onAnswer(answered.value)
      else events.onRefused(answered.error)
    })
    return ok(called)
  }
  return { listener, address, web, ring }
}
