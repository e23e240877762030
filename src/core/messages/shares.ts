import { hash32 } from '#lib/hash'

/** Of two cells that somebody has, both must be shared with a crowd before it is counted too high: 1 in 4 thousand million. */
const CELLS = 2 ** 16

/**
 * How many places each of any number of people has in a queue, in memory that does not grow with them (a count-min sketch
 * from which one may take away again). Never too low; `salt`: nobody outside can choose whose cells are theirs, too.
 */
export const createShares = (salt: string) => {
  const [first, second] = [new Uint32Array(CELLS), new Uint32Array(CELLS)]
  const before = hash32(salt)
  const firstOf = (queue: string, who: string): number => hash32(who, hash32(queue, before)) % CELLS
  const secondOf = (queue: string, who: string): number => hash32(salt, hash32(queue, hash32(who))) % CELLS
  const change = (queue: string, who: string, by: 1 | -1): void => {
    const [a, b] = [firstOf(queue, who), secondOf(queue, who)]
    first[a] = (first[a] ?? 0) + by
    second[b] = (second[b] ?? 0) + by
  }
  return {
    of: (queue: string, who: string): number =>
      Math.min(first[firstOf(queue, who)] ?? 0, second[secondOf(queue, who)] ?? 0),
    add: (queue: string, who: string): void => change(queue, who, 1),
    remove: (queue: string, who: string): void => change(queue, who, -1),
  }
}
