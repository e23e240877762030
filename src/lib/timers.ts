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
    if (this.armed++ === 0) this.#wake(TICK_MS)
    return node
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
    if (this.armed === 0) this.#tick = Math.max(this.#tick, target)
    else this.#wake(TICK_MS)
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
      run?.()
    }
  }
}

/** The process's timers. Their driver does not keep an otherwise finished process alive. */
export const createTimers = (clock: Clock = systemClock): Timers => {
  let pending = false
  const wheel: Wheel = new Wheel(clock, (delayMs) => {
    if (pending) return
    pending = true
    const handle = setTimeout(() => {
      pending = false
      wheel.turn()
    }, delayMs) as unknown as { unref(): void }
    handle.unref()
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
