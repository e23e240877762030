import type { LiveSettings, Messages, Registrations, Subscribers } from '#core'
import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import type { Random } from '#lib/random'
import type { Wire } from '#lib/wire'
import type { ServerTransaction, SipEndpoint } from '#sip'
import type { Deliveries } from './deliveries.ts'

export type TextSettings = {
  /** User part of the IP-SM-GW's own URI, whose host is the domain. */
  gateway: string
  /** Number of the service centre, for RP; empty: none. */
  smsc: string
  /** Whether national language tables may be used when writing. */
  nationalTables: boolean
  /** `text/plain` between phones passes through unstored. */
  relayOnly: boolean
}

/** What texts need, whichever way they go. */
export type TextPorts = {
  timers: Timers
  random: Random
  log: Log
  live: LiveSettings
  subscribers: Subscribers
  registrations: Registrations
  wire: Wire
  request: SipEndpoint['request']
  domain: string
  settings: TextSettings
  /** Handed over and waiting for the handset's word: one for both directions. */
  deliveries: Deliveries
}

export type IncomingTextPorts = TextPorts & { messages: Messages }

/** How a request is answered; `refuse` slows down those who keep failing. */
export type Replies = {
  reply(transaction: ServerTransaction, status: number, headers?: [string, string][]): void
  refuse(transaction: ServerTransaction, status: number, headers?: [string, string][]): void
}
