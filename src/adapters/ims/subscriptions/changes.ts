import type { Binding, RegistrationChange } from '#core'

/** What happened to a contact since its watcher heard of it last. */
export type Change = { change: RegistrationChange; binding: Binding }

/** Contacts that may come and go between two notifications; of more than these the oldest changes are left out. */
const MOST_CHANGES = 32

/**
 * What one watcher has still to hear. Told means confirmed: when a NOTIFY was not understood, the next one says it
 * again.
 */
export class Changes {
  #waiting: Map<string, Change> | undefined
  #under: Map<string, Change> | undefined

  note(binding: Binding, change: RegistrationChange): void {
    this.#waiting = withChange(this.#waiting, binding.contact, { change, binding })
  }

  /** Everything to be told now; it counts as told when `told` is called. */
  take(): ReadonlyMap<string, Change> | undefined {
    if (this.#waiting && this.#under)
      for (const [contact, change] of this.#waiting) this.#under = withChange(this.#under, contact, change)
    else this.#under ??= this.#waiting
    this.#waiting = undefined
    return this.#under
  }

  told(): void {
    this.#under = undefined
  }

  /** Something waits that a phone must do at once. */
  get urgent(): boolean {
    for (const { change } of this.#waiting?.values() ?? []) if (change === 'deregistered') return true
    return false
  }
}

const withChange = (
  changes: Map<string, Change> | undefined,
  contact: string,
  change: Change,
): Map<string, Change> => {
  if (!changes) return new Map([[contact, change]])
  changes.delete(contact)
  changes.set(contact, change)
  for (const oldest of changes.keys()) {
    if (changes.size <= MOST_CHANGES) break
    changes.delete(oldest)
  }
  return changes
}
