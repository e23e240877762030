import type { Timer, Timers } from '#lib/clock'

/** When background writes leave. */
export type Pace = {
  /** Something waits: `run` is called once, later. */
  start(): void
  /** All that waited was taken along by somebody in a hurry. */
  cancel(): void
  /** The disk has trouble: the next try comes at the slowest pace. */
  slow(): void
}

const QUIET_MS = 20
const STORM_MS = 1000

/**
 * Soon while little happens; when there is always something, each wait is twice the one before, up to a second:
 * a commit costs as much as fifty rows, and repeats within the wait fold into one row.
 */
export const createPace = (timers: Timers, run: () => void): Pace => {
  let timer: Timer | undefined
  let delayMs = QUIET_MS
  let lastMs = Number.NEGATIVE_INFINITY
  const fire = (): void => {
    timer = undefined
    lastMs = timers.clock.nowMs()
    run()
  }
  return {
    start: () => {
      if (timer) return
      const calm = timers.clock.nowMs() - lastMs > 2 * delayMs
      delayMs = calm ? QUIET_MS : Math.min(2 * delayMs, STORM_MS)
      timer = timers.after(delayMs, fire)
    },
    cancel: () => {
      timer?.cancel()
      timer = undefined
    },
    slow: () => {
      delayMs = STORM_MS
    },
  }
}
