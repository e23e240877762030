import type { Timers } from '#lib/clock'
import { Ages } from './ages.ts'

export type ShelfPorts<V> = {
  timers: Timers
  /** How long each thing is kept; the same for all of one shelf, so that the oldest always leaves first. */
  holdMs: number
  /** Beyond so many things the oldest is pushed out. */
  limit: number
  /** A thing's time has come; `early` when it was pushed out instead. */
  onLeave?: (value: V, early: boolean) => void
}

type Place<V> = { key: string; value: V; next: Place<V> | undefined }

/**
 * Things remembered for one fixed time: the states in which a transaction only waits for late repetitions
 * (RFC 3261 timers D and I; RFC 6026 timers L and M). One queue and one timer for all of them instead of a timer each,
 * and a bound which the standard does not have.
 */
export class Shelf<V> {
  readonly #ports: ShelfPorts<V>
  readonly #places = new Map<string, Place<V>>()
  readonly #ages: Ages
  #oldest: Place<V> | undefined
  #newest: Place<V> | undefined
  /** How many were pushed out before their time. */
  pushedOut = 0

  constructor(ports: ShelfPorts<V>) {
    this.#ports = ports
    this.#ages = new Ages(ports.timers, ports.holdMs, (count) => {
      for (let i = 0; i < count; i++) this.#leave(false)
    })
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

  /** Another value in the same place; nothing when the thing has left. */
  change(key: string, value: V): void {
    const place = this.#places.get(key)
    if (place) place.value = value
  }

  /** Nothing when there is one of that key already. */
  put(key: string, value: V): void {
    if (this.#places.has(key)) return
    if (this.#places.size >= this.#ports.limit) {
      this.pushedOut++
      this.#ages.went()
      this.#leave(true)
    }
    const place: Place<V> = { key, value, next: undefined }
    if (this.#newest) this.#newest.next = place
    else this.#oldest = place
    this.#newest = place
    this.#places.set(key, place)
    this.#ages.came()
  }

  #leave(early: boolean): void {
    const place = this.#oldest as Place<V>
    this.#oldest = place.next
    if (!this.#oldest) this.#newest = undefined
    this.#places.delete(place.key)
    this.#ports.onLeave?.(place.value, early)
  }
}
