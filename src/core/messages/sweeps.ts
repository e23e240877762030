import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import type { Assemblies } from './assemblies.ts'
import type { Attempts } from './attempts.ts'
import type { Book } from './book.ts'
import type { Endings, Step } from './endings.ts'
import type { MessageRecord } from './record.ts'
import { leftByCard } from './steps.ts'
import type { MessageStore } from './store.ts'

type SweepPorts = {
  store: Pick<MessageStore, 'due'>
  book: Book
  endings: Endings
  attempts: Pick<Attempts, 'current'>
  assemblies: Pick<Assemblies, 'sweep'>
  timers: Timers
  nowMs: () => number
  log: Log
}

const EVERY_MS = 5000
/** More than are ever in hand, so that those cannot hide others. */
const STEP = 1500

/**
 * Ends what has run out: those that wait, whoever they wait for, and reports that never came. A text that a card has
 * sent stays `sent`: not every network reports.
 */
export const startSweeps = (ports: SweepPorts): void => {
  const { store, book, endings, attempts, assemblies, timers, nowMs, log } = ports

  const expire = async (of: 'queued' | 'sent', stepOf: (m: MessageRecord) => Step): Promise<void> => {
    for (;;) {
      const rows = await store.due(of, nowMs(), STEP)
      const free = rows.filter(({ id }) => !attempts.current(id))
      const ended = await Promise.all(free.map((m) => endings.endWaiting(m, stepOf(m))))
      if (!ended.includes(true) || book.closed) return
    }
  }
  const sweep = async (): Promise<void> => {
    try {
      await assemblies.sweep()
      await expire('queued', () => ({ state: 'expired' }))
      await expire('sent', (m) => ({ state: leftByCard(m) ? 'sent' : 'unknown', reason: 'no report' }))
    } catch (failure) {
      // The store has told of its trouble; the next sweep finds the same messages.
      log.write('app', 'debug', `a sweep ended early: ${(failure as Error).message}`)
    }
    if (!book.closed) timers.after(EVERY_MS, () => void sweep())
  }
  timers.after(EVERY_MS, () => void sweep())
}
