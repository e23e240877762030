import type { MediumStats, Side } from '#core'

/** What the main thread and a media worker tell each other. Sockets are known by slot: RTP even, its RTCP the next. */
export type Direction = MediumStats['dir']

/** One side of one medium, as its own description and Tandem's answer to it settled. */
export type LegPlan = {
  slot: number
  /** Where its description wants packets; an empty address means that only learning can tell. */
  address: string
  port: number
  rtcpAddress: string
  rtcpPort: number
  /** RTCP shares the RTP port, RFC 5761. */
  mux: boolean
  direction: Direction
}

export type MediumPlan = {
  index: number
  type: 'audio' | 'video'
  /** Payload types that either side may send. */
  types: number[]
  /** Those among them that are telephone-events, with their clock rate in Hz. */
  events: [type: number, rate: number][]
  /** One leg alone is sent its own packets back. */
  caller?: LegPlan
  callee?: LegPlan
}

export type PairPlan = { slot: number; bind: string; port: number }

export type Command =
  | { op: 'open'; pairs: PairPlan[] }
  /** Creates the call or changes it: media that are not named any more end. */
  | { op: 'call'; call: number; media: MediumPlan[] }
  | { op: 'close'; call: number }
  | { op: 'stats'; call: number; side: Side; ticket: number }
  | { op: 'end' }

export type Report =
  | { op: 'opened'; slot: number; ok: boolean; why: string }
  | { op: 'silent'; call: number; silentMs: number }
  | { op: 'digit'; call: number; side: Side; digit: string; durationMs: number }
  | { op: 'stats'; ticket: number; stats: MediumStats[] }
  /** What flowed in calls that are closed now. */
  | { op: 'closed'; calls: { call: number; flowed: Record<Side, MediumStats[]> }[] }

/** Running totals that a worker shares with the main thread, in this order. */
export const FIGURES = ['forwarded', 'invalid', 'strangers', 'idle', 'excess', 'unsent'] as const
export type FigureName = (typeof FIGURES)[number]

export type WorkerData = {
  native: boolean
  slots: number
  /** Number of the eventfd that wakes a blocked worker; -1 without native sockets. */
  wake: number
  /** File descriptor of each slot, plus one; so that a crashed worker's sockets can be closed. */
  descriptors: Int32Array
  figures: Float64Array
  /** 1 for each slot that got a datagram since its pair was last handed out. */
  heard: Uint8Array
  /** One word, not 0: there are commands that the worker has not taken. */
  waiting: Int32Array
}
