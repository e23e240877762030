import type { Clock } from '#lib/clock'
import type { Log } from '#lib/log'

const LOG_EVERY_MS = 1000
const MOST_KINDS = 1000

/** What devices and strangers do wrong: counted by its name, and told once a second. */
export const createComplaints = (log: Log, clock: Clock) => {
  const counts: Record<string, number> = {}
  const quiet = new Map<string, { untilMs: number; untold: number }>()
  /** `kind`: one of few words; `who`: a device's name or an address. */
  const complain = (kind: string, who: string, text: string, address?: string): void => {
    counts[kind] = (counts[kind] ?? 0) + 1
    const now = clock.nowMs()
    const key = `${kind} ${who}`
    const last = quiet.get(key)
    if (last && now < last.untilMs) return void last.untold++
    const more = last && last.untold > 0 ? `, and ${last.untold} more like it` : ''
    quiet.delete(key)
    quiet.set(key, { untilMs: now + LOG_EVERY_MS, untold: 0 })
    if (quiet.size > MOST_KINDS) quiet.delete(quiet.keys().next().value as string)
    log.write('gw', 'warn', `Ejoin ${who}: ${text}${more}`, address === undefined ? {} : { user: address })
  }
  return { complain, counts: (): Record<string, number> => ({ ...counts }) }
}
export type Complaints = ReturnType<typeof createComplaints>
