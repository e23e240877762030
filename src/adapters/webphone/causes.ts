import type { EndCause, Refusal, Refused } from '#core'

/** The face that each refusal of the house shows to a browser: a status of SIP and a sentence. */
const FACES: Record<Refusal, [status: number, reason: string]> = {
  'bad-request': [400, 'That number cannot be called.'],
  'not-authorised': [401, 'You have to log in first.'],
  forbidden: [403, 'That is not allowed.'],
  'unknown-user': [404, 'Nobody has that number.'],
  'not-registered': [480, 'Nobody can be reached there at the moment.'],
  busy: [486, 'The line is busy.'],
  declined: [603, 'The call was declined.'],
  'no-answer': [480, 'Nobody answers.'],
  cancelled: [487, 'The call was given up.'],
  'not-acceptable-media': [488, 'The two ends have no way to talk in common.'],
  overloaded: [503, 'There are too many calls at the moment.'],
  'unsupported-address': [488, 'The two ends have no network address in common.'],
  'alternative-service': [380, 'Emergency calls are not possible here.'],
  'peer-failure': [502, 'The other side failed.'],
  internal: [500, 'Something went wrong in the server.'],
}

export type Face = { cause: number; reason: string }

export const faceOf = ({ why, status }: Refused): Face => {
  const [own, reason] = FACES[why]
  return { cause: status ?? own, reason }
}

/** How the end of a call that was set up is told. */
const ENDS: Partial<Record<EndCause, [status: number, reason: string]>> = {
  silence: [408, 'Nothing has been heard from the other side for too long.'],
  failure: [500, 'The other side failed.'],
  operator: [480, 'The call was ended by the operator.'],
  shutdown: [503, 'The server is stopping.'],
}

export const faceOfEnd = (end: EndCause): Face => {
  const [cause, reason] = ENDS[end] ?? [200, 'The call has ended.']
  return { cause, reason }
}

/** What a status of the browser's means to the house (1005). */
export const refusalOf = (status: number): Refusal => {
  if (status < 400) return 'not-registered'
  if (status === 486 || status === 600) return 'busy'
  if (status === 404 || status === 604 || status === 410) return 'unknown-user'
  if (status === 415 || status === 488 || status === 606) return 'not-acceptable-media'
  if (status === 403) return 'forbidden'
  if (status === 480 || status === 408) return 'no-answer'
  return status >= 600 ? 'declined' : 'peer-failure'
}
