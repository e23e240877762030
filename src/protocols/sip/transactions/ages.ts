import type { Timers } from '#lib/clock'

const STEPS = 32

/**
 * The age of things that are all kept equally long and leave in the order they came: only how many came in each
 * thirty-second part of that time is written down, so that neither a clock is read nor a timer armed for each.
 * A thing stays at least `holdMs` and at most a thirty-second longer.
 */
export class Ages {
  readonly #timers: Timers
  readonly #stepMs: number
  readonly #leave: (count: number) => void
  readonly #counts = new Int32Array(STEPS + 1)
  #now = 0
  #oldest = 0
  #total = 0
  #ticking = false
  readonly #tick = (): void => this.#turn()

  /** `leave` is told how many of the oldest have reached their age. */
  constructor(timers: Timers, holdMs: number, leave: (count: number) => void) {
    this.#timers = timers
    this.#stepMs = holdMs / STEPS
    this.#leave = leave
  }

  /** One came. */
  came(): void {
    this.#counts[this.#now] = (this.#counts[this.#now] as number) + 1
    this.#total++
    if (this.#ticking) return
    this.#ticking = true
    this.#timers.after(this.#stepMs, this.#tick)
  }

  /** The oldest one went before its time. */
  went(): void {
    while (this.#counts[this.#oldest] === 0) this.#oldest = (this.#oldest + 1) % (STEPS + 1)
    this.#counts[this.#oldest] = (this.#counts[this.#oldest] as number) - 1
    this.#total--
  }

  /** The step that begins now takes the place of the one that began a full time and a step ago. */
  #turn(): void {
    this.#now = (this.#now + 1) % (STEPS + 1)
    const due = this.#counts[this.#now] as number
    this.#counts[this.#now] = 0
    this.#oldest = (this.#now + 1) % (STEPS + 1)
    this.#total -= due
    if (due > 0) this.#leave(due)
    this.#ticking = this.#total > 0
    if (this.#ticking) this.#timers.after(this.#stepMs, this.#tick)
  }
}
