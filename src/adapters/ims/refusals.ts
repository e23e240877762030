import type { EndCause, Refusal, Refused } from '#core'

/** The face that each refusal of the house shows in SIP; `docs/refusals.md` explains them to operators. */
const STATUS: Record<Refusal, number> = {
  'bad-request': 400,
  'not-authorised': 401,
  forbidden: 403,
  'unknown-user': 404,
  'not-registered': 480,
  busy: 486,
  declined: 603,
  'no-answer': 480,
  cancelled: 487,
  'not-acceptable-media': 488,
  overloaded: 503,
  'unsupported-address': 488,
  'alternative-service': 380,
  'peer-failure': 502,
  internal: 500,
}

/**
 * Statuses that are a matter of the leg they came on, and would mean something else on the other one: proofs,
 * extensions, intervals, dialogues, and 503, which would make the caller turn from us (RFC 3261 §16.7).
 */
const OWN_LEG = new Set([
  401, 407, 408, 420, 421, 422, 423, 424, 428, 429, 430, 436, 437, 438, 481, 489, 494, 503,
])

/** Whether the called party's status means the same to the caller. */
export const isPassed = (status: number): boolean => status >= 400 && !OWN_LEG.has(status)

/** The called party's own status is passed on where it can be: it says more than our word for it. */
export const sipStatusOf = ({ why, status }: Refused): number =>
  status !== undefined && isPassed(status) ? status : STATUS[why]

/** What a final status of the called party means to the house. */
export const refusalOf = (status: number): Refusal => {
  if (status < 400) return 'not-registered'
  if (status === 486 || status === 600) return 'busy'
  if (status === 487) return 'cancelled'
  if (status === 408 || status === 480 || status === 503) return 'no-answer'
  if (status === 404 || status === 604 || status === 410) return 'unknown-user'
  if (status === 488 || status === 606 || status === 415) return 'not-acceptable-media'
  if (status === 403 || status === 401 || status === 407) return 'forbidden'
  if (status === 603 || status >= 600) return 'declined'
  return 'peer-failure'
}

const END_REASONS: Record<EndCause, string | undefined> = {
  caller: undefined,
  callee: undefined,
  transferred: undefined,
  silence: 'SIP;cause=408;text="No media for too long"',
  failure: 'SIP;cause=500;text="The other side failed"',
  operator: 'SIP;cause=480;text="Ended by the operator"',
  shutdown: 'SIP;cause=503;text="The server is stopping"',
}

/** Reason of a BYE that is the house's own doing, RFC 3326. */
export const endReasonOf = (cause: EndCause): string | undefined => END_REASONS[cause]
