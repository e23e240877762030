import type { Timer } from '#lib/clock'

/** A worker that dies again within this time is not trusted with the same calls. */
const TRUST_MS = 10_000
const LONGEST_MS = 30_000

export type RestartPorts = {
  nowMs(): number
  later(delayMs: number, run: () => void): Timer
  start(): void
}

/** When a dead worker gets its heir: at once, then 1, 2, 4 … 30 s later while each heir dies young. */
export const createRestarts = ({ nowMs, later, start }: RestartPorts) => {
  let startedAtMs = Number.NEGATIVE_INFINITY
  let young = 0
  let waiting: Timer | undefined

  const run = (): void => {
    waiting = undefined
    startedAtMs = nowMs()
    start()
  }

  return {
    /** How long until the next one; `again`: the one that died was itself an heir, and young. */
    died: (): { delayMs: number; again: boolean } => {
      const again = nowMs() - startedAtMs < TRUST_MS
      young = again ? young + 1 : 0
      const delayMs = again ? Math.min(LONGEST_MS, 1000 * 2 ** Math.min(young - 1, 5)) : 0
      if (delayMs === 0) run()
      else waiting = later(delayMs, run)
      return { delayMs, again }
    },
    end: (): void => waiting?.cancel(),
  }
}
