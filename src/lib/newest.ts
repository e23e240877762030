/** The newest things by their keys. */
export type Newest<V> = {
  get(key: string): V | undefined
  set(key: string, thing: V): void
  delete(key: string): void
  clear(): void
}

/**
 * At least `most` of them, those of longest ago forgotten in bulk. In two generations: taking the oldest out of one
 * map, one by one, would have it search through all that it has lost. What is deleted leaves its key behind until then,
 * for a map that shrinks moves on, and its old tables keep what stood in them (table.ts).
 */
export const createNewest = <V>(most: number): Newest<V> => {
  let young = new Map<string, V | undefined>()
  let old = new Map<string, V | undefined>()
  return {
    get: (key) => young.get(key) ?? old.get(key),
    set(key, thing) {
      young.set(key, thing)
      if (young.size < most) return
      old = young
      young = new Map()
    },
    delete(key) {
      if (young.has(key)) young.set(key, undefined)
      if (old.has(key)) old.set(key, undefined)
    },
    clear() {
      young = new Map()
      old = new Map()
    },
  }
}
