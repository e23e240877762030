import type { Clock } from '#lib/clock'
import { sourceOf } from '../guard.ts'

const HOUR_MS = 3_600_000
const MINUTE_MS = 60_000
const MOST_SOURCES = 10_000

/** How often guests asked: of one address (of IPv6 its network) in the hour, and of all in the minute. */
export const createCaps = (clock: Clock) => {
  const sources = new Map<string, { count: number; sinceMs: number }>()
  let minute = { count: 0, sinceMs: Number.NEGATIVE_INFINITY }

  return {
    /** Counts one more, unless a cap is reached. */
    take(address: string, perHour: number, perMinute: number): 'taken' | 'address' | 'all' {
      const now = clock.nowMs()
      const key = sourceOf(address)
      const known = sources.get(key)
      const source = known && now - known.sinceMs < HOUR_MS ? known : { count: 0, sinceMs: now }
      if (source.count >= perHour) return 'address'
      if (now - minute.sinceMs >= MINUTE_MS) minute = { count: 0, sinceMs: now }
      if (minute.count >= perMinute) return 'all'
      minute.count++
      source.count++
      sources.delete(key)
      sources.set(key, source)
      if (sources.size > MOST_SOURCES) sources.delete(sources.keys().next().value as string)
      return 'taken'
    },
    /** Sources remembered. */
    get size(): number {
      return sources.size
    },
  }
}

const DAY_MS = 24 * HOUR_MS

/** How long guests have talked in the last 24 hours, to the hour. `beforeMs`: before this process, in that time. */
export const createTalk = (clock: Clock, beforeMs: number) => {
  const hours = new Map([[Math.floor(clock.nowMs() / HOUR_MS), beforeMs]])
  return {
    add(ms: number): void {
      const hour = Math.floor(clock.nowMs() / HOUR_MS)
      hours.set(hour, (hours.get(hour) ?? 0) + ms)
    },
    get ms(): number {
      const oldest = Math.floor((clock.nowMs() - DAY_MS) / HOUR_MS)
      let sum = 0
      for (const [hour, ms] of hours)
        if (hour <= oldest) hours.delete(hour)
        else sum += ms
      return sum
    },
  }
}
