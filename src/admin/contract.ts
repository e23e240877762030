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
  kind: 'call' | 'echo'
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
}

/** `cursor`, when there is more: ask again with it for the next page. */
export type PageView<T> = { items: T[]; cursor?: string }

export type LoginRequest = { password: string; user?: string }
/** Every session ends with the old password; the answer is a new session. `new`: at least 10 characters. */
export type PasswordRequest = { old: string; new: string }
/** The session itself is a cookie; `csrfToken` goes into the header X-CSRF-Token of every request that changes something. */
export type LoginView = { user: string; csrfToken: string; expiresInS: number }

/** RFC 9457, application/problem+json. */
export type ProblemView = { type: string; title: string; status: number; detail?: string }

export const SCOPES = ['users:read', 'calls:read'] as const
export type Scope = (typeof SCOPES)[number]
