import type { GatewayCall, GatewayEvent, InboundReport, InboundResult } from '../fleet/contract.ts'
import type { KeptSim, SimStore } from '../fleet/sims.ts'
import type { DedupeClaim } from '../messages/record.ts'

/** A report, or a result, that no text is known for yet; `id` is its own. */
export type ParkedReport = (InboundReport | InboundResult) & { id: string }

/** Newest first by their beginning, at most 1000. `beforeMs` and `beforeKey`: of the last one of the page before. */
export type GatewayCallQuery = {
  limit: number
  line?: string
  beforeMs?: number
  beforeKey?: string
  /** Of this moment or later. */
  sinceMs?: number
}

/** What an application of another server's making handed in at once, by the number that it got for it. */
export type TaskItem = { number: string; id: string }
export type TextTask = { id: string; atMs: number; items: TaskItem[] }

export type KeyHolder = { id: string; untilMs: number }

/** What is kept of gateways and their cards. Promises of writers resolve after commit and fsync. */
export type GatewayStore = SimStore & {
  /** Every card, with those whom it texted in `month`. */
  loadSims(month: number): Promise<(KeptSim & { recipients: number[] })[]>
  /** The messages that were handed over to a line since `sinceMs` under a mark: the last ten, newest first. */
  handedTo(line: string, mark: string, sinceMs: number): Promise<string[]>
  /** `claim`: notes the key in the same transaction. */
  park(report: ParkedReport, claim?: DedupeClaim): Promise<void>
  unpark(id: string): void
  loadParked(): Promise<ParkedReport[]>
  /** A key that was taken, and names no message. */
  noteKey(claim: DedupeClaim): Promise<void>
  /** Of a key that is on disk; `id` is that of the message that it names (empty: none), or an event's `atMs`. */
  holderOf(key: string): Promise<KeyHolder | undefined>
  keepTask(task: TextTask): Promise<void>
  /** Its recipients and their messages; undefined: there is no such task. */
  task(id: string): Promise<TaskItem[] | undefined>
  /** With its call. `claim`: notes the key too, which names the event's `atMs`; all in one transaction. */
  addEvent(event: GatewayEvent, claim?: DedupeClaim): Promise<void>
  saveCall(call: GatewayCall): Promise<void>
  /** Newest first, at most 1000; of one line or of all. `before`: `seq` of the last one of the page before. */
  events(query: {
    limit: number
    line?: string
    before?: number
  }): Promise<(GatewayEvent & { seq: number })[]>
  calls(query: GatewayCallQuery): Promise<GatewayCall[]>
  /** Retention of events, calls, marks, parked reports and tasks; gives how many went. */
  deleteBefore(ms: number): Promise<number>
}

/** Devices report in national form what was sent in international: the last digits tell numbers apart well enough. */
const digitsOf = (number: string): string => number.replace(/\D/g, '').slice(-9) || number.slice(0, 60)

/** A reference is a word of the device's own: leading zeros are part of it. */
const given = (reference: string | undefined): string | undefined =>
  reference === undefined || reference === '' ? undefined : reference.slice(0, 190)

/** Under what a text is found: its reference (`#`: it has none, and is found by its recipient), or its recipient (`*`). */
export const marksOfText = (reference: string | undefined, recipient: string): string[] => [
  given(reference) ?? `#${digitsOf(recipient)}`,
  `*${digitsOf(recipient)}`,
]

/** Under what a report looks for its text, best first. */
export const marksOfReport = (reference: string | undefined, recipient: string | undefined): string[] => {
  const named = given(reference)
  const digits = recipient === undefined || recipient === '' ? undefined : digitsOf(recipient)
  if (named !== undefined) return digits === undefined ? [named] : [named, `#${digits}`]
  return digits === undefined ? [] : [`*${digits}`]
}
