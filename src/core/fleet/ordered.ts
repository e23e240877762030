/** Keys in their order, of which some may be asked for from any place on. */
export type Ordered = {
  add(key: string): void
  delete(key: string): void
  /** Behind `after`, or all. Keys that come or go meanwhile may be missed. */
  from(after?: string): Iterable<string>
}

/** What is moved by one key more or less. */
const MOST_IN_CHUNK = 512

/** The first place whose key is not before this one. */
const placeIn = (keys: string[], key: string): number => {
  let [low, high] = [0, keys.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((keys[middle] as string) < key) low = middle + 1
    else high = middle
  }
  return low
}

/** In chunks, none of them empty but the only one: so that neither a key more nor a page costs what all of them do. */
export const createOrdered = (): Ordered => {
  const chunks: string[][] = [[]]
  /** The chunk in which the key has its place. */
  const chunkOf = (key: string): number => {
    let [low, high] = [0, chunks.length - 1]
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((chunks[middle]?.[0] as string) <= key) low = middle
      else high = middle - 1
    }
    return low
  }
  return {
    add(key) {
      const at = chunkOf(key)
      const chunk = chunks[at] as string[]
      const place = placeIn(chunk, key)
      if (chunk[place] === key) return
      chunk.splice(place, 0, key)
      if (chunk.length > MOST_IN_CHUNK) chunks.splice(at + 1, 0, chunk.splice(chunk.length >> 1))
    },
    delete(key) {
      const at = chunkOf(key)
      const chunk = chunks[at] as string[]
      const place = placeIn(chunk, key)
      if (chunk[place] !== key) return
      chunk.splice(place, 1)
      if (chunk.length === 0 && chunks.length > 1) chunks.splice(at, 1)
    },
    *from(after) {
      const first = after === undefined ? 0 : chunkOf(after)
      for (let at = first; at < chunks.length; at++) {
        const chunk = chunks[at] as string[]
        let place = after === undefined || at > first ? 0 : placeIn(chunk, after)
        if (chunk[place] === after) place++
        for (; place < chunk.length; place++) yield chunk[place] as string
      }
    },
  }
}
