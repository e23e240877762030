import type { Settings } from '#config'
import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'

export type RetentionPorts = {
  timers: Timers
  log: Log
  /** In the plural, for the log. */
  what: string
  keepDays: number
  /** Removes what is older than this; gives how many went. */
  deleteBefore(ms: number, nowMs: number): Promise<number>
}

const DAY_MS = 24 * 60 * 60_000
/** As the property's own default says, also where the group that it stands in is absent. */
const DEFAULT_DAYS = 180

/** For how long call records are kept. */
export const keepDaysOf = ({ webphone }: Settings): number => webphone?.cdr_keep_days ?? DEFAULT_DAYS

/** Removes old records now and once a day: without an end they would fill the disk. */
export const startRetention = ({ timers, log, what, keepDays, deleteBefore }: RetentionPorts): void => {
  const sweep = async (): Promise<void> => {
    timers.after(DAY_MS, () => void sweep())
    try {
      const now = timers.clock.wallMs()
      const count = await deleteBefore(now - keepDays * DAY_MS, now)
      if (count > 0) log.write('store', 'info', `${count} ${what} older than ${keepDays} days removed`)
    } catch (failure) {
      log.write('store', 'error', `old ${what} stay for another day: ${(failure as Error).message}`)
    }
  }
  void sweep()
}
