import type { Timer } from '#lib/clock'
import type { GatewayStore, ParkedReport } from './store.ts'
import { marksOfReport } from './store.ts'

/** Reports that no text was known for when they came: bounded, and kept for a day. */
const MOST = 20_000
const KEEP_MS = 24 * 60 * 60_000

/** `telling`: its text has come, and is told. */
export type Parked = { report: ParkedReport; stored: boolean; telling?: Promise<void>; elsewhere?: Timer }

/** Reports on their way and those that wait for their text; a text's report may overtake the word that it was sent. */
export const createParking = (
  store: Pick<GatewayStore, 'unpark'>,
  left: ParkedReport[],
  wallMs: () => number,
) => {
  const byMark = new Map<string, Parked[]>()
  const byId = new Map<string, Parked>()
  const keysOf = (report: ParkedReport): string[] =>
    'task' in report
      ? [`${report.device} ${report.task}`]
      : marksOfReport(report.reference, report.recipient).map((mark) => `${report.line} ${mark}`)

  const remove = (parked: Parked): boolean => {
    if (!byId.delete(parked.report.id)) return false
    parked.elsewhere?.cancel()
    for (const key of keysOf(parked.report)) {
      const rest = (byMark.get(key) ?? []).filter((one) => one !== parked)
      if (rest.length > 0) byMark.set(key, rest)
      else byMark.delete(key)
    }
    return true
  }
  const add = (report: ParkedReport, stored: boolean): Parked => {
    const parked: Parked = { report, stored }
    byId.set(report.id, parked)
    for (const key of keysOf(report)) byMark.set(key, [...(byMark.get(key) ?? []), parked])
    for (const first of byId.values()) {
      if (byId.size <= MOST && first.report.atMs > wallMs() - KEEP_MS) break
      remove(first)
      if (first.stored) store.unpark(first.report.id)
    }
    return parked
  }
  for (const report of left) add(report, true)
  return {
    add: (report: ParkedReport): Parked => add(report, false),
    /** False: somebody else has taken it. */
    remove,
    /** Takes the reports for a text that was handed over under these marks. */
    take: (line: string, marks: string[]): Parked[] => {
      const found = new Set(marks.flatMap((mark) => byMark.get(`${line} ${mark}`) ?? []))
      return [...found].filter(remove)
    },
    get all(): Parked[] {
      return [...byId.values()]
    },
    has: (parked: Parked): boolean => byId.has(parked.report.id),
  }
}
