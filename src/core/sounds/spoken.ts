import type { Timers } from '#lib/clock'
import type { SpokenEnd } from '../ports.ts'

/** How long media have to say what became of a call that is over. */
const LATE_MS = 5000

/** What media tell of calls in which they play or listen, for whoever waits for it; also a little after the end. */
export const createSpoken = (timers: Timers) => {
  const waiting = new Map<string, (end: SpokenEnd, ms: number) => void>()
  return {
    onSpoken: (call: string, end: SpokenEnd, ms: number): void => waiting.get(call)?.(end, ms),
    listen(call: string, hear: (end: SpokenEnd, ms: number) => void): void {
      waiting.set(call, hear)
    },
    /** Nothing more is to be heard of it but its last word; without one, 0 ms. */
    leave(call: string): Promise<number> {
      return new Promise((resolve) => {
        const done = (ms: number): void => {
          timer.cancel()
          waiting.delete(call)
          resolve(ms)
        }
        const timer = timers.after(LATE_MS, () => done(0))
        waiting.set(call, (_end, ms) => done(ms))
      })
    },
    forget: (call: string): void => void waiting.delete(call),
  }
}
export type Spoken = ReturnType<typeof createSpoken>
