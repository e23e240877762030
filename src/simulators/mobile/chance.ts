/** Repeatable chance: the same seed gives the same luck. */
export type Chance = {
  /** From `least` to `most`, both included when whole. */
  between(least: number, most: number): number
  /** True in so many of a hundred cases. */
  happens(percent: number): boolean
}

/** Mulberry32: 32 bits of state, good enough for weather. */
export const createChance = (seed: number): Chance => {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
  return {
    between: (least, most) => Math.floor(least + next() * (most - least + 1)),
    // Draws in any case, so that a percentage of 0 does not change what comes after.
    happens: (percent) => next() * 100 < percent,
  }
}
