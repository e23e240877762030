import type { MediumStats, Side } from '#core'
import type { SrtpProfile } from '#rtp'

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
  /** Number of the browser's transport, whose slot it is; the addresses then say nothing. */
  web?: number
}

/** What becomes of one payload type on its way to the other side. Rates are clocks in Hz, `codec` is in lower case. */
export type Turn = {
  type: number
  to: number
  how: 'pass' | 'event' | 'to-alaw' | 'to-ulaw'
  rate: number
  toRate: number
  codec: string
}

/** How a side of a medium is spoken to where a browser takes part. */
export type WebLeg = {
  /** Of what it sends. */
  turns: Turn[]
  /** The telephone-event that it understands, with its clock rate in Hz. */
  event?: [type: number, rate: number]
  /** It understands requests for pictures, RFC 4585. */
  feedback: boolean
  /** RFC 6184 §8.2.1: parameter sets that its description says, in base64. */
  sprop?: string[]
  /** Of what we send to it. */
  ssrc?: number
}

/** Seconds after which a call without media is given up; 0: never. */
export type SilenceLimits = { talking: number; video: number; hold: number }

export type MediumPlan = {
  index: number
  type: 'audio' | 'video'
  /** The one leg is not sent its own packets: it speaks with the house. */
  own?: boolean
  /** Payload types that either side may send. */
  types: number[]
  /** Those among them that are telephone-events, with their clock rate in Hz. */
  events: [type: number, rate: number][]
  /** One leg alone is sent its own packets back. */
  caller?: LegPlan
  callee?: LegPlan
  /** Where a browser takes part: streams are made anew, under our own numbers. */
  web?: { caller?: WebLeg; callee?: WebLeg; limits: SilenceLimits }
}

/** `single`: one socket alone, RTCP comes by it too. */
export type PairPlan = { slot: number; bind: string; port: number; single?: boolean }

export type Command =
  | { op: 'open'; pairs: PairPlan[] }
  /** Creates the call or changes it: media that are not named any more end. */
  | { op: 'call'; call: number; media: MediumPlan[] }
  | { op: 'close'; call: number }
  | { op: 'stats'; call: number; side: Side; ticket: number }
  | WebCommand
  | SoundCommand
  | { op: 'end' }

/** Octets are in base64. */
export type SoundCommand =
  /** The house speaks to that side, in G.711 by payload type `type`; another `script` ends the one before. */
  | { op: 'voice'; call: number; side: Side; script: number; type: number; alaw: boolean }
  /** What it says next, by the law of PCMU; `more` will come when it is asked for. */
  | { op: 'say'; call: number; script: number; octets: string; more: boolean }
  /** Speech of the call is copied to the main thread from now on; 0: no longer. */
  | { op: 'tap'; call: number; tap: number }

/** Octets are in base64: commands travel as text. */
export type WebCommand =
  /** Makes a browser's transport, or changes it: other credentials restart its ICE. `types`: whose payload types are whose. */
  | {
      op: 'web'
      web: number
      slot: number
      ufrag: string
      pwd: string
      types: [type: number, kind: 'audio' | 'video'][]
      ssrcs: { audio: number; video: number }
    }
  | {
      op: 'keys'
      web: number
      profile: SrtpProfile
      key: string
      salt: string
      theirKey: string
      theirSalt: string
    }
  /** To where the browser is: DTLS. */
  | { op: 'datagram'; web: number; octets: string }
  | { op: 'leave'; web: number }
  | { op: 'attach'; call: number; side: Side }
  | { op: 'picture'; call: number; side: Side }
  | { op: 'dtmf'; call: number; towards: Side; digit: string; ms: number }

export type Report =
  /** The worker stands: its libraries are loaded. */
  | { op: 'up' }
  | { op: 'opened'; slot: number; ok: boolean; why: string }
  | { op: 'silent'; call: number; silentMs: number; limitMs?: number }
  /** `valid`: ICE found the browser, by the credentials of that ufrag. */
  | { op: 'web'; web: number; state: 'valid' | 'lost' | 'back'; ufrag: string }
  | { op: 'dtls'; web: number; octets: Uint8Array }
  | { op: 'picture'; call: number; side: Side }
  /** `more`: it has not much left to say; else all of it is said. */
  | { op: 'said'; call: number; script: number; more: boolean }
  /** See `tap.ts`. */
  | { op: 'tapped'; call: number; tap: number; octets: Uint8Array; last: boolean }
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
  /** One word: octets of taps that the main thread has not done with. */
  inFlight: Int32Array
  /** One word, not 0: there are commands that the worker has not taken. */
  waiting: Int32Array
}
