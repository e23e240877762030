import type { Endpoint } from '#lib/wire'

/** SIM cards in gateways, and which texts and calls go by them. Names and defaults are a contract, as in settings-groups.ts. */

/** `api_users`: of the JSON calls that DBL's SMS server has. */
export type GoipSettings = {
  addr: Endpoint[]
  lines: GoipLine[]
  api_users: { username: string; password: string }[]
}

export type GoipLine = {
  id: string
  password: string
  number: string
  device: string
  status_ok: number
  /** After a WAIT: never, after 20 s of silence, or every 5 s as the manual says. */
  wait_poll: 'never' | 'silent' | 'spec'
  status_refused: number
  number_format: string
  /** Pins the IP address, never the port. */
  pin_address: boolean
  ack_newline: boolean
  direct_sms: boolean
  call_events: boolean
  /** 2 by the manual, 0 to DBL's own server. */
  module_off: number
  /** Name of a user (its SIP account) or of a trunk; empty: no calls. */
  trunk: string
}

export type EjoinSettings = { devices: EjoinDevice[] }

export type EjoinDevice = {
  name: string
  mac: string
  secret: string
  url: string
  username: string
  password: string
  api: 'v2' | 'v3'
  push: boolean
  report_url: string
  region: string
  send_timeout: number
  reconcile: number
  check_certificate: boolean
  /** Name of a user (its SIP account) or of a trunk; empty: no calls. */
  trunk: string
}

export type RouteSettings = {
  name: string
  /** Expressions, or `*`; `line` is that of the SIM card which received a text. `time`: hours, empty: always. */
  match: {
    kind: 'call' | 'message' | '*'
    to: string
    from: string
    tag?: string
    time: string
    line?: string
  }
  /** `subscriber:IMPU`, `gateway:DEVICE[/LINE]`, `trunk:NAME`, `webhook:URL`, `inbox`, `reject:CODE`. */
  to: string[]
  strategy: 'round_robin' | 'least_used' | 'sticky'
  fallback: string[]
  /** Final SIP statuses of a trunk after which the next target is tried. */
  fallback_on: number[]
  /** Seconds, as `pacing`. */
  fallback_after: number
  pacing: number
  quiet_hours: string
  allow: string[]
  deny: string[]
  delivery: 'at_most_once' | 'at_least_once'
  attempts: number
  reports: boolean
}

/** What holds for every SIM card. -1: no limit. */
export type SimsSettings = {
  per_day: number
  per_month: number
  recipients_per_month: number
  /** Seconds. */
  pacing: number
  quiet_hours: string
  suspect_after: number
  suspect_minutes: number
  report_hours: number
}
