import type { Timers } from '#lib/clock'
import type { Endpoint } from '#lib/wire'
import type { MediaSocket } from '../media-socket.ts'
import type { Chance } from '../mobile/chance.ts'
import type { MobileNetwork } from '../mobile/network.ts'
import type { RadioManner } from '../mobile/radio.ts'
import type { MobileSim } from '../mobile/sim-card.ts'
import type { GoipFirmware, GoipQuirk } from './quirks.ts'

/** One channel: what its configuration page holds, and the card in it. */
export type GoipLineSetup = { id: string; password: string; sim: MobileSim }

export type GoipManner = {
  firmware: GoipFirmware
  quirks: ReadonlySet<GoipQuirk>
  radio: RadioManner
  /** Between the keepalives of a line. */
  keepaliveMs: number
  /** From OK to the delivery report, and how many of a hundred say that it was not delivered. */
  reportMs: number
  undelivered: number
  /** Between the repetitions of what is not acknowledged, and how many of them. */
  repeatMs: number
  repeats: number
  /** From one end of a reboot to the other. */
  rebootMs: number
}

export const realGoip: Omit<GoipManner, 'radio'> = {
  ...{ firmware: 18, quirks: new Set<GoipQuirk>() },
  ...{ keepaliveMs: 30_000, reportMs: 4000, undelivered: 0, repeatMs: 3000, repeats: 3, rebootMs: 20_000 },
}

/** What the device tells whoever watches it; `line` is the channel's id. */
export type GoipEvent =
  | { kind: 'registered' | 'refused' | 'lost'; line: string; text: string }
  | { kind: 'sent' | 'failed'; line: string; to: string; text: string; error?: number }
  | { kind: 'received'; line: string; from: string; text: string }
  /** The server's word on something we told; `none`: after all repetitions. */
  | { kind: 'told'; line: string; name: string; verdict: 'OK' | 'ERROR' | 'DISABLE' | 'none'; text: string }
  | { kind: 'asked'; line: string; text: string }

export type GoipPorts = {
  timers: Timers
  chance: Chance
  network: MobileNetwork
  /** Every channel has a port of its own, as in the device. */
  openSocket: () => Promise<MediaSocket>
  server: Endpoint
  onEvent: (event: GoipEvent) => void
}

export type GoipOptions = { lines: GoipLineSetup[]; manner: GoipManner }

/** A device of several channels: DBL's SMS interface, from the device's end. */
export type GoipDevice = {
  readonly lines: readonly GoipLine[]
  line(id: string): GoipLine | undefined
  /** Switches it on; the channels begin to register within the first keepalive's time. */
  plug(): Promise<void>
  /** Pulls the plug: no word to anybody, and what has not left will not. */
  unplug(): void
  readonly on: boolean
}

export type GoipLine = {
  readonly id: string
  readonly number: string
  readonly registered: boolean
  /** Texts that are in its queue or on the air. */
  readonly waiting: number
  /** A text arrives at the card. */
  receive(from: string, text: string): void
  /** Any other notification: `STATE`, `REMAIN`, `USSN`, `CELLS`, …; `fields` as `key:value;…`. */
  tell(name: string, fields: string): void
  /** A call over this line, as the device tells of it. */
  call(direction: 'in' | 'out', number: string, seconds: number): void
  /** Into and out of the mobile network. */
  setRegistered(on: boolean): void
}
