import type { Clock } from '#lib/clock'

type Source = { left: number; atMs: number }

/** So many wrong datagrams of one source are heard at once, and so many more each second. */
const BURST = 100
const PER_SECOND = 4
const MOST_SOURCES = 10_000

/**
 * How much nonsense is heard from one source. GoIP proves nothing before it says its password, so whoever can forge a
 * source could have it blocked: a source is only slowed, and lines that are at home there are heard all the same.
 */
export const createPatience = (clock: Clock, exempt: (address: string) => boolean = () => false) => {
  const sources = new Map<string, Source>()
  const leftOf = ({ left, atMs }: Source): number =>
    Math.min(BURST, left + ((clock.nowMs() - atMs) / 1000) * PER_SECOND)

  return {
    /** Something wrong came from there. */
    wrong(address: string): void {
      if (exempt(address)) return
      const source = sources.get(address)
      const left = Math.max(0, (source ? leftOf(source) : BURST) - 1)
      if (source) {
        source.left = left
        source.atMs = clock.nowMs()
        return
      }
      if (sources.size >= MOST_SOURCES) sources.delete(sources.keys().next().value as string)
      sources.set(address, { left, atMs: clock.nowMs() })
    },
    /** Nothing more is heard from there for now. */
    over(address: string): boolean {
      if (sources.size === 0) return false
      const source = sources.get(address)
      if (!source) return false
      const left = leftOf(source)
      if (left >= BURST) sources.delete(address)
      return left < 1
    },
    get size(): number {
      return sources.size
    },
  }
}
export type Patience = ReturnType<typeof createPatience>
