import type { Timer, Timers } from '#lib/clock'
import { bugText, type Log } from '#lib/log'
import type { After, Attempts } from './attempts.ts'
import type { Book } from './book.ts'
import type { MessageRecord } from './record.ts'
import type { MessageStore } from './store.ts'

type TurnPorts = {
  store: Pick<MessageStore, 'next'>
  book: Book
  timers: Timers
  attempts: Pick<Attempts, 'start'>
  isEnding: (id: string) => boolean
  log: Log
}

/** Queues in hand at once: phones that do not answer hold a place for half a minute each. */
const MOST_HANDS = 1000
/** Of those, for queues that failed before: a site without power must not hold up everybody else. */
const MOST_AGAIN = 800
/** Rows of a queue in memory. */
const ROWS = 4
/** A queue that has had so many in a row lets others go first. */
const FAIR = 10
const LOAD_AGAIN_MS = 1000

/**
 * A queue in hand. `rows` are the first that wait, as far as they are in memory; `more`: the store has, or may have,
 * others behind them.
 */
type Hand = {
  queue: string
  rows: MessageRecord[]
  more: boolean
  loading: boolean
  woken: boolean
  current?: MessageRecord | undefined
}

/** Whose turn it is: each queue strictly in order and one at a time, and no queue before all others. */
export const createTurns = ({ store, book, timers, attempts, isEnding, log }: TurnPorts) => {
  const hands = new Map<string, Hand>()
  const ready = new Set<string>()
  /** Those that had their rest. */
  const rested = new Set<string>()
  const resting = new Map<string, Timer>()
  /** Queues that wait to be woken, and why. */
  const asleep = new Map<string, string>()

  const rest = (queue: string, ms: number): void => {
    const again = (): void => {
      resting.delete(queue)
      if (hands.has(queue) || asleep.has(queue) || !book.counts.has(queue)) return
      rested.add(queue)
      pump()
    }
    resting.set(queue, timers.after(ms, again))
  }

  /** Rows are always the first ones: what was handled has left, and a long text may enter late with an early id. */
  const load = async (hand: Hand): Promise<boolean> => {
    hand.loading = true
    hand.more = false
    try {
      const rows = await store.next(hand.queue, ROWS)
      hand.rows = rows.filter(({ id }) => !isEnding(id))
      // When all of them are about to end in another way, `freed` takes the queue up again.
      if (rows.length === ROWS && hand.rows.length > 0) hand.more = true
    } catch {
      rest(hand.queue, LOAD_AGAIN_MS)
    }
    hand.loading = false
    return hand.rows.length > 0
  }

  /** Works until the queue is empty, has to wait, or has had its share. */
  const work = async (hand: Hand): Promise<After> => {
    for (let turn = 0; turn < FAIR || ready.size === 0; ) {
      if (book.closed || (hand.rows.length === 0 && !(hand.more && (await load(hand))))) return 'on'
      const message = hand.rows.shift()
      if (!message || isEnding(message.id)) continue
      hand.current = message
      const after = await attempts.start(message)
      hand.current = undefined
      if (after !== 'on') return after
      turn++
    }
    hand.more = true
    return 'on'
  }

  const put = (hand: Hand, after: After): void => {
    const { queue, woken } = hand
    hands.delete(queue)
    if (book.closed || resting.has(queue)) return
    if (after === 'on') {
      if (hand.rows.length > 0 || hand.more) ready.add(queue)
    } else if (woken) ready.add(queue)
    else if ('away' in after) asleep.set(queue, after.away)
    else rest(queue, after.againMs)
  }

  const open = (hand: Hand): void => {
    hands.set(hand.queue, hand)
    work(hand)
      .catch((bug: unknown): After => {
        log.write('app', 'error', bugText(bug), { user: hand.queue })
        return { againMs: LOAD_AGAIN_MS }
      })
      .then((after) => {
        put(hand, after)
        pump()
      })
  }

  const takeUp = (queues: Set<string>, most: number): void => {
    for (const queue of queues) {
      if (hands.size >= most || book.closed) return
      queues.delete(queue)
      open({ queue, rows: [], more: true, loading: false, woken: false })
    }
  }
  const pump = (): void => {
    takeUp(ready, MOST_HANDS)
    takeUp(rested, MOST_AGAIN)
  }
  const waits = (queue: string): boolean => resting.has(queue) || rested.has(queue) || asleep.has(queue)

  /** Takes the queue up unless something else will. */
  const poke = (queue: string): void => {
    if (hands.has(queue) || waits(queue) || !book.counts.has(queue)) return
    ready.add(queue)
    pump()
  }

  return {
    poke,
    /** A message is on disk and waits. The only one of a queue need not be read again. */
    arrived(message: MessageRecord): void {
      const { queue } = message
      const hand = hands.get(queue)
      if (!hand) {
        const idle = !(ready.has(queue) || waits(queue))
        if (!idle || book.counts.get(queue) !== 1 || hands.size >= MOST_HANDS || book.closed) poke(queue)
        else open({ queue, rows: [message], more: false, loading: false, woken: false })
      } else if (hand.loading || hand.more || hand.rows.length >= ROWS) hand.more = true
      else {
        hand.rows.push(message)
        hand.rows.sort((a, b) => (a.id < b.id ? -1 : 1))
      }
    },
    wake(queue: string): void {
      asleep.delete(queue)
      const hand = hands.get(queue)
      if (hand) hand.woken = true
      resting.get(queue)?.cancel()
      resting.delete(queue)
      rested.delete(queue)
      poke(queue)
    },
    /** Why the queue waits to be woken, if it does. */
    reasonOf: (queue: string): string | undefined => asleep.get(queue),
    /** The message of the queue that is in hand. */
    current: (queue: string): MessageRecord | undefined => hands.get(queue)?.current,
    /** A message has left its queue in another way than by its turn, or tried to. */
    freed({ id, queue }: MessageRecord): void {
      const hand = hands.get(queue)
      if (!hand) return poke(queue)
      hand.rows = hand.rows.filter((row) => row.id !== id)
      hand.more = true
    },
    /** Forgets what is in memory but not in hand. */
    reload(): void {
      for (const hand of hands.values()) {
        hand.rows = []
        hand.more = true
      }
    },
  }
}
export type Turns = ReturnType<typeof createTurns>
