import type { Timers } from '#lib/clock'
import type { Result } from '#lib/result'
import type { CalleeParty, Refused, Ring } from './call-ports.ts'
import type { CallState, Events } from './events.ts'
import type { Media, MediumStats, Side } from './ports.ts'
import type { CallRecord } from './records.ts'
import type { TrunkRing } from './trunks/contract.ts'

/** The words of the manual's `dialog_get`, 6.5. */
export type DialogState = 'init' | 'ringing' | 'start' | 'hold' | 'stop'

/** `state`: it changed; `send` and `recv`: a message went or came, `message` is its method or status. Wall clock. */
export type DialogEvent = {
  type: 'state' | 'send' | 'recv'
  atMs: number
  state: DialogState
  message?: string
}

/** One side of a call. A call between two parties is two dialogs, which name each other. */
export type Dialog = {
  id: string
  state: DialogState
  type: 'server' | 'echo' | 'mt call'
  /** Callee and caller, as the record has them. */
  to: string
  from: string
  mtDialog?: string
  moDialog?: string
  createdAtMs: number
  /** Answered. */
  startedAtMs?: number
  endedAtMs?: number
  events: DialogEvent[]
  /** What flowed; after the end what had flowed. */
  media(): Promise<MediumStats[]>
}

export type DialogPorts = {
  timers: Timers
  events: Pick<Events, 'subscribe'>
  media: Pick<Media, 'stats'>
}

/** Manual 6.5: a dialog is remembered for so long after its end. */
const MEMORY_MS = 30_000
const MOST_ENDED = 10_000
/** Of one call; changes of state beyond that are still told. */
const MOST_EVENTS = 500
const MT = '-mt'

const STATES: Record<CallState, DialogState> = {
  routing: 'init',
  ringing: 'ringing',
  answered: 'start',
  held: 'hold',
  ended: 'stop',
}

const TYPES = ['state', 'send', 'recv'] as const
const WORDS: readonly DialogState[] = ['init', 'ringing', 'start', 'hold', 'stop']
const SIDES = [undefined, 'caller', 'callee'] as const
const METHODS = [
  '',
  'INVITE',
  'ACK',
  'BYE',
  'CANCEL',
  'PRACK',
  'UPDATE',
  'INFO',
  'OPTIONS',
  'REFER',
  'MESSAGE',
]

/** Below 100 a method, from there on a status; 0 is none. */
const numberOf = (message: string | number): number =>
  typeof message === 'number' ? message : Math.max(0, METHODS.indexOf(message))
const wordOf = (message: number): string => (message < 100 ? (METHODS[message] ?? '') : `${message}`)

/** What is kept of a call: its record and numbers, since there may be thousands of them a minute. */
class Followed {
  readonly record: CallRecord
  /** Two for each mark: when, and type, state, side and message as decimal digits: 1 1 1 3. */
  readonly #marks: number[] = []
  state: DialogState = 'init'
  flowed: Record<Side, MediumStats[]> | undefined

  constructor(record: CallRecord) {
    this.record = record
  }

  mark(type: DialogEvent['type'], atMs: number, side?: Side, message: string | number = 0): void {
    if (type !== 'state' && this.#marks.length >= 2 * MOST_EVENTS) return
    const place = TYPES.indexOf(type) * 100 + WORDS.indexOf(this.state) * 10 + SIDES.indexOf(side)
    this.#marks.push(atMs, place * 1000 + numberOf(message))
  }

  /** Those of that side, and those of the whole call. */
  eventsOf(wanted: Side): DialogEvent[] {
    const events: DialogEvent[] = []
    for (let at = 0; at < this.#marks.length; at += 2) {
      const [atMs = 0, code = 0] = this.#marks.slice(at, at + 2)
      const [message, place] = [code % 1000, Math.floor(code / 1000)]
      const side = SIDES[place % 10]
      if (side !== undefined && side !== wanted) continue
      const type = TYPES[Math.floor(place / 100)] ?? 'state'
      const state = WORDS[Math.floor(place / 10) % 10] ?? 'stop'
      events.push({ type, atMs, state, ...(message > 0 && { message: wordOf(message) }) })
    }
    return events
  }
}

/** Follows the calls by what they tell, for those who want to see their course. */
export const createDialogs = ({ timers, events, media }: DialogPorts) => {
  const { clock } = timers
  const calls = new Map<string, Followed>()
  /** By the Call-ID of a SIP dialogue. */
  const legs = new Map<string, { call: Followed; side: Side }>()
  const ended: Followed[] = []

  const forget = ({ record }: Followed): void => {
    calls.delete(record.id)
    // A party that was put through belongs to a later call.
    for (const callId of record.callIds) if (legs.get(callId)?.call.record === record) legs.delete(callId)
  }
  const sweep = (): void => {
    const old = clock.wallMs() - MEMORY_MS
    while (ended[0] && (ended[0].record.endedAtMs ?? 0) <= old) forget(ended.shift() as Followed)
    if (ended[0]) timers.after(1000, sweep)
  }
  const end = (call: Followed): void => {
    if (ended.length === 0) timers.after(MEMORY_MS, sweep)
    ended.push(call)
    if (ended.length > MOST_ENDED) forget(ended.shift() as Followed)
  }

  events.subscribe((event) => {
    if (event.kind !== 'call.changed') return
    const { call: record, state } = event
    let call = calls.get(record.id)
    if (!call) {
      call = new Followed(record)
      calls.set(record.id, call)
      const [callId] = record.callIds
      if (callId !== undefined) {
        legs.set(callId, { call, side: 'caller' })
        if (record.transferredFrom === undefined) call.mark('recv', clock.wallMs(), 'caller', 'INVITE')
      }
    }
    call.state = STATES[state]
    call.mark('state', clock.wallMs())
    if (state === 'ended') end(call)
  })

  const dialogOf = (call: Followed, side: Side, own: Partial<Dialog>): Dialog => {
    const { record, state } = call
    const { id, answeredAtMs, endedAtMs } = record
    return {
      id,
      state,
      type: 'server',
      to: record.callee,
      from: record.caller,
      createdAtMs: record.startedAtMs,
      ...(answeredAtMs !== undefined && { startedAtMs: answeredAtMs }),
      ...(endedAtMs !== undefined && { endedAtMs }),
      events: call.eventsOf(side),
      media: async () => (state === 'stop' ? (call.flowed?.[side] ?? []) : media.stats(id, side)),
      ...own,
    }
  }
  const dialogsOf = (call: Followed): Dialog[] => {
    const { id, kind, callIds } = call.record
    if (kind === 'echo') return [dialogOf(call, 'caller', { type: 'echo' })]
    if (kind === 'mt') return [dialogOf(call, 'callee', { type: 'mt call' })]
    if (callIds.length < 2) return [dialogOf(call, 'caller', {})]
    return [
      dialogOf(call, 'caller', { mtDialog: id + MT }),
      dialogOf(call, 'callee', { id: id + MT, moDialog: id }),
    ]
  }

  /** Remembers by which dialogue a call rings. */
  const watched = <T extends Result<CalleeParty, Refused>>(id: string, rung: T): T => {
    const call = rung.ok ? calls.get(id) : undefined
    if (rung.ok && call) {
      legs.set(rung.value.callId, { call, side: 'callee' })
      call.mark('send', clock.wallMs(), 'callee', 'INVITE')
    }
    return rung
  }

  return {
    /** In the order in which the calls began; ended ones for half a minute. */
    list: (): Dialog[] => [...calls.values()].flatMap(dialogsOf),
    /** The call behind a dialog, while it is there. */
    callOf(id: string): string | undefined {
      const call = calls.get(id) ?? (id.endsWith(MT) ? calls.get(id.slice(0, -MT.length)) : undefined)
      return call?.state === 'stop' ? undefined : call?.record.id
    },
    /** Rings as before, and remembers by which dialogue. */
    watchRing:
      (ring: Ring): Ring =>
      (detail, binding, sdp, told) =>
        watched(detail.id, ring(detail, binding, sdp, told)),
    /** The same of trunks. */
    watchTrunks: (trunks: TrunkRing): TrunkRing => ({
      ...trunks,
      ring: (detail, name, sdp, told) => watched(detail.id, trunks.ring(detail, name, sdp, told)),
    }),
    /** A SIP message of that Call-ID went or came; `message` is its method or its status. */
    onMessage(type: 'send' | 'recv', callId: string, message: string | number): void {
      const leg = legs.get(callId)
      leg?.call.mark(type, clock.wallMs(), leg.side, message)
    },
    /** The media of a call are closed, and so much has flowed. */
    onClosed(id: string, flowed: Record<Side, MediumStats[]>): void {
      const call = calls.get(id)
      if (call) call.flowed = flowed
    },
    /** Calls followed, running and ended. */
    get count(): number {
      return calls.size
    },
  }
}
export type Dialogs = ReturnType<typeof createDialogs>
