import type { Timer } from '#lib/clock'
import type { MessageRecord } from './record.ts'

/** A message of a group; its record is kept while it is near its turn. */
export type Item = { id: string; record?: MessageRecord | undefined; gone?: true }

/**
 * What waits for one recipient, first first. `ready`: its first message may go; `held`: that one is in hand, or rests
 * until its time comes (`reason`).
 */
export type Lane = {
  recipient: string
  items: Item[]
  state: 'ready' | 'held'
  reason?: string | undefined
  /** Runs while the first message rests. */
  timer?: Timer | undefined
  prev: Lane
  next: Lane
}

/** Records in memory: those behind them are read again when their turn comes. */
const MOST_RECORDS = 2000

const createHead = (): Lane => {
  const head = { recipient: '', items: [], state: 'held' } as unknown as Lane
  head.prev = head
  head.next = head
  return head
}

/** The recipients of a group, and the turns of those whose first message may go. */
export const createLanes = () => {
  const lanes = new Map<string, Lane>()
  const turns = createHead()
  let items = 0
  let records = 0
  let ready = 0

  const link = (lane: Lane, before: Lane): void => {
    lane.prev = before.prev
    lane.next = before
    before.prev.next = lane
    before.prev = lane
    lane.state = 'ready'
    ready++
  }
  const hold = (lane: Lane): void => {
    if (lane.state !== 'ready') return
    lane.prev.next = lane.next
    lane.next.prev = lane.prev
    lane.state = 'held'
    ready--
  }
  const forget = (item: Item): void => {
    if (item.record) records--
    item.record = undefined
  }
  const find = (recipient: string, id: string): [Lane, Item] | undefined => {
    const lane = lanes.get(recipient)
    const item = lane?.items.find((one) => one.id === id)
    return lane && item && [lane, item]
  }
  const remove = (lane: Lane, item: Item): void => {
    if (item.gone) return
    forget(item)
    item.gone = true
    lane.items.splice(lane.items.indexOf(item), 1)
    items--
    if (lane.items.length > 0) return
    hold(lane)
    lanes.delete(lane.recipient)
  }

  return {
    get items() {
      return items
    },
    get ready() {
      return ready
    },
    /** In its place by its id; false when it is there already. */
    add(recipient: string, record: MessageRecord): boolean {
      const lane = lanes.get(recipient)
      const item: Item = { id: record.id }
      if (lane) {
        let at = lane.items.length
        while (at > 0 && (lane.items[at - 1] as Item).id > item.id) at--
        if (lane.items[at - 1]?.id === item.id) return false
        // What is in hand stays first, whatever its id.
        lane.items.splice(lane.state === 'held' ? Math.max(1, at) : at, 0, item)
      } else {
        const fresh = { recipient, items: [item] } as unknown as Lane
        lanes.set(recipient, fresh)
        link(fresh, turns)
      }
      items++
      if (records >= MOST_RECORDS) return true
      item.record = record
      records++
      return true
    },
    first: (): Lane | undefined => (turns.next === turns ? undefined : turns.next),
    hold,
    /** Its first message may go again: before all others, or behind them. */
    release(lane: Lane, urgent: boolean): void {
      lane.reason = undefined
      lane.timer?.cancel()
      lane.timer = undefined
      if (lane.state === 'ready' || lanes.get(lane.recipient) !== lane) return
      link(lane, urgent ? turns.next : turns)
    },
    refresh(item: Item, record: MessageRecord): void {
      if (item.gone) return
      if (!item.record) records++
      item.record = record
    },
    find,
    forget,
    remove,
    /** Every record may be out of date. */
    forgetAll(): void {
      for (const { items } of lanes.values()) for (const item of items) forget(item)
    },
    reasonOf: (recipient: string, id: string): string | undefined => {
      const lane = lanes.get(recipient)
      return lane?.items[0]?.id === id ? lane.reason : undefined
    },
  }
}
