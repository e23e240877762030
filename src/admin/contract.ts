import type { GatewayCallView } from './gateways/contract.ts'

/**
 * The REST interface as its callers see it: /api/v1 on the admin address. Times are ISO 8601 in UTC, durations are
 * seconds. The console and the SDK import these types; `schemas.ts` says the same to machines.
 */
export type HealthView = { status: 'ok'; version: string; uptimeS: number }

export type BindingView = {
  contact: string
  expiresInS: number
  /** 0 to 1, preference among several contacts. */
  q: number
  /** Address and port that the registration came from. */
  source: string
  transport: 'udp' | 'tcp' | 'tls' | 'ws' | 'wss'
  userAgent?: string
  instance?: string
}

export type UserView = {
  impi: string
  impus: string[]
  /** Telephone number, where the user has one. */
  number?: string
  registered: boolean
  bindings: BindingView[]
  /** Calls in progress. */
  calls: number
}

export const CALL_STATES = ['routing', 'ringing', 'answered', 'held', 'ended'] as const

export type CallView = {
  id: string
  state: (typeof CALL_STATES)[number]
  caller: string
  callee: string
  dialled: string
  kind: 'call' | 'echo' | 'mt' | 'emergency'
  video: boolean
  startedAt: string
  ringingAt?: string
  answeredAt?: string
  endedAt?: string
  /** From the answer to the end or to now; 0 when nobody answered. */
  talkS: number
  cause?: string
  status?: number
  callIds: string[]
  /** It came by click to call, from this address and site; `visitor`: the number that was called back. */
  guest?: { how: 'web' | 'call-back'; address: string; origin?: string; visitor?: string }
  /** What the caller's web page said of it: CTI data and the skill that is wanted. */
  cti?: string
  skill?: string
  /** What a gateway recorded of it, where it went through one. */
  gateway?: GatewayCallView
}

/** Exactly one of `text` and `data`. */
export type MessageRequest = {
  /** Number, identity or name that the recipient sees; `Tandem` when absent. */
  from?: string
  /** A number, an identity (`sip:`, `tel:`), its user part, or an IMPI. */
  to: string
  text?: string
  /** User data of one SMS, without its header; `encoding` says how it is written. */
  data?: string
  encoding?: 'hex' | 'base64'
  /** Elements of the user data header in hexadecimal, without the length octet; only with `data`. */
  udh?: string
  /** TP-DCS; with `data` alone. */
  dcs?: number
  /** Seconds until it is given up; absent: sms_expires. */
  validity?: number
  /** Shown at once and not kept (class 0). */
  flash?: boolean
  /** The application's own word for it. */
  tag?: string
  /** By SIM cards, where not as its route says. */
  delivery?: 'at_most_once' | 'at_least_once'
}

/** `repeated`: an earlier request with the same Idempotency-Key and body made it. */
export type AcceptedView = { id: string; repeated: boolean }

/** See MESSAGE_STATES in core/messages/record.ts for what each state means. */
export type MessageView = {
  id: string
  state: string
  /** Where it came from. */
  origin: string
  from: string
  /** IMPI of the sender, where one has proved to be it. */
  sender?: string
  /** As it was addressed, and the IMPI of whom it waits for. */
  to: string
  recipient: string
  kind: 'text' | 'data' | 'report'
  text?: string
  /** Hexadecimal, as is `udh`. */
  data?: string
  udh?: string
  dcs?: number
  acceptedAt: string
  expiresAt: string
  reason?: string
  route?: string
  cause?: number
  attempts: number
  /** Parts on the way out, and how many of them the recipient has confirmed. */
  parts: number
  partsDone: number
  /** Some parts of a long text never came. */
  incomplete: boolean
  tag?: string
  delivery?: 'at_most_once' | 'at_least_once'
  /** The SIM card that it came by, or left by. */
  via?: { line: string; port: string; iccid?: string; imsi?: string; number?: string; operator?: string }
}

export type StepView = { at: string; state: string; reason?: string; route?: string; cause?: number }
export type MessageDetailView = MessageView & { timeline: StepView[] }

/** What happened, for webhooks and `GET /events` alike. The same fact has the same `id`, always. */
export type EventView = { id: string; type: string; timestamp: string; data: object }

export type WebhookView = {
  id: string
  url: string
  events: string[]
  /** `failing`: its endpoint does not take events, one at a time is tried until it does. */
  state: 'working' | 'failing' | 'paused'
  waiting: number
  retrying: number
  delivered: number
  givenUp: number
  lastDeliveryAt?: string
  lastFailure?: { at: string; event: string; status?: number; detail: string }
  nextAttemptAt?: string
}
/** One of the two. */
export type ReplayRequest = { since?: string; event?: string }
export type ReplayedView = { events: number }

/** `cursor`, when there is more: ask again with it for the next page. */
export type PageView<T> = { items: T[]; cursor?: string }

export type LoginRequest = { password: string; user?: string }
/** Every session ends with the old password; the answer is a new session. `new`: at least 10 characters. */
export type PasswordRequest = { old: string; new: string }
/** The session itself is a cookie; `csrfToken` goes into the header X-CSRF-Token of every request that changes something. */
export type LoginView = { user: string; csrfToken: string; expiresInS: number }

/** RFC 9457, application/problem+json. `errors` names the members of the request that are wrong. */
export type ProblemView = {
  type: string
  title: string
  status: number
  detail?: string
  errors?: { field: string; detail: string }[]
}

export type * from './gateways/contract.ts'

export const SCOPES = [
  'users:read',
  'calls:read',
  'messages:send',
  'messages:read',
  'events:read',
  'webhooks:read',
  'webhooks:write',
  'metrics:read',
  'devices:read',
  'devices:control',
] as const
export type Scope = (typeof SCOPES)[number]
