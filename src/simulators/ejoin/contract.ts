import type { Timers } from '#lib/clock'
import type { Chance } from '../mobile/chance.ts'
import type { MobileNetwork } from '../mobile/network.ts'
import type { RadioManner } from '../mobile/radio.ts'
import type { MobileSim } from '../mobile/sim-card.ts'

/**
 * How firmware differs; each is a name on the command line. `strings`: numbers are written as strings. `letters`: slots
 * are A to D. `milliseconds`: `expires` counts them. `no-headers`: received texts come without their block of headers.
 * `cloud`: the management server's form of status reports. `v2`, `v3`: only one edition of the HTTP API.
 */
export const EJOIN_QUIRKS = ['strings', 'letters', 'milliseconds', 'no-headers', 'cloud', 'v2', 'v3'] as const
export type EjoinQuirk = (typeof EJOIN_QUIRKS)[number]

/** The manual's "Reporting Control", section 3, by its six switches. */
export const EJOIN_SWITCHES = [
  'cdr',
  'received',
  'sent',
  'call-control',
  'sms-control',
  'traffic-control',
] as const
export type EjoinSwitch = (typeof EJOIN_SWITCHES)[number]

export type EjoinManner = {
  quirks: ReadonlySet<EjoinQuirk>
  switches: ReadonlySet<EjoinSwitch>
  radio: RadioManner
  undelivered: number
  /** From sent to its delivery report. */
  reportMs: number
  /** Between two dev-status; the device takes nothing below 30 s. */
  intervalMs: number
  /** So many of a hundred posts are forgotten, made twice, or come behind later ones. */
  losePosts: number
  repeatPosts: number
  reorderPosts: number
  /** A post that fails is made again, so often and after so long. */
  postTries: number
  postAgainMs: number
  rebootMs: number
  /** Between one step of a card's registration and the next. */
  stepMs: number
}

/** As it comes out of the box: CDR and call control are on. */
export const realEjoin: Omit<EjoinManner, 'radio'> = {
  quirks: new Set<EjoinQuirk>(),
  switches: new Set<EjoinSwitch>(['cdr', 'call-control']),
  ...{ undelivered: 0, reportMs: 4000, intervalMs: 60_000, losePosts: 0, repeatPosts: 0, reorderPosts: 0 },
  ...{ postTries: 3, postAgainMs: 5000, rebootMs: 30_000, stepMs: 2000 },
}
export const LEAST_INTERVAL_MS = 30_000

export type EjoinOptions = {
  mac: string
  username: string
  password: string
  /** Cards by port, then slot. */
  cards: MobileSim[][]
  manner: EjoinManner
  /** Where it reports to, until it is told otherwise. */
  url: string
}

export type EjoinEvent =
  | { kind: 'sent' | 'failed'; port: string; to: string; text: string; error?: number }
  | { kind: 'received'; port: string; from: string; text: string }
  /** A report and the server's status on it; 0: nobody answered, -1: it was never made. */
  | { kind: 'posted'; type: string; status: number }
  | { kind: 'asked'; path: string }

export type EjoinPorts = {
  timers: Timers
  chance: Chance
  network: MobileNetwork
  /** The server's status, or 0; never rejects. */
  post: (url: string, json: string) => Promise<number>
  onEvent: (event: EjoinEvent) => void
}

/** A request at the device's web server. */
export type EjoinAsk = { method: string; path: string; query: URLSearchParams; body: string }
export type EjoinAnswer = { status: number; body: string }

export type EjoinDevice = {
  /** Its web server; undefined while it has no power. */
  handle(ask: EjoinAsk): EjoinAnswer | undefined
  plug(): void
  unplug(): void
  readonly on: boolean
  readonly ports: readonly EjoinPortView[]
  /** A text arrives at the active card of a port, counted from 1. */
  receive(port: number, from: string, text: string): void
  call(port: number, direction: 'in' | 'out', number: string, seconds: number): void
  /** `st` of the manual: 3 registered, 0 no card, 8 locked by the operator, … */
  setState(port: number, st: number): void
}
export type EjoinPortView = { name: string; number: string; st: number; waiting: number }
