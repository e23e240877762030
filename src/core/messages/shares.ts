import { hash32 } from '#lib/hash'

/** Of two cells that somebody has, both must be shared with a crowd before it is counted too high: 1 in 4 thousand million. */
const CELLS = 2 ** 16

/**
 * How many places each of any number of people has, in memory that does not grow with them (a count-min sketch from
 * which one may take away again). Never too low; `salt`: nobody outside can choose whose cells are theirs, too.
 */
export const createShares = (salt: string) => {
  const [first, second] = [new Uint32Array(CELLS), new Uint32Array(CELLS)]
  const cellsOf = (who: string): [number, number] => [
    hash32(`${salt}${who}`) % CELLS,
    hash32(`${who}${salt}`) % CELLS,
  ]
  const change = (who: string, by: 1 | -1): void => {
    const [a, b] = cellsOf(who)
    first[a] = (first[a] ?? 0) + by
    second[b] = (second[b] ?? 0) + by
  }
  return {
    of(who: string): number {
      const [a, b] = cellsOf(who)
      return Math.min(first[a] ?? 0, second[b] ?? 0)
    },
    add: (who: string): void => change(who, 1),
    remove: (who: string): void => change(who, -1),
  }
}
