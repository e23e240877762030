import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import { createNewest } from '#lib/newest'
import type { Events } from '../events.ts'
import { impiOf } from './queues.ts'
import type { MessageRecord, MessageStep } from './record.ts'
import type { Backlog, MessageStore, Saving } from './store.ts'

export type MessageBounds = { mostWaiting: number; mostPerRecipient: number }

type BookPorts = {
  store: MessageStore
  events: Events
  timers: Timers
  log: Log
  bounds: MessageBounds
}

/** What is written once is tried again so much later; the store tells of the trouble. */
const AGAIN_MS = 1000
/** Texts that await their report: it mostly comes within seconds, and then nobody need look for them on disk. */
const MOST_SENT = 20_000

/** How many wait for whom, and steps on their way to the disk. */
export const createBook = ({ store, events, timers, log, bounds }: BookPorts, backlog: Backlog) => {
  const counts = new Map(backlog.inTurn)
  const sent = createNewest<MessageRecord>(MOST_SENT)
  let waiting = 0
  let closed = false
  for (const count of counts.values()) waiting += count

  /** A place for one more message; `forced`: one that is there already. */
  const take = (queue: string, forced = false): boolean => {
    const count = counts.get(queue) ?? 0
    const most = impiOf(queue) === undefined ? bounds.mostWaiting : bounds.mostPerRecipient
    if (!forced && (waiting >= bounds.mostWaiting || count >= most)) return false
    counts.set(queue, count + 1)
    waiting++
    return true
  }
  for (const { queue } of backlog.accepted) take(queue, true)

  const tell = (message: MessageRecord): void => {
    if (message.reportUntilMs !== undefined) {
      if (message.state === 'sent' && !message.closed) sent.set(message.id, message)
      else sent.delete(message.id)
    }
    events.publish({ kind: 'message.changed', message, step: message.steps.at(-1) as MessageStep })
  }

  return {
    counts,
    take,
    release(queue: string): void {
      const count = counts.get(queue) ?? 0
      if (count > 1) counts.set(queue, count - 1)
      else counts.delete(queue)
      waiting--
    },
    get waiting(): number {
      return waiting
    },
    /** Tells of what is on disk. */
    tell,
    /** One of those that were `sent` last, as it is on disk. */
    sent: (id: string): MessageRecord | undefined => sent.get(id),
    forgetSent: sent.clear,
    /**
     * Writes what has happened already and must not be forgotten: while the disk does not take it, again and again.
     * Never resolves when the house closes before that: what follows from it must not happen then.
     */
    async keep(message: MessageRecord, more?: Saving): Promise<void> {
      for (;;)
        try {
          return await store.save(message, more)
        } catch {
          await new Promise<void>((resume) => void (closed || timers.after(AGAIN_MS, resume)))
        }
    },
    /** Writes a step that nobody waits for; forgotten when the disk does not take it. */
    later(message: MessageRecord): void {
      store.saveLater(message).then(
        () => tell(message),
        (failure: Error) => log.write('store', 'debug', `a step is not kept: ${failure.message}`),
      )
    },
    get closed(): boolean {
      return closed
    },
    close(): void {
      closed = true
    },
  }
}
export type Book = ReturnType<typeof createBook>
