import type { Destinations } from '../routes/destinations.ts'
import type { Book } from './book.ts'
import type { Endings, Step } from './endings.ts'
import type { MessageRecord } from './record.ts'
import { withStep } from './steps.ts'

type MovePorts = {
  book: Book
  endings: Pick<Endings, 'end'>
  destinations: Pick<Destinations, 'after'>
  nowMs: () => number
  arrived: (message: MessageRecord) => void
}

/** Takes a message that got nowhere to the next stage of its route: another queue, or its end. */
export const createMoves =
  ({ book, endings, destinations, nowMs, arrived }: MovePorts) =>
  async (m: MessageRecord, step: Step): Promise<void> => {
    const next = destinations.after(m.queue)
    if (!next) return endings.end(m, step, true)
    if ('refused' in next) return endings.end(m, { ...step, cause: next.refused }, true)
    book.take(next.queue, true)
    const { reason = 'refused', route } = step
    const why = { reason: `instead of ${m.queue}: ${reason}`, ...(route !== undefined && { route }) }
    const moved = withStep({ ...m, queue: next.queue }, { atMs: nowMs(), state: 'queued', ...why })
    await book.keep(moved, { whole: true })
    book.release(m)
    book.share(moved)
    book.tell(moved)
    arrived(moved)
  }
