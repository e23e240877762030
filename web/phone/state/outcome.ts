import type { HistoryCall } from '../../sdk/index.ts'

export type Outcome = 'talked' | 'missed' | 'declined' | 'unreached' | 'failed'

/** Refused by hand or by a phone that talks (RFC 3261 §21.4.24, §21.6.1, §21.6.2). */
const DECLINED = [486, 600, 603]
/** No phone rang: forbidden, unknown, not there, not understood (RFC 3261 §21.4). */
const UNREACHED = [403, 404, 410, 415, 480, 484, 488, 500, 502, 503, 604]

/** How a call went for its user; missed is what rang here and was not answered. */
export const outcomeOf = ({
  direction,
  missed,
  answeredAtMs,
  cause,
}: Pick<HistoryCall, 'direction' | 'missed' | 'answeredAtMs' | 'cause'>): Outcome => {
  if (direction === 'out') return answeredAtMs ? 'talked' : 'failed'
  // The mailbox may have answered: it was missed all the same.
  if (answeredAtMs) return missed ? 'missed' : 'talked'
  if (DECLINED.includes(cause ?? 0)) return 'declined'
  return UNREACHED.includes(cause ?? 0) ? 'unreached' : 'missed'
}
