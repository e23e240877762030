import type { Timer, Timers } from '#lib/clock'
import { bugText, type Log } from '#lib/log'
import type { After, Attempts } from './attempts.ts'
import type { Book } from './book.ts'
import type { Carrier, Wait } from './contract.ts'
import { createLanes, type Item, type Lane } from './lanes.ts'
import type { MessageRecord } from './record.ts'
import type { MessageStore } from './store.ts'

export type GroupCarrier = Carrier & { group: NonNullable<Carrier['group']> }

export type GroupPorts = {
  store: Pick<MessageStore, 'next' | 'get'>
  book: Pick<Book, 'closed'>
  timers: Timers
  attempts: Pick<Attempts, 'start' | 'onward'>
  isEnding: (id: string) => boolean
  nowMs: () => number
  log: Log
}

/** Rows read at once, and how many recipients are kept at hand. */
const ROWS = 500
const AT_HAND = 250
/** Messages known by their ids: those that rest, those that follow others to the same number. Past it the rest waits on disk. */
const MOST_ITEMS = 100_000
/** So many more than are in hand come straight into memory; else they are read when their turn comes. */
const MOST_FRESH = 2000
const AGAIN_MS = 1000
const OWN_AGAIN_MS = 5000

/**
 * One queue for many recipients: many messages in hand at once, in order for each recipient, memory independent of
 * what waits. `cursor`: up to it all rows have been read, `more`: there are, or may be, others behind it.
 */
export const createGroup = (queue: string, carrier: GroupCarrier, ports: GroupPorts) => {
  const { store, book, timers, attempts, isEnding, nowMs, log } = ports
  const { group } = carrier
  const lanes = createLanes()
  let cursor = ''
  let more = true
  let loading = false
  /** What came while rows were read: there is nothing between them and it, unless there is more. */
  let late: MessageRecord[] = []
  /** What a process before this one had begun: needs no place, so that it waits for none. */
  let left: MessageRecord[] = []
  let inHand = 0
  /** Nobody of the queue has a turn now, and why. */
  let blocked: string | undefined
  let alarm: Timer | undefined

  const load = async (): Promise<void> => {
    loading = true
    more = false
    try {
      const rows = await store.next(queue, ROWS, cursor)
      for (const row of rows) {
        cursor = row.id
        if (isEnding(row.id)) continue
        lanes.add(group.recipientOf(row), row)
        if (isLeft(row)) left.push(row)
      }
      if (rows.length === ROWS) more = true
    } catch {
      more = true
      wakeAfter(AGAIN_MS)
    }
    loading = false
    const fresh = late
    late = []
    for (const m of fresh) arrived(m)
    takeUp()
    pump()
  }

  const wakeAfter = (ms: number): void => {
    alarm?.cancel()
    alarm = timers.after(ms, free)
  }
  const free = (): void => {
    blocked = undefined
    pump()
  }

  const rest = (lane: Lane, item: Item, ms: number, reason?: string): void => {
    lanes.forget(item)
    lanes.hold(lane)
    lane.reason = reason
    lane.timer = timers.after(ms, () => {
      lanes.release(lane, false)
      pump()
    })
  }

  const done = (lane: Lane, item: Item, after: After): void => {
    inHand--
    // Ended by others meanwhile, who have let the next one in.
    if (item.gone) return pump()
    if (after === 'on') {
      lanes.remove(lane, item)
      lanes.release(lane, true)
    } else if ('away' in after) rest(lane, item, OWN_AGAIN_MS, after.away)
    else if (after.againMs > 0) rest(lane, item, after.againMs)
    else {
      lanes.forget(item)
      lanes.release(lane, true)
    }
    pump()
  }
  const inHands = (lane: Lane, item: Item, work: Promise<After>): void => {
    lanes.hold(lane)
    lanes.forget(item)
    inHand++
    work.then(
      (after) => done(lane, item, after),
      (bug: unknown) => {
        log.write('app', 'error', bugText(bug), { user: queue })
        done(lane, item, { againMs: AGAIN_MS })
      },
    )
  }

  /** What was not kept in memory; it may have ended meanwhile. */
  const read = (lane: Lane, item: Item): void => {
    const reading = async (): Promise<void> => {
      const record = await store.get(item.id)
      inHand--
      if (item.gone) return pump()
      if (!record || (record.state !== 'queued' && record.state !== 'submitting') || record.queue !== queue)
        lanes.remove(lane, item)
      else lanes.refresh(item, record)
      lanes.release(lane, true)
      pump()
    }
    lanes.hold(lane)
    inHand++
    reading().catch(() => {
      inHand--
      rest(lane, item, AGAIN_MS)
    })
  }

  const isLeft = (m: MessageRecord): boolean => m.state === 'submitting' && carrier.atMostOnce?.(m) === true
  /** Left over by a process that died, or dead already: nobody needs to be asked for a place. */
  const needsNone = (m: MessageRecord): boolean => !group.reserve || m.expiresAtMs <= nowMs() || isLeft(m)

  const refused = (lane: Lane, item: Item, m: MessageRecord, wait: Wait): void => {
    if (wait.onward) return inHands(lane, item, attempts.onward(m, wait.reason))
    if (wait.own) return rest(lane, item, wait.againMs ?? OWN_AGAIN_MS, wait.reason)
    blocked = wait.reason
    if (wait.againMs !== undefined) wakeAfter(wait.againMs)
  }

  const turn = (lane: Lane, item: Item): void => {
    const m = item.record
    if (isEnding(item.id)) {
      lanes.remove(lane, item)
      return
    }
    if (!m) return read(lane, item)
    const place = needsNone(m) ? undefined : group.reserve?.(m)
    if (place && !place.ok) return refused(lane, item, m, place.error)
    inHands(lane, item, attempts.start(m, place?.value))
  }

  const takeUp = (): void => {
    const those = left
    left = []
    for (const m of those) {
      const [lane, item] = lanes.find(group.recipientOf(m), m.id) ?? []
      const isNext = lane?.state === 'ready' && lane.items[0] === item
      if (lane && item?.record && isNext && inHand < group.most && !book.closed) turn(lane, item)
    }
  }

  const pump = (): void => {
    while (!book.closed && blocked === undefined && inHand < group.most) {
      const lane = lanes.first()
      if (!lane) break
      turn(lane, lane.items[0] as Item)
    }
    const wants = lanes.ready < AT_HAND && lanes.items - inHand < MOST_ITEMS
    if (more && !loading && wants && !book.closed && inHand < group.most) void load()
  }

  const arrived = (m: MessageRecord): void => {
    const isEarly = m.id <= cursor
    if (isEarly) lanes.add(group.recipientOf(m), m)
    else if (loading && late.length < MOST_FRESH) late.push(m)
    else if (more || loading || lanes.items - inHand >= MOST_FRESH) more = true
    else {
      lanes.add(group.recipientOf(m), m)
      cursor = m.id
    }
  }

  return {
    pump,
    free,
    get blocked() {
      return blocked !== undefined
    },
    arrived(m: MessageRecord): void {
      arrived(m)
      if (blocked === undefined) pump()
    },
    /** A message has left in another way than by its turn, or tried to. */
    freed(m: MessageRecord, ended: boolean): void {
      const found = lanes.find(group.recipientOf(m), m.id)
      if (found && ended && found[0].items[0] === found[1] && found[0].state === 'held') {
        // It rests: its place is free when its time comes, unless somebody is behind it.
        lanes.remove(...found)
        lanes.release(found[0], false)
      } else if (found && ended) lanes.remove(...found)
      else if (!ended && m.id <= cursor) lanes.add(group.recipientOf(m), m)
      pump()
    },
    reload: (): void => lanes.forgetAll(),
    reasonOf: (m: MessageRecord): string | undefined => lanes.reasonOf(group.recipientOf(m), m.id) ?? blocked,
  }
}
export type Group = ReturnType<typeof createGroup>
