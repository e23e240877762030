/** Gateways with SIM cards, their lines and cards, and routes, as REST and events show them. */

export type UsedView = { used: number; limit: number }
/** In the card's own day and month (UTC). */
export type PeriodView = { day: number; month: number; total: number }
/** `recipients`: different numbers texted this month. */
export type CountsView = {
  sent: PeriodView
  failed: PeriodView
  received: PeriodView
  recipients: number
}

/** What identifies a card, as far as it is known. */
export type CardView = {
  iccid?: string
  imsi?: string
  number?: string
  operator?: string
  plmn?: string
}

export type DeviceView = {
  name: string
  kind: 'goip' | 'ejoin'
  lines: number
  registered: number
  lastSeenAt: string
  /** What it says of itself, in its own words. */
  fields: Record<string, string>
  /** Names for POST /lines/{device}/{port}/command. */
  commands: string[]
}

export type LineView = CardView & {
  /** `device/port`. */
  id: string
  device: string
  /** A GoIP's line id; an Ejoin's port. */
  port: string
  kind: 'goip' | 'ejoin'
  state: string
  /** The device's own words for it. */
  detail?: string
  since: string
  lastSeenAt: string
  /** It would take a text now; else `hindrance` says why not. With both: it takes no text for a number that is new to it. */
  sendable: boolean
  hindrance?: string
  /** A text is with it. */
  busy: boolean
  /** Switched off here, by an operator. */
  locked: boolean
  failuresInRow: number
  imei?: string
  /** 0 to 31; absent: not known. */
  signal?: number
  balance?: string
  /** Counters that the device keeps; limit -1: none. */
  limits?: Record<string, UsedView>
  /** Kept here, for the card. */
  counts: CountsView
  fields?: Record<string, string>
}

/** Settings of a GoIP's line as `goip.lines` of the configuration names them, without the password. */
export type GoipLineView = {
  id: string
  /** Its id in GET /lines. */
  line: string
  /** By REST; the others are of the configuration, and changed there. */
  added: boolean
} & Record<string, string | number | boolean>

/** `card`: what its counts are kept by. `line`: where it is now. */
export type SimView = Omit<CardView, 'plmn'> & {
  card: string
  line?: string
  locked: boolean
  counts: CountsView
}

/** `code`: digits, * and #. Without one an open session ends. */
export type UssdRequest = { code?: string }
/** `open`: the network waits for a choice; send it as the next code. */
export type UssdView = { text: string; open: boolean }
export type CommandRequest = { name: string; values?: string[] }
export type CommandView = { text: string }

export type GatewayEventView = {
  line: string
  name: string
  at: string
  fields: Record<string, string>
}

/** A call as the device recorded it. */
export type GatewayCallView = {
  id: string
  line: string
  direction: 'in' | 'out'
  caller: string
  callee: string
  callId?: string
  beganAt?: string
  answeredAt?: string
  endedAt?: string
  reason: string
}

/** Another PBX, a provider, or the SIP account of a gateway. */
export type TrunkView = {
  name: string
  /** In both directions, now. */
  calls: number
  mostCalls: number
  /** There is a way to it: its name is known, or its account is registered here. */
  reachable: boolean
  /** It did not answer a short while ago: others have the first turn. */
  rests: boolean
  /** Of ours at it, where there is one. */
  registration?: { registered: boolean; reason?: string }
}

export type RouteView = {
  name: string
  match: { kind: string; to: string; from: string; [more: string]: unknown }
  to: string[]
  fallback: string[]
  strategy: string
  /** Whatever else the configuration says of it. */
  settings: Record<string, unknown>
}

export type RouteTryRequest = {
  kind: 'call' | 'message'
  from: string
  to: string
  tag?: string
}
/** `why`: in words. `route`: absent when none was needed, or none fits. */
export type RouteTryView = {
  accepted: boolean
  why: string
  route?: string
  /** In the order of their turns. */
  targets: { target: string; usable: boolean; why?: string }[]
}
