/** Monotonic time drives the protocols, wall time only dates records. Both in milliseconds. */
export type Clock = { nowMs(): number; wallMs(): number }

export type Timer = { cancel(): void }

/** Runs `run` once after `delayMs` (rounded up to the next tick of 10 ms); cancelling twice or late is harmless. */
export type Timers = {
  readonly clock: Clock
  after(delayMs: number, run: () => void): Timer
  /** How many timers are armed: a figure for monitors and leak tests. */
  readonly armed: number
}

export const systemClock: Clock = { nowMs: () => performance.now(), wallMs: () => Date.now() }
