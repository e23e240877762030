import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import type { Random } from '#lib/random'
import { err, ok, type Result } from '#lib/result'
import type { Events } from '../events.ts'
import type { LiveSettings } from '../live-settings.ts'
import { createDestinations, type Destinations } from '../routes/destinations.ts'
import { createAddressPlan } from '../routes/plan.ts'
import { createRouteTable } from '../routes/table.ts'
import type { Subscribers } from '../subscribers.ts'
import { createAssemblies } from './assemblies.ts'
import { createAttempts } from './attempts.ts'
import { createBook, type MessageBounds } from './book.ts'
import type { Accepted, Carrier, MessageDraft, MessageRefusal, Messages } from './contract.ts'
import { createDrafts } from './drafts.ts'
import { createEndings, type Endings, type Step } from './endings.ts'
import { createIds } from './ids.ts'
import { createLateWords } from './late-words.ts'
import { createMoves } from './moves.ts'
import { exchangeQueueOf, INBOX, impiOf, queueOf } from './queues.ts'
import type { MessageRecord } from './record.ts'
import { createSteadyClock } from './steady-clock.ts'
import type { Backlog, MessageStore } from './store.ts'
import { startSweeps } from './sweeps.ts'
import { createTurns } from './turns.ts'
import { createTurnsOfAll, type TurnsOfAll } from './turns-of-all.ts'

export type MessagePorts = {
  timers: Timers
  random: Random
  store: MessageStore
  /** What `store.load` gave: messages that a process before this one left. */
  backlog: Backlog
  subscribers: Subscribers
  /** Absent: to subscribers only. */
  destinations?: Destinations
  events: Events
  log: Log
  live: Pick<LiveSettings, 'smsExpiresS' | 'smsRetryDelayS'>
  /** Who hands over what waits in this queue. */
  carrierOf: (queue: string) => Carrier | undefined
  bounds: MessageBounds & { partWaitMinutes: number }
}

const FLUSH_STEP = 200
/** On their way to a disk that takes its time. */
const MOST_UNCOMMITTED = 10_000
const CANCELLED: Step = { state: 'cancelled' }

/** Texts for the inbox arrive there at once. */
const INBOX_CARRIER: Carrier = { deliver: async () => ({ kind: 'delivered', route: INBOX }) }

const subscribersOnly = (subscribers: Subscribers): Destinations => {
  const addresses = createAddressPlan('')
  return createDestinations({ subscribers, addresses, routes: createRouteTable([], addresses) })
}

/**
 * The life of messages. Those that were left are handed over when `wake` says that somebody is there, or when the next
 * message for the same subscriber comes.
 */
export const createMessages = (ports: MessagePorts): Messages => {
  const { timers, random, store, backlog, subscribers, events, log, live, bounds } = ports
  const destinations = ports.destinations ?? subscribersOnly(subscribers)
  const carrierOf = (queue: string): Carrier | undefined =>
    queue === INBOX ? INBOX_CARRIER : ports.carrierOf(queue)
  const nowMs = createSteadyClock(timers.clock, (oldMs, byMs) => onSet(oldMs, byMs))
  const nextId = createIds(random, () => timers.clock.wallMs(), backlog.lastId)
  const isShared = (queue: string): boolean => carrierOf(queue)?.group?.isShared === true
  const book = createBook({ store, events, timers, log, bounds, isShared, random }, backlog)
  const drafts = createDrafts({ destinations, nextId, nowMs, expiresS: () => live.smsExpiresS })
  // Who ends messages makes reports, which have their turn, at which messages end: this ring is closed by functions.
  const endings: Endings = createEndings({
    ...{ store, book, live, nextId, nowMs },
    arrived: (report) => turns.arrived(report),
    freed: (message, ended) => turns.freed(message, ended),
  })
  const arrived = (m: MessageRecord): void => turns.arrived(m)
  const moveOn = createMoves({ book, endings, destinations, nowMs, arrived })
  const attempts = createAttempts({ book, endings, carrierOf, live, timers, moveOn, nowMs, log })
  const turnPorts = { store, book, timers, attempts, isEnding: endings.isEnding, nowMs, log }
  const turns: TurnsOfAll = createTurnsOfAll(createTurns(turnPorts), carrierOf, turnPorts)
  const assemblies = createAssemblies(
    {
      ...{ store, book, drafts, timers, nowMs },
      arrived: (m) => {
        book.share(m)
        turns.arrived(m)
      },
      partWaitMs: bounds.partWaitMinutes * 60_000,
    },
    backlog.accepted,
  )
  turns.resume(backlog.inTurn.keys())
  startSweeps({ store, book, endings, attempts, assemblies, timers, nowMs, log })

  /**
   * Validity is a span of time: when the clock is set ahead, what was accepted by the old one lasts as long as it would
   * have. What seems to be accepted later was dated by a right clock before. Set back, messages only last longer.
   */
  const onSet = (oldMs: number, byMs: number): void => {
    log.write('app', 'warn', `the clock was set by ${Math.round(byMs / 1000)} s`)
    if (byMs < 0) return
    book.forgetSent()
    assemblies.shift(byMs)
    store
      .shift(byMs, oldMs)
      .then(turns.reload, (failure: Error) =>
        log.write('store', 'error', `messages end by the old clock: ${failure.message}`),
      )
  }

  let uncommitted = 0
  const acceptWhole = async (
    draft: MessageDraft,
    to: { queue: string; to: string },
  ): Promise<Result<Accepted, MessageRefusal>> => {
    const waits = to.queue !== INBOX
    if (uncommitted >= MOST_UNCOMMITTED) return err('overloaded')
    const message = drafts.record(draft, to, turns.reasonOf(to.queue))
    if (waits && !book.hasShare(message)) return err('full')
    if (waits && !book.take(to.queue)) return err('overloaded')
    if (waits) book.share(message)
    let first: string | undefined
    uncommitted++
    try {
      first = await store.add(message, drafts.claim(draft))
    } catch {
      if (waits) book.release(message)
      return err('failure')
    } finally {
      uncommitted--
    }
    if (first !== undefined) {
      if (waits) book.release(message)
      return ok({ id: first, duplicate: true })
    }
    book.tell(message)
    if (waits) turns.arrived(message)
    return ok({ id: message.id, duplicate: false })
  }

  const cancelOne = (m: MessageRecord): Promise<boolean> => endings.endWaiting(m, CANCELLED)
  /** What waits in a group says what the group waits for, and nobody writes that down for each. */
  const asItStands = (m: MessageRecord): MessageRecord => {
    const current = attempts.current(m.id)
    if (current || m.state !== 'queued') return current ?? m
    const reason = turns.reasonOf(m.queue, m)
    return reason === undefined ? m : { ...m, reason }
  }

  /** In steps, and only what was there when it began. */
  const flush = async (queue: string): Promise<number> => {
    let count = await assemblies.cancelAll(queue, cancelOne)
    for (const last = nextId(); ; ) {
      const rows = await store.next(queue, FLUSH_STEP)
      const free = rows.filter(({ id }) => id < last && !attempts.current(id))
      const ended = await Promise.all(free.map(cancelOne))
      const some = ended.filter((one) => one).length
      count += some
      if (some === 0) return count
    }
  }

  return {
    accept: async (draft) => {
      const target = drafts.target(draft)
      if (!target.ok) return target
      const { part } = draft
      if (!part || part.total === 1) return acceptWhole(draft, target.value)
      return assemblies.accept({ ...draft, part }, target.value)
    },
    get: async (id) => {
      const m = await store.get(id)
      return m && asItStands(m)
    },
    list: async (query) => (await store.list(query)).map(asItStands),
    cancel: async (id) => {
      const m = await store.get(id)
      if (!m || attempts.current(id)) return false
      if (m.state === 'accepted') return assemblies.cancel(id, cancelOne)
      return m.state === 'queued' || m.state === 'submitting' ? cancelOne(m) : false
    },
    flush: (impi) => flush(queueOf(subscribers.byImpi(impi)?.impi ?? impi)),
    wake(impi, number) {
      turns.wake(queueOf(impi))
      if (number !== undefined) turns.wake(exchangeQueueOf(impi, number))
    },
    free: () => turns.free(),
    ...createLateWords({ store, book, endings, attempts, nowMs }),
    head: async (impi) => {
      const current = turns.current(queueOf(impi))
      return current ? asItStands(current) : (await store.next(queueOf(impi), 1))[0]
    },
    pending: async () => {
      const counts = new Map<string, number>()
      for (const [queue, count] of book.counts) {
        const impi = impiOf(queue)
        if (impi !== undefined) counts.set(impi, count)
      }
      return counts
    },
    get waiting() {
      return book.waiting
    },
    close: async () => book.close(),
  }
}
