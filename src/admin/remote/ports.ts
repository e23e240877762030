import type { Call, Dialogs, Events, Guard, LiveSettings, Messages, Registrations, Subscribers } from '#core'
import type { Timers } from '#lib/clock'
import type { Direction, Layer, Level, Log } from '#lib/log'
import type { Random } from '#lib/random'
import type { Result } from '#lib/result'

/** One kept line of the log. `idx` grows by one with each line; `user` is an IMPI, an IMPU or an address. */
export type RemoteLogItem = {
  idx: number
  wallMs: number
  layer: Layer
  level: Exclude<Level, 'none'>
  dir?: Direction
  user?: string
  data: string[]
}

/** The log as `config_get`, `config_set`, `log_get` and `log_reset` use it. */
export type RemoteLog = Log & {
  readonly settings: {
    layers: Record<Layer, { level: Level; maxSize: number }>
    time: 'sec' | 'short' | 'full'
  }
  setOptions(text: string): Result<void, string>
  readonly ringSize: number
  setRingSize(size: number): void
  /** `after`: idx of the last line read; `next` continues, `lost` counts what was forgotten in between. */
  read(filter: { after?: number; limit?: number; layers?: Partial<Record<Layer, Level>> }): {
    items: RemoteLogItem[]
    next: number
    lost: number
  }
  reset(): void
  watch(hear: () => void): () => void
  readonly startedAtMs: number
}

/** Running totals since the start, by the names of the monitor's `cevent help msg`. */
export type Counters = { messages: Record<string, number>; errors: Record<string, number> }

/** `file`: with the description to offer; `caller`: who seems to call. */
export type MtCallWish = { impi: string; file?: string; caller?: string }

/** What the remote API looks at and acts on; the house hands it in. */
export type RemoteHouse = {
  /** com_name. */
  name: string
  version: string
  live: LiveSettings
  /** Told after a change of such settings as something has to be done about. */
  onSettings?(changed: (keyof LiveSettings)[]): void
  subscribers: Subscribers
  registrations: Pick<Registrations, 'of' | 'deregister' | 'removeAll'>
  calls: { list(): Pick<Call, 'offer' | 'record'>[]; hangUp(id: string): boolean }
  dialogs: Dialogs
  messages: Pick<Messages, 'accept' | 'flush' | 'pending'>
  /** Calls a handset; the error is for the operator. */
  mtCall(wish: MtCallWish): Promise<Result<{ sessionId: string }, string>>
  counters(): Counters
  events: Events
  log: RemoteLog
  timers: Timers
  random: Random
  /** Stops the server; called after the answer was handed over. */
  quit(): void
}

/** Where it listens and whom it lets in. */
export type RemoteDoor = {
  at: { address: string; port: number }
  /** PEM texts. `peerVerify`: clients show a certificate that this one, as CA, vouches for (com_ssl_peer_verify). */
  tls?: { certificate: string; key: string; peerVerify: boolean }
  /** Asked for as `Authorization: Bearer KEY` or `?key=KEY`; undefined: everybody who reaches it may use it. */
  key?: string
  /** Origins of pages that may use it, beside those that it names itself by address: `https://pbx.example`. */
  origins: string[]
  guard: Pick<Guard, 'fail' | 'blocked' | 'delayMs'>
}
