import type { Timer, Timers } from '#lib/clock'
import type { TimerValues } from '../contract.ts'

/**
 * Repeats what must be confirmed: after T1, doubling up to `capMs` (none: no cap), until stopped; gives up after
 * 64 T1. A 2xx until its ACK (RFC 3261 §13.3.1.4, capped at T2) and a reliable provisional until its PRACK
 * (RFC 3262 §3, not capped).
 */
export const repeatUntil = (
  timers: Timers,
  { t1 }: TimerValues,
  capMs: number | undefined,
  resend: () => void,
  giveUp: () => void,
): Timer => {
  let interval = t1
  let timer: Timer
  const end = timers.clock.nowMs() + 64 * t1
  const again = (): void => {
    if (timers.clock.nowMs() >= end) return giveUp()
    resend()
    interval = capMs === undefined ? interval * 2 : Math.min(interval * 2, capMs)
    timer = timers.after(Math.min(interval, end - timers.clock.nowMs()), again)
  }
  timer = timers.after(interval, again)
  return { cancel: () => timer.cancel() }
}
