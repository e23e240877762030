import type { Clock } from '#lib/clock'

const PER_SECOND = 20
const BURST = 100

/** A page says a few things a second; more, for a while, when it begins or closes many. */
export const createRate = ({ nowMs }: Clock): (() => boolean) => {
  let left = BURST
  let sinceMs = nowMs()
  return () => {
    const now = nowMs()
    left = Math.min(BURST, left + ((now - sinceMs) / 1000) * PER_SECOND)
    sinceMs = now
    return --left >= 0
  }
}
