import type { Result } from '#lib/result'

/** The gateways that real SIM cards hang in. */
export type DeviceKind = 'goip' | 'ejoin'

/** What identifies a card. Counters follow the ICCID, else the IMSI, else the number, else the line. */
export type SimFacts = {
  iccid?: string
  imsi?: string
  number?: string
  operator?: string
  plmn?: string
  balance?: string
}

/** `in-call`: registered and talking; `locked`: by the device, its operator or the mobile network. */
export const LINE_STATES = [
  'registered',
  'in-call',
  'registering',
  'not-registered',
  'no-sim',
  'sim-error',
  'no-balance',
  'locked',
  'disabled',
  'offline',
  'unknown',
] as const
export type LineState = (typeof LINE_STATES)[number]

/** `used` of `limit`; limit -1: none. */
export type Used = { used: number; limit: number }

/** What a card is known again by in another line. */
export type CardNames = Pick<SimFacts, 'iccid' | 'imsi'>

/** What an adapter saw of a line just now; members that are absent stay as they were. */
export type Sighting = {
  device: string
  /** A GoIP's line id; an Ejoin's port, with its slot (`1.02`). */
  line: string
  kind: DeviceKind
  state: LineState
  /** The device's own words for it. */
  detail?: string
  sim?: SimFacts
  imei?: string
  /** CSQ, 0 to 31; 99 or absent: not known. */
  signal?: number
  /** Counters that the device keeps, by its own names. */
  limits?: Record<string, Used>
  /** Everything else that it says. */
  fields?: Record<string, string>
}

/** Kept by Tandem per card, in the card's own day and month (UTC). `recipients`: different numbers texted this month. */
export type SimCounts = {
  sent: Period
  failed: Period
  received: Period
  recipients: number
}
export type Period = { day: number; month: number; total: number }

export type Line = Sighting & {
  /** `device/line`. */
  id: string
  sinceMs: number
  seenAtMs: number
  /** A text of ours is with it. */
  busy: boolean
  /** Switched off by our operator. */
  lockedHere: boolean
  failuresInRow: number
  counts: SimCounts
  /** Why it cannot send now; absent: it can. `offline since 14:02`, `at limit: 100 texts a day`, `suspect after 5 failures`. */
  hindrance?: string
  /** It can send, but not to everybody: `at limit for new numbers: 100 a month`. Those that it knows it may text. */
  restriction?: string
}

/** A card that was ever seen. `key`: what its counts are kept by (`iccid:…`). `line`: id of the line that it is in now. */
export type KnownCard = { key: string; line?: string; locked: boolean; counts: SimCounts }

export type Device = {
  name: string
  kind: DeviceKind
  lines: number
  registered: number
  seenAtMs: number
  fields: Record<string, string>
}

/** Which of several lines: each in turn, the one with the fewest texts today, or the one that this number knows. */
export const STRATEGIES = ['round_robin', 'least_used', 'sticky'] as const
export type Strategy = (typeof STRATEGIES)[number]

export type ClaimWish = {
  /** `box1`, `box1/goipid1`, `*`. */
  targets: string[]
  to: string
  strategy: Strategy
  /** Lines that have failed this text already. */
  not?: ReadonlySet<string>
  /** How long the card rests from now on, where that is longer than `pacing` of all. */
  pacingMs?: number
}

/**
 * `reason`: `no sendable SIM: 3 locked, 1 at limit`. `againMs`: when that may change by itself (pacing, quiet hours).
 * `own`: it is about this text alone, another one may find a line. `hopeless`: only somebody's hand or a device that
 * comes back will help.
 */
export type ClaimRefusal = { reason: string; againMs?: number; own?: true; hopeless?: true }

/** What a text needs to know of the line that it was given. */
export type Place = Pick<Line, 'id' | 'device' | 'line' | 'kind' | 'sim'>

export type Fleet = {
  sight(sighting: Sighting): void
  /** Nothing comes from it any more: the whole device, or one line. */
  lose(device: string, line: string | undefined, reason: string): void
  /** A line that is configured no longer. */
  forget(device: string, line: string): void
  /** What a device says of itself. */
  describe(device: string, kind: DeviceKind, fields: Record<string, string>): void
  list(): Line[]
  /** Behind the id `after` in the order of ids, made while they are read; of one device, or of all. */
  lines(after?: string, device?: string): Iterable<Line>
  get(id: string): Line | undefined
  devices(): Device[]
  /** Behind the key `after` in the order of keys, made while they are read. */
  cards(after?: string): Iterable<KnownCard>
  /** A line for one text, busy until `release`. */
  claim(wish: ClaimWish): Result<Place, ClaimRefusal>
  /** Of a line that there is. */
  kindOf(id: string): DeviceKind | undefined
  /** What is known of the card that is in a line. */
  simOf(id: string): Readonly<SimFacts> | undefined
  /** That line, and those that the card was in before, the newest first: five of them at most. */
  linesOf(sim: SimFacts, line: string): string[]
  /** How many lines there are by state, and how many of them would take a text now. */
  totals(): { states: Partial<Record<LineState, number>>; sendable: number }
  release(id: string, to: string, result: SendResult): void
  /** A text came in by this line, from that number. */
  received(id: string, from?: string, sim?: SimFacts): void
  /** The device sent a text that nobody here asked for: its card has paid for it all the same. */
  sentElsewhere(id: string, to: string): void
  /** By our operator; `locked` false also clears suspicion. False when there is no such line. */
  lock(id: string, locked: boolean): boolean
  /** A line may have become sendable. */
  onFree(hear: () => void): () => void
}

/**
 * One text for one number; `id` and `attempt` name it for ever. `task`: what `nextTask` gave for it, which is on disk by
 * now; absent: the driver finds a name itself.
 */
export type GatewayText = {
  id: string
  attempt: number
  to: string
  text: string
  report: boolean
  task?: string
}

/**
 * What became of a text. `committed` is called when the step that follows from it is on disk: then the device may be
 * told that we know.
 */
export type SendResult = Verdict & { committed?: () => void }

/** `task`: by which the device may still name the text later, whatever line it is of. */
type Verdict =
  /** The mobile network took it. `reference`: by which the device's delivery report names it. */
  | { kind: 'sent'; reference?: string; task?: string }
  /**
   * Certainly not sent. `number`: no line will do better; `line`: another one may; `busy`: the device has no room now.
   * `cause`: the device's code.
   */
  | { kind: 'refused'; fault: 'number' | 'line' | 'busy'; reason: string; cause?: number }
  /** Perhaps sent: never tried again by itself. */
  | { kind: 'unknown'; reason: string; task?: string }

/** `open`: the network waits for a choice; the same session goes on with the next code. */
export type UssdReply = { text: string; open: boolean }

/** What an adapter can do with its lines; promises never reject. */
export type GatewayDriver = {
  kind: DeviceKind
  send(line: Place, text: GatewayText): Promise<SendResult>
  /** What the device will call the next text by this line: on disk before the device hears of it. Undefined: none now. */
  nextTask?(line: Place): Promise<string | undefined>
  /**
   * What becomes of a text that a process before this one has handed to that line at `sinceMs`, under that name: it is
   * not handed over again. Undefined: no device of this driver's.
   */
  follow?(line: string, task: string, sinceMs: number): Promise<SendResult> | undefined
  /** Digits, `*` and `#` only. `undefined` ends an open session. */
  ussd(line: Line, code: string | undefined): Promise<Result<UssdReply, string>>
  /** The device's own commands, by the names of docs/gateways.md; changing an IMEI is none of them. */
  command(line: Line, name: string, values: string[]): Promise<Result<string, string>>
  readonly commands: readonly string[]
}

export type InboundText = {
  /** Id of the line. */
  line: string
  sim: SimFacts
  from: string
  text: string
  atMs: number
  /** The same key within the window names the same text. */
  dedupe: string
  /** The window, where it is longer than usual: a device that may tell the same text again weeks later. */
  keyMs?: number
}

/**
 * `reference` where the device gives one, else the newest text to `recipient` by this line. `status`: TP-Status. `sim`: the
 * card that was in the line by then, where it is known.
 */
export type InboundReport = {
  line: string
  sim?: CardNames
  reference?: string
  recipient?: string
  status: number
  atMs: number
  /** The same key within the window names the same report. */
  dedupe?: string
  /** The window, where it is longer than usual. */
  keyMs?: number
}

/** What a device says of a text that nobody waits for any more, by the name that the text has there. */
export type InboundResult = { device: string; task: string; result: SendResult; atMs: number }

/** Anything else that a device tells and somebody may want to read later. */
export type GatewayEvent = {
  line: string
  name: string
  atMs: number
  fields: Record<string, string>
  /** The same key within the window names the same event. Absent: each one is kept. */
  dedupe?: string
  /** The window, where it is longer than usual. */
  keyMs?: number
  /** What it begins or changes: on disk with it, or not at all. Begun by it, `beginMs` is its `atMs`. */
  call?: GatewayCall
  /** An operator should look at it: it is told to whoever watches. */
  alarm?: true
}

/** A call as the device recorded it; the same `key` replaces what was known. */
export type GatewayCall = {
  key: string
  line: string
  outgoing: boolean
  caller: string
  callee: string
  /** Call-ID of our SIP dialogue, where the device tells it. */
  callId?: string
  beginMs?: number
  answerMs?: number
  endMs?: number
  reason: string
}

/** `duplicate`: nothing was kept. `call`: of what is told again after a restart, the one that it began, as it is on disk. */
export type Told = { duplicate: boolean; call?: GatewayCall }

/** Where adapters hand in what devices say. Each resolves when it is on disk: only then is the device told so. */
export type GatewayInbox = {
  text(text: InboundText): Promise<Result<{ id: string; duplicate: boolean }, 'failure' | 'overloaded'>>
  /** A report that overtakes its text, or has none, is parked and matched later. */
  report(report: InboundReport): Promise<Result<void, 'failure'>>
  /** What was `unknown` is corrected; a result that comes before its text is found is parked. */
  result(result: InboundResult): Promise<Result<void, 'failure'>>
  event(event: GatewayEvent): Promise<Result<Told, 'failure'>>
  call(call: GatewayCall): Promise<Result<void, 'failure'>>
}
