import type { Timer, Timers } from '#lib/clock'

export type ShelfPorts<V> = {
  timers: Timers
  /** How long each thing is kept; the same for all of one shelf, so that the oldest always leaves first. */
  holdMs: number
  /** Beyond so many things the oldest is pushed out. */
  limit: number
  /** Beyond so many units of weight (characters) as well. */
  weightLimit?: number
  /** A thing's time has come; `early` when it was pushed out instead. */
  onLeave?: (key: string, value: V, early: boolean) => void
}

type Place<V> = { key: string; value: V; due: number; weight: number; next: Place<V> | undefined }

/** Leaving is looked at no more often than this: one timer serves the whole shelf. */
const PAUSE_MS = 200

/**
 * Things remembered for one fixed time: the states in which a transaction only waits for late repetitions
 * (RFC 3261 timers D, I, J; RFC 6026 timers L, M). One queue and one timer for all of them instead of a timer each,
 * and a bound which the standard does not have: tens of thousands of answers a second must not become a gigabyte.
 */
export class Shelf<V> {
  readonly #ports: ShelfPorts<V>
  readonly #places = new Map<string, Place<V>>()
  #oldest: Place<V> | undefined
  #newest: Place<V> | undefined
  #weight = 0
  #timer: Timer | undefined
  readonly #sweep = (): void => this.#leaveDue()
  /** How many were pushed out before their time. */
  pushedOut = 0

  constructor(ports: ShelfPorts<V>) {
    this.#ports = ports
  }

  get size(): number {
    return this.#places.size
  }

  get(key: string): V | undefined {
    return this.#places.get(key)?.value
  }

  has(key: string): boolean {
    return this.#places.has(key)
  }

  /** A key already there keeps its place and time, and takes the new value. */
  put(key: string, value: V, weight = 0): void {
    const there = this.#places.get(key)
    if (there) {
      there.value = value
      return
    }
    const { timers, holdMs, limit, weightLimit = Number.POSITIVE_INFINITY } = this.#ports
    const place: Place<V> = { key, value, due: timers.clock.nowMs() + holdMs, weight, next: undefined }
    if (this.#newest) this.#newest.next = place
    else this.#oldest = place
    this.#newest = place
    this.#places.set(key, place)
    this.#weight += weight
    while (this.#oldest && (this.#places.size > limit || this.#weight > weightLimit)) {
      this.pushedOut++
      this.#leave(this.#oldest, true)
    }
    if (!this.#timer && this.#oldest) this.#timer = timers.after(holdMs, this.#sweep)
  }

  #leave(place: Place<V>, early: boolean): void {
    this.#oldest = place.next
    if (!this.#oldest) this.#newest = undefined
    this.#weight -= place.weight
    this.#places.delete(place.key)
    this.#ports.onLeave?.(place.key, place.value, early)
  }

  #leaveDue(): void {
    const { timers } = this.#ports
    const now = timers.clock.nowMs()
    while (this.#oldest && this.#oldest.due <= now) this.#leave(this.#oldest, false)
    this.#timer = this.#oldest && timers.after(Math.max(this.#oldest.due - now, PAUSE_MS), this.#sweep)
  }
}
