import type { KeptBinding } from './kept-binding.ts'
import type { Subscriber } from './subscribers.ts'

const NONE: KeptBinding[] = []

/** Bindings by subscriber. Most have one, which then stands there without a list around it. */
export class BindingTable {
  readonly #places = new Map<Subscriber, KeptBinding | KeptBinding[]>()

  /** How many subscribers have any. */
  get size(): number {
    return this.#places.size
  }

  of(subscriber: Subscriber): KeptBinding[] {
    const place = this.#places.get(subscriber)
    if (place === undefined) return NONE
    return Array.isArray(place) ? place : [place]
  }

  add(binding: KeptBinding): void {
    const { subscriber } = binding
    const others = this.of(subscriber)
    this.#places.set(subscriber, others.length === 0 ? binding : [...others, binding])
  }

  /** False when it is not there. */
  remove(binding: KeptBinding): boolean {
    const { subscriber } = binding
    const list = this.of(subscriber)
    const rest = list.filter((other) => other !== binding)
    if (rest.length === list.length) return false
    const [only] = rest
    if (!only) this.#places.delete(subscriber)
    else this.#places.set(subscriber, rest.length === 1 ? only : rest)
    return true
  }

  /** The first one of that kind. */
  find(isWanted: (binding: KeptBinding) => boolean): KeptBinding | undefined {
    for (const place of this.#places.values())
      if (!Array.isArray(place)) {
        if (isWanted(place)) return place
      } else {
        const found = place.find(isWanted)
        if (found) return found
      }
    return undefined
  }

  filter(isWanted: (binding: KeptBinding) => boolean): KeptBinding[] {
    const found: KeptBinding[] = []
    this.find((binding) => {
      if (isWanted(binding)) found.push(binding)
      return false
    })
    return found
  }
}
