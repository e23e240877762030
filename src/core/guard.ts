import type { Clock } from '#lib/clock'

type Source = { failures: number; sinceMs: number; blockedUntilMs: number }

export type GuardOptions = {
  clock: Clock
  /** Failures of one source until it is blocked, and for how long. */
  blockAfter: number
  blockMinutes: number
  exempt: (address: string) => boolean
  onBlocked: (source: string) => void
}

/** Failures older than this no longer count. */
const MEMORY_MS = 10 * 60_000
const MOST_SOURCES = 20_000

/**
 * Remembers who fails to prove what it claims. A source is answered later and later, then not at all for a
 * while. The memory is bounded: the source that failed longest ago is forgotten first.
 */
export const createGuard = ({ clock, blockAfter, blockMinutes, exempt, onBlocked }: GuardOptions) => {
  const sources = new Map<string, Source>()

  const fail = (address: string): void => {
    if (exempt(address)) return
    const now = clock.nowMs()
    const known = sources.get(address)
    const source =
      known && now - known.sinceMs < MEMORY_MS ? known : { failures: 0, sinceMs: now, blockedUntilMs: 0 }
    source.failures++
    source.sinceMs = now
    if (source.failures >= blockAfter && source.blockedUntilMs <= now) {
      source.blockedUntilMs = now + blockMinutes * 60_000
      source.failures = 0
      onBlocked(address)
    }
    sources.delete(address)
    sources.set(address, source)
    if (sources.size > MOST_SOURCES) sources.delete(sources.keys().next().value as string)
  }

  return {
    fail,
    succeed: (address: string): void => void (sources.size > 0 && sources.delete(address)),
    blocked(address: string): boolean {
      if (sources.size === 0) return false
      const source = sources.get(address)
      return source !== undefined && source.blockedUntilMs > clock.nowMs()
    },
    /** How long to wait before the next answer to this source: nothing for the first failures, then up to 4 s. */
    delayMs(address: string): number {
      const failures = sources.get(address)?.failures ?? 0
      return failures < 5 ? 0 : Math.min(250 * 2 ** (failures - 5), 4000)
    },
    unblock: (address: string): boolean => sources.delete(address),
    list: (): string[] => {
      const now = clock.nowMs()
      return [...sources].filter(([, source]) => source.blockedUntilMs > now).map(([address]) => address)
    },
  }
}
export type Guard = ReturnType<typeof createGuard>
