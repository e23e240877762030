import type { PairPlan } from './commands.ts'

/** The even ports of a listener's range, handed out once each; those that could not be bound come again later. */
export type PortRange = { next(count: number): number[]; failed(port: number): void; readonly pairs: number }

/** A port that somebody else held is tried again after so long. */
const RETRY_MS = 5000

export const createPortRange = (portMin: number, portMax: number, nowMs: () => number): PortRange => {
  const first = portMin + (portMin & 1)
  let at = first
  const refused: number[] = []
  let retryAtMs = 0
  return {
    pairs: Math.max(0, Math.floor((portMax - first + 1) / 2)),
    next: (count) => {
      const ports: number[] = []
      for (; ports.length < count && at + 1 <= portMax; at += 2) ports.push(at)
      if (ports.length === 0 && refused.length > 0 && nowMs() >= retryAtMs) {
        retryAtMs = nowMs() + RETRY_MS
        ports.push(...refused.splice(0, count))
      }
      return ports
    },
    failed: (port) => {
      refused.push(port)
      if (refused.length === 1) retryAtMs = nowMs() + RETRY_MS
    },
  }
}

/** Two bound sockets of one listener: RTP on `port` and `slot`, RTCP on the next of both. */
export type Pair = PairPlan & { freedAtMs: number }

export type PortPool = ReturnType<typeof createPortPool>

/** A pair rests so long before another call gets it: late packets of the old one must not be heard in the new. */
export const QUARANTINE_MS = 2000
/** Below this many takeable pairs the pool grows ahead of need. */
const LOW_WATER = 8
const MIN_CHUNK = 16
const MAX_CHUNK = 256

export type PoolPorts = {
  bind: string
  /** Sockets alone instead of pairs. */
  single?: boolean
  range: PortRange
  /** Free slot numbers of the worker, even; undefined when it has no more. */
  takeSlot(): number | undefined
  giveSlot(slot: number): void
  /** Whether anything came to the pair since `forget`: one that nobody spoke to need not rest. */
  heard(slot: number): boolean
  forget(slot: number): void
  /** Asks the worker to bind; each pair is reported by `onOpened`. */
  open(pairs: PairPlan[]): void
  nowMs(): number
}

/** The bound sockets of one listener in one worker. It grows as far as the range and never shrinks. */
export const createPortPool = ({
  bind,
  single = false,
  range,
  takeSlot,
  giveSlot,
  heard,
  forget,
  open,
  nowMs,
}: PoolPorts) => {
  const pairs = new Map<number, Pair>()
  const fresh: Pair[] = []
  const resting: Pair[] = []
  const opening = new Map<number, PairPlan>()
  let growth: { promise: Promise<boolean>; resolve(grown: boolean): void; grown: boolean } | undefined

  /** False when the range, or the worker, has no more. */
  const openChunk = (): boolean => {
    const chunk: PairPlan[] = []
    for (const port of range.next(Math.min(MAX_CHUNK, Math.max(MIN_CHUNK, pairs.size >> 2)))) {
      const slot = takeSlot()
      if (slot === undefined) range.failed(port)
      else chunk.push(single ? { slot, bind, port, single } : { slot, bind, port })
    }
    if (chunk.length === 0) return false
    for (const plan of chunk) opening.set(plan.slot, plan)
    open(chunk)
    return true
  }

  /** Settles to false when not one more pair could be had. */
  const grow = (): Promise<boolean> => {
    if (growth) return growth.promise
    growth = { ...Promise.withResolvers<boolean>(), grown: false }
    const { promise } = growth
    if (!openChunk()) settle(false)
    return promise
  }

  const settle = (grown: boolean): void => {
    const settled = growth
    growth = undefined
    settled?.resolve(grown)
  }

  const onOpened = (slot: number, bound: boolean): void => {
    const plan = opening.get(slot)
    if (!plan) {
      if (!bound) lose(slot)
      return
    }
    opening.delete(slot)
    if (bound) {
      const pair = { ...plan, freedAtMs: 0 }
      pairs.set(slot, pair)
      fresh.push(pair)
      if (growth) growth.grown = true
    } else {
      range.failed(plan.port)
      giveSlot(slot)
    }
    if (opening.size > 0 || !growth) return
    // Somebody else may hold a whole stretch: the range goes on behind it.
    if (growth.grown || !openChunk()) settle(growth.grown)
  }

  /** A pair that could not be bound again after its worker died. */
  const lose = (slot: number): void => {
    const pair = pairs.get(slot)
    if (!pair) return
    pairs.delete(slot)
    for (const list of [fresh, resting]) if (list.includes(pair)) list.splice(list.indexOf(pair), 1)
    range.failed(pair.port)
  }

  const rest = (pair: Pair): void => {
    pair.freedAtMs = nowMs()
    resting.push(pair)
  }

  /** A fresh pair that nobody sends to; one that somebody does send to rests first. */
  const quiet = (): Pair | undefined => {
    for (let pair = fresh.pop(); pair; pair = fresh.pop()) {
      if (!heard(pair.slot)) return pair
      forget(pair.slot)
      rest(pair)
    }
    return undefined
  }

  const handOut = (pair: Pair | undefined): Pair | undefined => {
    if (pair) forget(pair.slot)
    return pair
  }

  const take = (): Pair | undefined => {
    const oldest = resting[0]
    const rested = oldest && nowMs() - oldest.freedAtMs >= QUARANTINE_MS
    if (fresh.length < LOW_WATER && !rested) void grow()
    return rested ? handOut(resting.shift()) : handOut(quiet())
  }

  const give = (pair: Pair): void => {
    if (!pairs.has(pair.slot)) return giveSlot(pair.slot)
    if (heard(pair.slot)) rest(pair)
    else fresh.push(pair)
  }

  return {
    ...{ take, give, grow, onOpened },
    /** All that is bound or being bound: what a new worker has to bind again. */
    all: (): PairPlan[] => [...pairs.values(), ...opening.values()],
    figures: () => ({ bound: pairs.size, free: fresh.length, resting: resting.length }),
  }
}
