import type { Timers } from '#lib/clock'

/** Of one client and of all. */
const MOST_OF_ONE = 1000
const MOST = 10_000
/** A month. */
export const LONGEST_S = 31 * 24 * 3600

/** Messages to be executed later (start_time), kept in memory: whoever sent them may be gone by then. */
export const createFuture = (timers: Timers) => {
  let waiting = 0
  return {
    /** One client's share. */
    share() {
      let own = 0
      /** False: there are too many already. */
      return (delayMs: number, run: () => void): boolean => {
        if (own >= MOST_OF_ONE || waiting >= MOST) return false
        own++
        waiting++
        timers.after(delayMs, () => {
          own--
          waiting--
          run()
        })
        return true
      }
    },
    get count(): number {
      return waiting
    },
  }
}
export type Future = ReturnType<typeof createFuture>

/** Milliseconds until then; an error for the asker. Times that are past are now. */
export const delayOf = (
  { start_time: time, absolute_time: absolute = false }: Readonly<Record<string, unknown>>,
  wallMs: number,
): number | string => {
  if (typeof time !== 'number') return 0
  const seconds = absolute === true ? time - wallMs / 1000 : time
  return seconds > LONGEST_S ? `start_time: at most ${LONGEST_S} s ahead` : Math.max(0, seconds * 1000)
}
