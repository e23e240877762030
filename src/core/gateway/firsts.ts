/** Devices repeat what was not acknowledged within seconds, and their counters begin again when they start. */
const WINDOW_MS = 10 * 60_000
/** Past it the window is shorter. */
const MOST = 300_000

/** Tells what was heard for the first time from its repeats. In two generations, of which the older one goes as a whole. */
export const createFirsts = (wallMs: () => number) => {
  let young = new Map<string, number>()
  let old = new Map<string, number>()
  let sinceMs = wallMs()
  return {
    isFirst(key: string): boolean {
      const now = wallMs()
      if (young.size >= MOST || now - sinceMs > WINDOW_MS) {
        old = young
        young = new Map()
        sinceMs = now
      }
      const until = young.get(key) ?? old.get(key)
      // A clock that was set back must not make a key outlive its window.
      if (until !== undefined && until > now && until <= now + WINDOW_MS) return false
      young.set(key, now + WINDOW_MS)
      return true
    },
    forget(key: string): void {
      young.delete(key)
      old.delete(key)
    },
  }
}
