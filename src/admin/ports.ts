import type { FastifyInstance } from 'fastify'
import type { CallRecord, CallState, Guard, Messages } from '#core'
import type { Clock } from '#lib/clock'
import type { Log } from '#lib/log'
import type { Random } from '#lib/random'
import type { Result } from '#lib/result'
import type { UserView } from './contract.ts'
import type { Feed } from './events/feed.ts'
import type { GatewayDesk } from './gateways/ports.ts'
import type { Metrics } from './metrics/metrics.ts'
import type { Password } from './password.ts'
import type { Webhooks } from './webhooks/webhooks.ts'

/** What REST and monitor can look at. */
export type House = {
  version: string
  /** All users, in an order that stays; views are made while they are read. */
  users(): Iterable<UserView>
  /** Calls in progress. */
  calls(): { record: CallRecord; state: CallState }[]
  /** Ended calls, newest first, as `Store.listCalls` has them. */
  records(query: RecordQuery): Promise<CallRecord[]>
}

export type RecordQuery = {
  limit: number
  before?: number
  beforeId?: string
  user?: string
  ended?: boolean
}

export type ApiKey = { name: string; key: string; scopes: string[] }

export type Listen = { address: string; port: number }

export type AdminPorts = {
  house: House
  messages: Messages
  gateways: GatewayDesk
  feed: Feed
  webhooks: Webhooks
  /** `open`: everybody may look, not only this machine and keys with the scope. */
  metrics: { metrics: Metrics; open: boolean }
  /** Absent: there are no such gateways, and no such path. */
  ejoin?: EjoinHandler
  /** The web phone under /phone/; absent: there is none. */
  phone?: { mount(app: FastifyInstance, whole: boolean): void }
  /** Who may use the JSON calls of DBL's SMS server; nobody: there are none. */
  dblUsers?: { username: string; password: string }[]
  /** What each SIM card may send; -1: no limit. */
  simLimits?: { perDay: number; perMonth: number; recipientsPerMonth: number }
  http: Listen[]
  https: Listen[]
  /** Required when `https` is not empty. PEM. */
  certificate?: { cert: string; key: string }
  keys: ApiKey[]
  password: Pick<Password, 'verify' | 'change' | 'onChange'>
  /** Counts wrong keys and passwords per source address. */
  guard: Guard
  clock: Clock
  random: Random
  log: Log
}

/** Names that the tab key completes; made while they are read. */
export type Candidates = {
  /** Private identities, user parts of public ones, numbers. */
  users(): Iterable<string>
  impis(): Iterable<string>
  /** URIs of registered contacts. */
  contacts(): Iterable<string>
  /** Ids of calls in progress. */
  calls(): Iterable<string>
}

/** What the monitor can do beyond looking. */
export type MonitorPorts = {
  house: House
  log: { describe(): string; setOptions(text: string): Result<void, string> }
  clock: Clock
  candidates?: Candidates
  /** Stops the server; called after the answer was handed over. */
  quit(): void
}

/** Takes what Ejoin gateways post. */
export type EjoinHandler = {
  /** 404 to who has no path here. */
  handle(request: {
    secret: string
    query: string
    address: string
    body: Uint8Array
  }): Promise<{ status: number; body: string }>
  /** A post was refused before it was read. */
  refused(address: string, why: string): void
}
