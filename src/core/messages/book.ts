import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import { createNewest } from '#lib/newest'
import type { Random } from '#lib/random'
import type { Events } from '../events.ts'
import { extensionOf, impiOf } from './queues.ts'
import type { MessageRecord, MessageStep } from './record.ts'
import { createShares } from './shares.ts'
import type { Backlog, MessageStore, Saving } from './store.ts'

/** `mostPerSender`: of one sender in a queue that many share; absent: half of all. */
export type MessageBounds = { mostWaiting: number; mostPerRecipient: number; mostPerSender?: number }

type BookPorts = {
  store: MessageStore
  events: Events
  timers: Timers
  log: Log
  bounds: MessageBounds
  /** Whether its recipients and senders have but a share of the queue each. */
  isShared: (queue: string) => boolean
  random: Random
}

/** What is written once is tried again so much later; the store tells of the trouble. */
const AGAIN_MS = 1000
/** Texts that await their report: it mostly comes within seconds, and then nobody need look for them on disk. */
const MOST_SENT = 20_000

/** Its last nine characters are digits. */
const PLAIN = /\d{9}$/
const digitsOf = (to: string): string => to.replace(/\D/g, '')

/** How many wait for whom, and steps on their way to the disk. */
export const createBook = (ports: BookPorts, backlog: Backlog) => {
  const { store, events, timers, log, bounds, isShared, random } = ports
  const counts = new Map(backlog.inTurn)
  const sent = createNewest<MessageRecord>(MOST_SENT)
  let waiting = 0
  let closed = false
  for (const count of counts.values()) waiting += count

  /** A place for one more message; `forced`: one that is there already. */
  const take = (queue: string, forced = false): boolean => {
    const count = counts.get(queue) ?? 0
    const isOfOne = (impiOf(queue) ?? extensionOf(queue)) !== undefined
    const most = isOfOne ? bounds.mostPerRecipient : bounds.mostWaiting
    if (!forced && (waiting >= bounds.mostWaiting || count >= most)) return false
    counts.set(queue, count + 1)
    waiting++
    return true
  }
  for (const { queue } of backlog.accepted) take(queue, true)

  const shares = createShares(random.token())
  const mostPerSender = bounds.mostPerSender ?? Math.ceil(bounds.mostWaiting / 2)
  /** What a process before this one left is not counted, and what it leaves behind is not taken off. */
  const isCounted = ({ id, queue, origin }: MessageRecord): boolean =>
    origin !== 'gateway' && id > (backlog.lastId ?? '') && isShared(queue)
  /** Devices know numbers with and without their country: the last digits tell them apart. */
  const recipientOf = ({ to }: MessageRecord): string => (PLAIN.test(to) ? to : digitsOf(to)).slice(-9) || to
  /** A mark in front, so that a sender has other cells than a recipient of the same name. */
  const senderOf = ({ from, fromImpi = from }: MessageRecord): string => `<${fromImpi}`
  const share = (m: MessageRecord): void => {
    if (!isCounted(m)) return
    shares.add(m.queue, recipientOf(m))
    shares.add(m.queue, senderOf(m))
  }
  const unshare = (m: MessageRecord): void => {
    // Of a long text that lacks parts nobody has had a share yet.
    if (m.state === 'accepted' || !isCounted(m)) return
    shares.remove(m.queue, recipientOf(m))
    shares.remove(m.queue, senderOf(m))
  }

  const tell = (message: MessageRecord): void => {
    if (message.reportUntilMs !== undefined) {
      if (message.state === 'sent' && !message.closed) sent.set(message.id, message)
      else sent.delete(message.id)
    }
    events.publish({ kind: 'message.changed', message, step: message.steps.at(-1) as MessageStep })
  }

  const again = async (message: MessageRecord, more?: Saving): Promise<void> => {
    for (;;) {
      await new Promise<void>((resume) => void (closed || timers.after(AGAIN_MS, resume)))
      try {
        return await store.save(message, more)
      } catch {}
    }
  }

  return {
    counts,
    take,
    /** Whether its sender and its recipient have a share left, of a queue that many share. */
    hasShare: (m: MessageRecord): boolean =>
      !isCounted(m) ||
      (shares.of(m.queue, recipientOf(m)) < bounds.mostPerRecipient &&
        shares.of(m.queue, senderOf(m)) < mostPerSender),
    share,
    /** The place of a message that is over, or moves on; by its queue alone, that of parts that were given up. */
    release(m: MessageRecord | string): void {
      const queue = typeof m === 'string' ? m : m.queue
      if (typeof m !== 'string') unshare(m)
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
    keep(message: MessageRecord, more?: Saving): Promise<void> {
      return store.save(message, more).catch(() => again(message, more))
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
