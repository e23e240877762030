import type { Entry, Why } from './lines.ts'
import { append, createNode, isLinked, type Node, unlink } from './ring.ts'

/** Lines of one device, or all there are: which are free, in turn, and how many are not and why. */
export type Pool = {
  free: Node<Entry>
  size: number
  whys: Map<Why, number>
  ringOf: (entry: Entry) => Node<Entry>
}

export const createPool = (ringOf: Pool['ringOf']): Pool => ({
  free: createNode<Entry>(),
  size: 0,
  whys: new Map(),
  ringOf,
})

const add = (pool: Pool, why: Why | undefined, by: number): void => {
  if (why !== undefined) pool.whys.set(why, (pool.whys.get(why) ?? 0) + by)
}

/** The line is in it from now on, or no longer. */
export const admit = (pool: Pool, entry: Entry): void => {
  pool.size++
  add(pool, entry.why, 1)
  if (entry.why === undefined) append(pool.free, pool.ringOf(entry))
}
export const dismiss = (pool: Pool, entry: Entry): void => {
  pool.size--
  add(pool, entry.why, -1)
  unlink(pool.ringOf(entry))
}

/** What stands against the line changes to `why`. */
export const move = (pool: Pool, entry: Entry, why: Why | undefined): void => {
  add(pool, entry.why, -1)
  add(pool, why, 1)
  const node = pool.ringOf(entry)
  if (why === undefined) append(pool.free, node)
  else if (isLinked(node)) unlink(node)
}

/** So many are looked at: the fleet may be large, and those who fit are rarely far. */
const LOOK = 64

/**
 * The first free line that is fit, or the best of the first ones by `rank`. Those that were looked at in vain have
 * their next turn behind the others.
 */
export const pick = (
  pool: Pool,
  fits: (entry: Entry) => boolean,
  rank?: (entry: Entry) => number,
): Entry | undefined => {
  let best: Entry | undefined
  let node = pool.free.next
  for (let looked = 0; looked < LOOK && node.item; looked++) {
    const { item, next } = node as Node<Entry> & { item: Entry }
    if (!fits(item)) {
      if (pool.size > LOOK) append(pool.free, node)
    } else if (!rank) return item
    else if (!best || rank(item) < rank(best)) best = item
    node = next
  }
  return best
}
