import type { Timers } from '#lib/clock'
import { bugText, type Log, silentLog } from '#lib/log'
import type { Random } from '#lib/random'
import { err, ok, type Result } from '#lib/result'
import { Table } from '#lib/table'
import type { Binding } from './bindings.ts'
import { Call, type Wishes } from './call.ts'
import { CallMedia } from './call-media.ts'
import type {
  CallerParty,
  CallOffer,
  CallSettings,
  Dialled,
  PartyEvents,
  Refused,
  Ring,
  Seat,
} from './call-ports.ts'
import type { Events } from './events.ts'
import { echo } from './house/echo.ts'
import { houseParty } from './house/party.ts'
import { createMoving, type Far, personAt, recordElsewhere } from './moving/index.ts'
import type { Media, Side, Store } from './ports.ts'
import type { Refusal } from './refusals.ts'
import type { PlanPorts } from './ringing/plan.ts'
import { ringAll, takeMessage } from './ringing/ringing.ts'
import type { Waking } from './ringing/waking.ts'
import { orLater, type Routing } from './routing.ts'
import { otherSide } from './side.ts'
import { createKeeping, type SoundPorts } from './sounds/keeping.ts'
import type { Subscriber } from './subscribers.ts'

export type CallsPorts = PlanPorts & {
  timers: Timers
  random: Random
  media: Media
  store: Pick<Store, 'saveCall'>
  events: Events
  routeTo: Routing
  ring: Ring
  /** Our own address as a phone reaches it; undefined where the listener has only one. */
  addressTowards?: (binding: Binding) => string | undefined
  /** The transport that a browser's binding is rung with; its session's name where nobody says otherwise. */
  transportOf?: (binding: Binding, call: string) => string
  /** A phone that speaks SIP and has media of WebRTC. */
  isPage?: (binding: Binding) => boolean
  /** Phones that come when they are told of a call. */
  waking?: Waking
  settings: CallSettings
  log?: Log
  /** What is said and kept; absent: nothing is. */
  sounds?: SoundPorts | undefined
}

/** Places that only emergency calls may take. */
const RESERVED = 100

const NO_CALL: Refused = { why: 'unknown-user', status: 481 }

const PICTURE_TYPE = 'application/media_control+xml'
const PICTURE_WANTED = new TextEncoder().encode(
  '<?xml version="1.0" encoding="utf-8"?>\r\n<media_control><vc_primitive><to_encoder>' +
    '<picture_fast_update/></to_encoder></vc_primitive></media_control>\r\n',
)

export const createCalls = (ports: CallsPorts) => {
  const { timers, random, media, store, events, routeTo, settings, log = silentLog } = ports
  const { clock } = timers
  const calls = new Table<string, Call>()

  const changed = (call: Call): void => {
    store.saveCall({ ...call.record })
    events.publish({ kind: 'call.changed', call: call.record, state: call.state, live: call })
  }
  const onBug = (bug: unknown): void => log.write('app', 'error', bugText(bug))
  const ended = (call: Call): void => void calls.delete(call.record.id)

  const wishes: Wishes = {
    transfer: (call, by, to, told) => moving.transfer(call, by, to, told),
    record: (call, by, on) => recordElsewhere(call, by, on) ?? keeping.record(call, by, on),
    moved(call, side, before, from) {
      if (keeping.isWantedBy(before, from)) call.watch(keepOn(call, side))
    },
  }
  const keeping = createKeeping({ ...ports, log, saved: (call) => store.saveCall({ ...call.record }) })
  /** Who wants what is said to be kept wants it of the call that follows too. */
  const keepOn = async (call: Call, side: Side): Promise<void> => {
    const done = await wishes.record(call, side, true)
    if (done.ok) return
    log.write('media', 'warn', `call ${call.record.id}: its recording does not go on: ${done.error.why}`)
    call.other(otherSide(side))?.unkept?.(done.error)
  }
  const ringPorts = { ...ports, answering: keeping.answering }
  const make = (offer: CallOffer, caller: CallerParty, speaking = media): Call => {
    const id = random.token(16)
    return new Call(
      { clock, media: new CallMedia(id, speaking), wishes, changed, ended, onBug },
      ...([id, offer, caller] as const),
    )
  }

  /** An invitation that ran out is answered 487, RFC 3261 §13.3.1. */
  const ringFor = (call: Call): void => {
    const { patienceS = Number.POSITIVE_INFINITY } = call.offer
    const refused: Refused = { why: 'no-answer', ...(patienceS < settings.noAnswerS && { status: 487 }) }
    const seconds = Math.min(settings.noAnswerS, patienceS)
    call.ringUntil(timers.after(seconds * 1000, () => call.refuse(refused)))
  }

  /** A channel of the trunk that a call came in by; false when there is none left. */
  const takeChannel = (call: Call): boolean => {
    const { trunk } = call.offer
    if (trunk === undefined || !ports.trunks?.has(trunk)) return true
    const release = ports.trunks.take(trunk)
    if (release) call.keep('caller', release)
    return release !== undefined
  }

  const run = async (call: Call): Promise<void> => {
    if (!takeChannel(call)) return call.refuse({ why: 'overloaded' })
    if (call.offer.replaces) return moving.replace(call, call.offer.replaces)
    if (keeping.isNumber(call.offer)) return keeping.listening(call)
    const routed = routeTo(call.offer)
    if (routed.kind === 'refused' && keeping.isOwner(call.offer, routed.found)) return keeping.listening(call)
    const route = orLater(routed)
    if (route.kind === 'refused') {
      if (route.found && (await takeMessage(ringPorts, call, route.found, route.refused))) return
      return call.refuse(route.refused)
    }
    ringFor(call)
    if (route.kind === 'echo') return echo(call, route.status)
    await ringAll(ringPorts, call, route)
  }

  const moving = createMoving({
    timers,
    run,
    callOf: (id) => calls.get(id),
    begin(offer, caller) {
      if (calls.size >= settings.mostCalls) return undefined
      const call = make(offer, caller)
      calls.set(call.record.id, call)
      return call
    },
  })

  return {
    /** A call arrives. Gives what the adapter has to tell of its caller from now on. */
    offer(offer: CallOffer, caller: CallerParty): PartyEvents {
      const call = make(offer, caller)
      const reserved = offer.kind === 'emergency' ? RESERVED : 0
      if (calls.size >= settings.mostCalls + reserved) call.refuse({ why: 'overloaded' })
      else {
        calls.set(call.record.id, call)
        call.watch(run(call))
      }
      return call.events('caller')
    },
    /**
     * The house itself calls a subscriber, with media that speak for it. Gives the call's id as soon as phones are about
     * to ring; what comes of it is in the record.
     */
    callOut(offer: CallOffer, speaking: Media): Result<string, Refusal> {
      const route = routeTo(offer)
      if (route.kind === 'refused') return err(route.refused.why)
      if (route.kind !== 'subscriber' && route.kind !== 'plan') return err('unknown-user')
      if (route.kind === 'subscriber' && route.bindings.length === 0) {
        if (!ports.waking?.wakes(route.found.subscriber.impi)) return err('not-registered')
      }
      if (calls.size >= settings.mostCalls) return err('overloaded')
      const said = offer.description ?? { sdp: '', held: false, video: false }
      const call = make({ ...offer, description: said }, houseParty(said), speaking)
      const { id } = call.record
      calls.set(id, call)
      ringFor(call)
      call.watch(ringAll(ringPorts, call, route))
      return ok(id)
    },
    /** Blind: the other party is rung through to `to`; `by` is let go when somebody answers there, and goes on otherwise. */
    transfer: async (id: string, by: Side, to: Dialled): Promise<Result<void, Refused>> =>
      calls.get(id)?.events(by).onTransfer(to) ?? err(NO_CALL),
    /** Attended: these two talk from now on, and those with whom they talked are let go. Gives the new call's id. */
    bridge: (a: Far, b: Far): Promise<Result<string, Refused>> => moving.bridge(a, b),
    /** What is said in the call is kept from now on, or no longer; `by` asks for it. */
    record: async (id: string, by: Side, on: boolean): Promise<Result<void, Refused>> =>
      calls.get(id)?.events(by).onRecord(on) ?? err(NO_CALL),
    /** Media told that nothing came from anybody for so long; `limitMs`: what they say is the end of it. */
    onSilent(id: string, silentMs: number, limitMs?: number): void {
      const call = calls.get(id)
      if (limitMs !== undefined && silentMs >= limitMs && call?.isAnswered) call.end('silence')
      if (limitMs !== undefined || call?.state !== 'answered') return
      const quietMs = Math.min(silentMs, clock.nowMs() - call.lastSignalMs)
      const timeoutS = settings.dialogTimeoutS()
      if (timeoutS > 0 && quietMs >= timeoutS * 1000) call.end('silence')
    },
    /** A digit in somebody's media. */
    onDtmf(id: string, side: Side, digit: string): void {
      if (side === 'caller') calls.get(id)?.onDigit?.(digit)
    },
    onSpoken: keeping.onSpoken,
    onRecorded: keeping.onRecorded,
    /** After the last call: what was said in them is on disk, or will not be in so long. */
    idle: keeping.idle,
    /** Media want a whole picture of a side whose phone knows no feedback, RFC 5168. */
    onPictureWanted(id: string, side: Side): void {
      const call = calls.get(id)
      const party = side === 'caller' ? call?.caller : call?.callee
      if (call && party && call.isAnswered) call.watch(party.info(PICTURE_TYPE, PICTURE_WANTED))
    },
    /** Ends one call; false when there is none of that id. */
    hangUp(id: string): boolean {
      const call = calls.get(id)
      call?.end('operator')
      return call !== undefined
    },
    hangUpAll(): void {
      for (const call of [...calls.values()]) call.end('shutdown')
    },
    /** Whose party sits there, where it is one of ours. */
    personAt: ({ call, side }: Seat): Subscriber | undefined => personAt(calls.get(call), side),
    list: (): Call[] => [...calls.values()],
    get: (id: string): Call | undefined => calls.get(id),
    get count(): number {
      return calls.size
    },
  }
}
export type Calls = ReturnType<typeof createCalls>
