import { type Clock, systemClock, type Timer, type Timers } from './clock.ts'

const TICK_MS = 10
const BITS = 8
const SLOTS = 1 << BITS
const MASK = SLOTS - 1
const LEVELS = 4

/** A place in a slot's doubly linked ring; the head of each ring is a node without a job. */
class Node implements Timer {
  due = 0
  run: (() => void) | undefined = undefined
  prev: Node = this
  next: Node = this
  wheel: Wheel | undefined = undefined

  cancel(): void {
    if (this.wheel) this.wheel.armed--
    this.unlink()
  }

  unlink(): void {
    this.prev.next = this.next
    this.next.prev = this.prev
    this.prev = this
    this.next = this
    this.run = undefined
    this.wheel = undefined
  }
}

/**
 * A hierarchical timer wheel (four levels of 256 slots of 10 ms): arming and cancelling cost the same
 * whatever the number of timers, and an idle wheel does not wake the process.
 */
class Wheel implements Timers {
  readonly clock: Clock
  readonly #rings: Node[][] = Array.from({ length: LEVELS }, () =>
    Array.from({ length: SLOTS }, () => new Node()),
  )
  readonly #wake: (delayMs: number) => void
  #tick: number
  /** The tick at which the driver will call `turn`. */
  #wakeTick = Number.POSITIVE_INFINITY
  armed = 0

  constructor(clock: Clock, wake: (delayMs: number) => void) {
    this.clock = clock
    this.#tick = Math.floor(clock.nowMs() / TICK_MS)
    this.#wake = wake
  }

  after(delayMs: number, run: () => void): Timer {
    if (this.armed === 0) this.#tick = Math.max(this.#tick, Math.floor(this.clock.nowMs() / TICK_MS))
    const node = new Node()
    node.due = Math.max(Math.ceil((this.clock.nowMs() + Math.max(delayMs, 0)) / TICK_MS), this.#tick + 1)
    node.run = run
    node.wheel = this
    this.#place(node)
    this.armed++
    if (node.due < this.#wakeTick) this.#wakeAt(node.due)
    return node
  }

  #wakeAt(tick: number): void {
    this.#wakeTick = tick
    this.#wake(Math.max(1, tick * TICK_MS - this.clock.nowMs()))
  }

  /** The next tick at which something is due, or may come down from a higher level. */
  #nextTick(): number {
    for (let tick = this.#tick + 1; ; tick++) {
      const ring = this.#rings[0]?.[tick & MASK] as Node
      if (ring.next !== ring || (tick & MASK) === 0) return tick
    }
  }

  #place(node: Node): void {
    const distance = node.due - this.#tick
    let level = 0
    while (level < LEVELS - 1 && distance >= 1 << (BITS * (level + 1))) level++
    const reach = Math.min(node.due, this.#tick + (2 ** (BITS * LEVELS) - 1))
    const ring = this.#rings[level]?.[Math.floor(reach / 2 ** (BITS * level)) & MASK] as Node
    node.prev = ring.prev
    node.next = ring
    ring.prev.next = node
    ring.prev = node
  }

  /** Runs all that has come due; called by the driver. */
  turn(): void {
    const target = Math.floor(this.clock.nowMs() / TICK_MS)
    while (this.#tick < target && this.armed > 0) {
      this.#tick++
      for (let level = 1; level < LEVELS; level++) {
        if ((this.#tick & (2 ** (BITS * level) - 1)) !== 0) break
        this.#cascade(level)
      }
      this.#fire(this.#rings[0]?.[this.#tick & MASK] as Node)
    }
    this.#wakeTick = Number.POSITIVE_INFINITY
    if (this.armed === 0) this.#tick = Math.max(this.#tick, target)
    else this.#wakeAt(this.#nextTick())
  }

  #cascade(level: number): void {
    const ring = this.#rings[level]?.[Math.floor(this.#tick / 2 ** (BITS * level)) & MASK] as Node
    let node = ring.next
    ring.next = ring
    ring.prev = ring
    while (node !== ring) {
      const next = node.next
      this.#place(node)
      node = next
    }
  }

  #fire(ring: Node): void {
    while (ring.next !== ring) {
      const node = ring.next
      const run = node.run
      node.cancel()
      try {
        run?.()
      } catch (bug) {
        // One job's bug must not stop the clock for all others: it surfaces by itself.
        queueMicrotask(() => {
          throw bug
        })
      }
    }
  }
}

/** The process's timers. Their driver does not keep an otherwise finished process alive. */
export const createTimers = (clock: Clock = systemClock): Timers => {
  let pending: NodeJS.Timeout | undefined
  const wheel: Wheel = new Wheel(clock, (delayMs) => {
    clearTimeout(pending)
    pending = setTimeout(() => wheel.turn(), delayMs)
    pending.unref()
  })
  return wheel
}

/** A clock for tests, turned by hand: `advance` runs every timer on the way, in order. */
export const createHandClock = (startMs = 1_000_000): Timers & { advance(ms: number): void } => {
  let now = startMs
  const wheel = new Wheel({ nowMs: () => now, wallMs: () => 1_700_000_000_000 + now }, () => {})
  const advance = (ms: number): void => {
    const end = now + ms
    while (now < end) {
      now = Math.min(now + TICK_MS, end)
      wheel.turn()
    }
  }
  return Object.assign(wheel, { advance })
}
