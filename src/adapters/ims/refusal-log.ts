import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'

export type RefusalLog = (text: string, source: string) => void

/** Lines a second: enough to see who it is, too few to fill a disk. */
const MOST_LINES = 10
const PERIOD_MS = 1000

/**
 * One line for each refused request, up to a bound; whoever forges sources by the thousand gets a count. What is left
 * out of a second is told at its end.
 */
export const createRefusalLog = (timers: Timers, log: Log): RefusalLog => {
  let lines = 0
  let left = 0
  const close = (): void => {
    if (left > 0) log.write('ims', 'warn', `${left} more requests refused within a second`)
    lines = 0
    left = 0
  }
  return (text, source) => {
    if (lines === 0) timers.after(PERIOD_MS, close)
    if (lines < MOST_LINES) {
      lines++
      log.write('ims', 'warn', text, { user: source })
    } else left++
  }
}
