import type { Clock } from '#lib/clock'

/** A clock is set by less than this all the time; by more only when it was wrong, or is wrong now. */
const JUMP_MS = 60_000
/** So long a new time must stand before it is believed. */
const BELIEVED_AFTER_MS = 5 * 60_000

/**
 * The wall clock for expiries. A jump is not followed at once: for five minutes time goes on as before, so that a clock
 * that is wrong for a moment expires nothing. Then it is believed; `onSet` tells what time it was, and by how much that was wrong.
 */
export const createSteadyClock = (
  clock: Clock,
  onSet: (oldMs: number, byMs: number) => void,
): (() => number) => {
  let offsetMs = clock.wallMs() - clock.nowMs()
  let seenMs = offsetMs
  let sinceMs = 0
  return () => {
    const nowMs = clock.nowMs()
    const foundMs = clock.wallMs() - nowMs
    if (Math.abs(foundMs - offsetMs) < JUMP_MS) {
      offsetMs = foundMs
      seenMs = foundMs
    } else if (Math.abs(foundMs - seenMs) >= JUMP_MS) {
      seenMs = foundMs
      sinceMs = nowMs
    } else if (nowMs - sinceMs >= BELIEVED_AFTER_MS) {
      const byMs = Math.round(foundMs - offsetMs)
      offsetMs = foundMs
      onSet(Math.round(nowMs + foundMs) - byMs, byMs)
    }
    return Math.round(nowMs + offsetMs)
  }
}
