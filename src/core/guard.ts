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
 * while. The memory is bounded: the source that failed longest ago is forgotten first. An IPv6 host has a whole
 * network of addresses to choose from, so its /64 is the source.
 */
export const createGuard = ({ clock, blockAfter, blockMinutes, exempt, onBlocked }: GuardOptions) => {
  const sources = new Map<string, Source>()

  const fail = (address: string): void => {
    if (exempt(address)) return
    const key = sourceOf(address)
    const now = clock.nowMs()
    const known = sources.get(key)
    const source =
      known && now - known.sinceMs < MEMORY_MS ? known : { failures: 0, sinceMs: now, blockedUntilMs: 0 }
    source.failures++
    source.sinceMs = now
    if (source.failures >= blockAfter && source.blockedUntilMs <= now) {
      source.blockedUntilMs = now + blockMinutes * 60_000
      source.failures = 0
      onBlocked(key)
    }
    sources.delete(key)
    sources.set(key, source)
    if (sources.size > MOST_SOURCES) sources.delete(sources.keys().next().value as string)
  }

  /** Makes up for one failure, so that an account of one's own is no licence to guess at others. */
  const succeed = (address: string): void => {
    if (sources.size === 0) return
    const key = sourceOf(address)
    const source = sources.get(key)
    if (source && --source.failures <= 0 && source.blockedUntilMs <= clock.nowMs()) sources.delete(key)
  }

  return {
    fail,
    succeed,
    blocked(address: string): boolean {
      if (sources.size === 0) return false
      const source = sources.get(sourceOf(address))
      return source !== undefined && source.blockedUntilMs > clock.nowMs()
    },
    /** How long to wait before the next answer to this source: nothing for the first failures, then up to 4 s. */
    delayMs(address: string): number {
      if (sources.size === 0) return 0
      const failures = sources.get(sourceOf(address))?.failures ?? 0
      return failures < 5 ? 0 : Math.min(250 * 2 ** (failures - 5), 4000)
    },
    unblock: (address: string): boolean => sources.delete(sourceOf(address)) || sources.delete(address),
    list: (): string[] => {
      const now = clock.nowMs()
      return [...sources].filter(([, source]) => source.blockedUntilMs > now).map(([address]) => address)
    },
    /** Sources remembered. */
    get size(): number {
      return sources.size
    },
  }
}
export type Guard = ReturnType<typeof createGuard>

/** The address itself, of IPv6 its first 64 bits. */
export const sourceOf = (address: string): string => {
  if (!address.includes(':')) return address
  const [head = '', tail] = (address.split('%')[0] as string).split('::')
  const groups = head === '' ? [] : head.split(':')
  // What `::` leaves out are zeros, as many as make eight groups of it.
  if (tail !== undefined) {
    const rest = tail === '' ? 0 : tail.split(':').length
    while (groups.length + rest < 8 && groups.length < 4) groups.push('0')
    if (groups.length < 4) groups.push(...tail.split(':').slice(0, 4 - groups.length))
  }
  return `${groups.slice(0, 4).join(':')}::/64`
}
