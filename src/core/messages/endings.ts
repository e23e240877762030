import type { LiveSettings } from '../live-settings.ts'
import type { Book } from './book.ts'
import { queueOf } from './queues.ts'
import type { MessageRecord, MessageStep } from './record.ts'
import { statusOf, withStep } from './steps.ts'
import type { MessageStore, Saving } from './store.ts'

type EndingPorts = {
  store: MessageStore
  book: Book
  live: Pick<LiveSettings, 'smsExpiresS'>
  nextId: () => string
  nowMs: () => number
  /** Reports that are on disk now. */
  arrived: (report: MessageRecord) => void
  /** A message is out of its queue, or is back in it because the disk did not take its end. */
  freed: (message: MessageRecord, ended: boolean) => void
}

export type Step = Omit<MessageStep, 'atMs'>

/** How messages end: the last step, and in the same transaction the reports that their senders asked for. */
export const createEndings = ({ store, book, live, nextId, nowMs, arrived, freed }: EndingPorts) => {
  /** Of messages that end without an attempt: nobody else may take them up. */
  const ending = new Set<string>()

  /** A report of its own for each part that the sender knows, TS 23.040 §9.2.3.26; reports ask for none. */
  const reportsOf = (m: MessageRecord): MessageRecord[] => {
    const status = statusOf(m)
    if (!m.reportTo || status === undefined || m.origin === 'report') return []
    const queue = queueOf(m.reportTo.impi)
    const doneAtMs = (m.steps.at(-1) as MessageStep).atMs
    const reports: MessageRecord[] = []
    for (const reference of m.reportTo.references) {
      if (!book.take(queue)) break
      reports.push({
        ...{ id: nextId(), origin: 'report', from: m.to, to: m.from, queue, pid: 0 },
        body: { kind: 'report', reference, recipient: m.to, atMs: m.acceptedAtMs, doneAtMs, status },
        ...{ acceptedAtMs: doneAtMs, expiresAtMs: doneAtMs + live.smsExpiresS * 1000, state: 'queued' },
        ...{ attempts: 0, partsTotal: 1, partsDone: 0, steps: [{ atMs: doneAtMs, state: 'queued' }] },
      })
    }
    return reports
  }

  /** `insist`: it has happened, whatever the disk says; else rejects, and nothing has changed. */
  const end = async (m: MessageRecord, step: Step, insist: boolean, more: Saving = {}): Promise<void> => {
    const last = withStep(m, { atMs: nowMs(), ...step })
    // The last part's confirmation is the end itself.
    if (step.state === 'delivered') last.partsDone = last.partsTotal
    if (step.state === 'sent') last.closed = true
    else if (last.closed) delete last.closed
    const reports = reportsOf(last)
    try {
      await (insist ? book.keep(last, { ...more, reports }) : store.save(last, { ...more, reports }))
    } catch (failure) {
      for (const report of reports) book.release(report)
      throw failure
    }
    if (m.state !== 'sent' && m.state !== 'unknown') book.release(m)
    book.tell(last)
    for (const report of reports) {
      book.tell(report)
      arrived(report)
    }
  }
  return {
    end,
    isEnding: (id: string): boolean => ending.has(id),
    /** Ends a message that nobody has in hand; false when somebody else is about to. Rejects when the disk does not take it. */
    async endWaiting(m: MessageRecord, step: Step, more: Saving = {}): Promise<boolean> {
      if (ending.has(m.id)) return false
      ending.add(m.id)
      let ended = false
      try {
        await end(m, step, false, { ...more, patient: m.state === 'sent' })
        ended = true
        return true
      } finally {
        ending.delete(m.id)
        freed(m, ended)
      }
    },
  }
}
export type Endings = ReturnType<typeof createEndings>
