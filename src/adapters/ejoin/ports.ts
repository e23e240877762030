import type { AddressPlan, Fleet, GatewayInbox, Guard, Store } from '#core'
import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import type { Random } from '#lib/random'
import type { Result } from '#lib/result'

/** A device, as it is configured. */
export type DeviceSettings = {
  /** In the fleet and in routes. */
  name: string
  /** Empty: the first one that it tells counts, until the next start. */
  mac: string
  /** Last part of the path that it posts to. */
  secret: string
  /** Its own web address; empty: it is listened to and nothing is sent. */
  url: string
  username: string
  password: string
  api: string
  /** Tell it where to report. */
  push: boolean
  /** Our web server as this device reaches it; empty: `publicUrl`. */
  report_url: string
  /** Country of its cards (ISO 3166), in which senders in national form are at home; empty: that of the plan. */
  region: string
  /** Seconds that it has for one text. */
  send_timeout: number
  /** Minutes between two looks at what it may have failed to report; 0: only after gaps. */
  reconcile: number
  http: HttpRequest
}

/** `unreached`: nothing of the request has arrived, for certain. */
export type HttpFault = { kind: 'unreached' | 'broken'; text: string }
export type HttpReply = { status: number; body: Uint8Array }
export type HttpOptions = {
  method: 'GET' | 'POST'
  headers: Record<string, string>
  body?: string
  timeoutMs: number
}
/** Never rejects, follows no redirect, bounds what it reads. What it says of faults names no URL: those hold passwords. */
export type HttpRequest = (url: string, options: HttpOptions) => Promise<Result<HttpReply, HttpFault>>

export type EjoinPorts = {
  timers: Timers
  random: Random
  log: Log
  fleet: Pick<Fleet, 'sight' | 'lose' | 'describe' | 'sentElsewhere'>
  inbox: GatewayInbox
  addresses: Pick<AddressPlan, 'sender'>
  guard: Pick<Guard, 'fail' | 'blocked' | 'delayMs'>
  store: Pick<Store, 'getSetting' | 'setSetting'>
  devices: DeviceSettings[]
  /** Where devices reach our web server: `https://pbx.example`. */
  publicUrl?: string
}

/** A post at `/ejoin/<secret>`. */
export type EjoinRequest = { secret: string; query: string; address: string; body: Uint8Array }
/** 404 is answered like any path that there is not. */
export type EjoinReply = { status: 200 | 400 | 403 | 404 | 429 | 503; body: string }
