/** Devices repeat what was not acknowledged within seconds, and their counters begin again when they start. */
const WINDOW_MS = 10 * 60_000
const MOST = 100_000

/** Tells what was heard for the first time from its repeats. */
export const createFirsts = (wallMs: () => number) => {
  const until = new Map<string, number>()
  return {
    isFirst(key: string): boolean {
      const now = wallMs()
      for (const [old, end] of until) {
        if (end > now && until.size < MOST) break
        until.delete(old)
      }
      if (until.has(key)) return false
      until.set(key, now + WINDOW_MS)
      return true
    },
    forget: (key: string): void => void until.delete(key),
  }
}
