import type { SmsRow } from './print.ts'

const MOST_ROWS = 10_000

/** Received texts and delivery reports, numbered from 1; the numbering starts again with every start. */
export const createInbox = () => {
  let rows = new Map<number, SmsRow>()
  let last = 0
  let ssrc = ''
  return {
    start(name: string): void {
      ssrc = name
      last = 0
      rows = new Map()
    },
    add(row: SmsRow): void {
      rows.set(++last, row)
      rows.delete(last - MOST_ROWS)
    },
    /** `most` 0: all. */
    page(from: number, most: number, remove: boolean) {
      const found: SmsRow[] = []
      let at = Math.max(1, from)
      for (; at <= last && (most === 0 || found.length < most); at++) {
        const row = rows.get(at)
        if (row) found.push(row)
        if (remove) rows.delete(at)
      }
      return { ssrc, next: Math.min(at, last + 1), rows: found }
    },
  }
}
export type Inbox = ReturnType<typeof createInbox>
