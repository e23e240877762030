import type {
  Calls,
  Events,
  Guard,
  Guests,
  Identity,
  Media,
  Messages,
  Registrations,
  Subscriber,
  Subscribers,
} from '#core'
import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import type { Random } from '#lib/random'
import type { LegacyCipher } from '#webcall'
import type { Upstream, UpstreamAccount } from './upstream.ts'
import type { Lamps, Mailboxes } from './watched.ts'

/** Short-lived words with which a page that is logged in opens its connection; each is good once. */
export type Tokens = { redeem(token: string): TokenOwner | undefined }
/** `extension`: of another exchange, which let it in with this password; `refused`: it does not any more. */
export type TokenOwner = {
  impi: string
  tel: string
  extension?: { password: string; refused(): void }
}

export type WebphoneSettings = {
  cipher: LegacyCipher | 'off'
  key: string
  /** Old logins also without TLS. */
  plainWs: boolean
  /** A new login of an old client ends the one before, even while that is alive. */
  takeover: boolean
  maxRegisters: number
  maxCalls: number
  maxVideos: number
  maxBlf: number
  /** How long a session and its calls outlive a page that was closed, or is being loaded anew. */
  leavingS: number
  /** Where a client finds its phone book, by the host that it asked for. */
  phoneBook?: (host: string | undefined) => string | undefined
  ctiHeader: string
  skillHeader: string
}

export type WebphonePorts = {
  timers: Timers
  random: Random
  log: Log
  subscribers: Subscribers
  registrations: Pick<Registrations, 'update' | 'of'>
  guard: Guard
  calls: Pick<Calls, 'offer'>
  media: Pick<Media, 'ask' | 'refresh' | 'attach' | 'leave' | 'picture' | 'dtmf'>
  messages: Pick<Messages, 'accept'>
  events: Events
  tokens: Tokens
  /** Extensions are those of another exchange. */
  upstream?: Upstream
  /** Absent: no click to call. */
  guests?: Guests
  lamps?: Lamps
  mailboxes?: Mailboxes
  /** What this house can do, for clients that ask. */
  features: Readonly<Record<string, boolean>>
  settings: WebphoneSettings
}

/** Who is logged in: a person, by one of its identities. `upstream`: as an extension of another exchange. */
export type Account = { subscriber: Subscriber; identity: Identity; tel: string; upstream?: UpstreamAccount }
