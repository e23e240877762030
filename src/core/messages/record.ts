/**
 * The life of a message: accepted → queued(reason) → submitting → sent → delivered | failed(cause) | expired |
 * unknown | cancelled. `accepted` lasts only while parts of a long text are missing; `sent`: handed over, a report is
 * to come; `unknown`: handed over, and nobody will ever say what became of it.
 */
export const MESSAGE_STATES = [
  'accepted',
  'queued',
  'submitting',
  'sent',
  'delivered',
  'failed',
  'expired',
  'unknown',
  'cancelled',
] as const
export type MessageState = (typeof MESSAGE_STATES)[number]

export const FINAL_STATES: readonly MessageState[] = [
  'delivered',
  'failed',
  'expired',
  'unknown',
  'cancelled',
]

/** Where a message came from: a handset (SMS over IP), a SIP phone (text/plain), a browser, a SIM card, or an application's way in. */
export const MESSAGE_ORIGINS = ['ims', 'sip', 'web', 'gateway', 'api', 'rest', 'monitor', 'report'] as const
export type MessageOrigin = (typeof MESSAGE_ORIGINS)[number]

/** What is in it. Octets are lower case hexadecimal, so that records stay plain data everywhere. */
export type MessageBody =
  /** `dcs`, where it says more than the alphabet: a class (flash), a waiting indication. `udh`: elements other than concatenation. */
  | { kind: 'text'; text: string; dcs?: number; udh?: string }
  /** TP-User-Data as it is, behind its header elements (TS 23.040 §9.2.3.24), without the header's own length octet. */
  | { kind: 'data'; octets: string; dcs: number; udh?: string }
  /** A status report for a handset that asked for one, TS 23.040 §9.2.2.3. */
  | { kind: 'report'; reference: number; recipient: string; atMs: number; doneAtMs: number; status: number }

/**
 * One step of the life. `cause`: RP cause, TP-Status or SIP status, as `route` speaks it. `task`: of `submitting`, what the
 * gateway calls this attempt, so that its word is understood after a restart of ours.
 */
export type MessageStep = {
  atMs: number
  state: MessageState
  reason?: string
  route?: string
  cause?: number
  task?: string
}

/** One part of a long text that arrived in several, TS 23.040 §9.2.3.24.1. */
export type MessagePart = { sequence: number; reference?: number; body: MessageBody }

/** Whom to tell in the end, and by which TP-Message-References it knows the message. */
export type ReportWish = { impi: string; references: number[] }

/** A key that names a message until `untilMs`; at `nowMs` somebody claims it. At most 190 characters. */
export type DedupeClaim = { key: string; nowMs: number; untilMs: number }

/** The SIM card by which a message came, or left: line of the fleet (`box1/goipid1`), and what was known of the card. */
export type MessageVia = { line: string; iccid?: string; imsi?: string; number?: string; operator?: string }

/** Whether a text of which nobody knows if a SIM card has sent it goes again, by another one. */
export const DELIVERIES = ['at_most_once', 'at_least_once'] as const
export type Delivery = (typeof DELIVERIES)[number]

/** One message, whatever its ends. Times are wall clock milliseconds. */
export type MessageRecord = {
  /** Sorts by acceptance. */
  id: string
  origin: MessageOrigin
  /** As the recipient will see it: a number, an identity URI, a name. `fromImpi`: who proved to have sent it. */
  from: string
  fromImpi?: string
  /** As it was addressed. */
  to: string
  /** Whose turn it waits for: `subscriber:IMPI`. Messages of one queue are handed over in order, one at a time. */
  queue: string
  body: MessageBody
  /** TP-PID. */
  pid: number
  acceptedAtMs: number
  expiresAtMs: number
  state: MessageState
  /** Of the present state. */
  reason?: string
  cause?: number
  route?: string
  /** Attempts that ended without success; part of the identity of the next one on the wire. */
  attempts: number
  /** Parts that it takes on the way out, and how many of them the recipient has confirmed. */
  partsTotal: number
  partsDone: number
  steps: MessageStep[]
  /** Parts that came in while others are missing; `incomplete`: given up waiting for the rest. */
  parts?: MessagePart[]
  partsExpected?: number
  /** What its parts have in common, while they are awaited. */
  partsKey?: string
  incomplete?: boolean
  reportTo?: ReportWish
  via?: MessageVia
  /** By SIM cards; absent: as its route says. */
  delivery?: Delivery
  /** Of a message `sent` by a card: until when a report is awaited; then it stays as it is (`closed`). */
  reportUntilMs?: number
  closed?: true
  /** Suppresses repeats: the same key names the same message. */
  dedupe?: string
  /** The application's own word for it. */
  tag?: string
}
