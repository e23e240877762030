import type { Refusal, Refused } from '#core'

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
  'unsupported-address': 484,
  'peer-failure': 502,
  internal: 500,
}

/** The called party's own status is passed on where there is one: it says more than our word for it. */
export const sipStatusOf = ({ why, status }: Refused): number => status ?? STATUS[why]

/** What a final status of the called party means to the house. */
export const refusalOf = (status: number): Refusal => {
  if (status === 486 || status === 600) return 'busy'
  if (status === 487) return 'cancelled'
  if (status === 408 || status === 480) return 'no-answer'
  if (status === 404 || status === 604 || status === 410) return 'unknown-user'
  if (status === 488 || status === 606 || status === 415) return 'not-acceptable-media'
  if (status === 403 || status === 401 || status === 407) return 'forbidden'
  if (status === 603 || status >= 600) return 'declined'
  return 'peer-failure'
}
