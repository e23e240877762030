import type { Timers } from '#lib/clock'

/** Work that should be done before the house closes, but that nobody waits for otherwise. */
export const createBusy = (timers: Timers) => {
  const works = new Set<Promise<unknown>>()
  return {
    add(work: Promise<unknown>): void {
      works.add(work)
      const done = (): void => void works.delete(work)
      work.then(done, done)
    },
    /** Resolves when all is done, or after so long. */
    idle: (mostMs: number): Promise<void> =>
      new Promise((resolve) => {
        if (works.size === 0) return resolve()
        const timer = timers.after(mostMs, resolve)
        void Promise.allSettled([...works]).then(() => {
          timer.cancel()
          resolve()
        })
      }),
  }
}
export type Busy = ReturnType<typeof createBusy>
