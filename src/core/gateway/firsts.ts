import { ok, type Result } from '#lib/result'

/** Devices repeat what was not acknowledged within seconds, and their counters begin again when they start. */
const WINDOW_MS = 10 * 60_000
/** Past it the window is shorter. */
const MOST = 300_000

/** Tells what was heard for the first time from its repeats. In two generations, of which the older one goes as a whole. */
const createFirsts = (wallMs: () => number) => {
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

type Kept<T> = Result<T, 'failure'>

/**
 * What bears the same key is done once: a repeat is answered by `again` when the first one is on disk, and tried anew when
 * it failed.
 */
export const createOnce = <T>(wallMs: () => number, again: T) => {
  const firsts = createFirsts(wallMs)
  const underWay = new Map<string, Promise<Kept<T>>>()
  const repeated = (first: Kept<T>): Kept<T> => (first.ok ? ok(again) : first)
  return (key: string | undefined, work: () => Promise<Kept<T>>): Promise<Kept<T>> => {
    if (key === undefined) return work()
    const first = underWay.get(key)
    if (first) return first.then(repeated)
    if (!firsts.isFirst(key)) return Promise.resolve(ok(again))
    const done = work().then((kept) => {
      underWay.delete(key)
      if (!kept.ok) firsts.forget(key)
      return kept
    })
    underWay.set(key, done)
    return done
  }
}
