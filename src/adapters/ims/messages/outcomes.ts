import type { Outcome } from '#core'
import { reasonPhrase } from '#sip'
import { FCS_MEMORY_FULL, RP_CAUSE, rpCauseName } from '#sms'
import type { Verdict } from './deliveries.ts'
import type { Answer } from './outgoing.ts'

/** Statuses by which a phone says that it will not take this text, now or later (RFC 3428 §8). The other 4xx too. */
const PASSING = new Set([408, 425, 429, 480, 486, 491, 494, 600])
const isPassing = (status: number): boolean =>
  PASSING.has(status) || (status >= 500 && status < 600 && status !== 501 && status !== 505 && status !== 513)

/** It was not taken in this form, but may be in another, RFC 3261 §21.4.13 and §21.4.26. */
export const isWrongFormat = (answer: Answer): boolean =>
  typeof answer !== 'string' && (answer.status === 415 || answer.status === 488 || answer.status === 606)

/** Bounds of what a phone may wish: it shall neither keep us busy nor have its texts expire unasked. */
const [SOONEST_S, LATEST_S] = [5, 3600]

export const isTaken = (answer: Answer): boolean =>
  typeof answer !== 'string' && answer.status >= 200 && answer.status < 300

/** What a MESSAGE's end means that was no success. */
export const outcomeOfAnswer = (answer: Answer, route: string): Outcome => {
  if (answer === 'timeout') return { kind: 'retry', reason: 'no answer', route, cause: 408 }
  if (answer === 'transport') return { kind: 'retry', reason: 'connection failed', route, cause: 503 }
  const { status, retryAfterS } = answer
  const reason = `answered ${status} ${reasonPhrase(status)}`
  if (!isPassing(status)) return { kind: 'failed', reason, route, cause: status }
  return {
    ...{ kind: 'retry', reason, route, cause: status },
    ...(retryAfterS !== undefined && { afterS: Math.min(Math.max(retryAfterS, SOONEST_S), LATEST_S) }),
  }
}

/** TP-Failure-Cause, TS 23.040 §9.2.3.22: no room on the SIM; the SIM's toolkit is busy. */
const FCS_SIM_FULL = 0xd0
const FCS_TOOLKIT_BUSY = 0xd4

/** RP causes of a state that passes, TS 24.011 §8.2.5.4 and annex E. */
const PASSING_CAUSES = new Set<number>([
  RP_CAUSE.outOfOrder,
  RP_CAUSE.networkOutOfOrder,
  RP_CAUSE.temporaryFailure,
  RP_CAUSE.congestion,
  47,
  98,
])

/** What a handset's RP-ERROR means. Full memory is over when the handset says so (RP-SMMA), TS 23.040 §3.2.8. */
export const outcomeOfError = (
  { cause, failure }: Verdict & { kind: 'error' },
  route: string,
  committed: () => void,
): Outcome => {
  const detail = failure === undefined ? '' : `, TP-FCS ${failure.toString(16).padStart(2, '0')}`
  const common = { route, cause, committed, reason: `RP-ERROR ${cause} (${rpCauseName(cause)}${detail})` }
  if (cause === RP_CAUSE.memoryExceeded || failure === FCS_MEMORY_FULL || failure === FCS_SIM_FULL)
    return { kind: 'away', ...common, reason: 'memory full' }
  if (PASSING_CAUSES.has(cause) || failure === FCS_TOOLKIT_BUSY) return { kind: 'retry', ...common }
  return { kind: 'failed', ...common }
}
