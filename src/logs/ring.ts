import { type Direction, type Layer, LEVELS, type Level } from '#lib/log'

/** One entry of the log, as the remote API's `log_get` tells it (manual, 6.4). `data`: the text, then the payload's lines. */
export type LogItem = {
  idx: number
  wallMs: number
  layer: Layer
  level: Exclude<Level, 'none'>
  dir?: Direction
  user?: string
  data: string[]
}

/** `after`: the idx of the last item read before. `layers`: the most talkative level wanted of each; absent ones give nothing. */
export type LogFilter = {
  after?: number
  limit?: number
  layers?: Partial<Record<Layer, Level>>
  user?: string
}

/** `next` continues the reading; `lost`: how many items were forgotten between `after` and the oldest kept. */
export type LogPage = { items: LogItem[]; next: number; lost: number }

/** `bytes` is the whole line; `from` is where its text begins. */
type Entry = Omit<LogItem, 'data'> & { bytes: Buffer; from: number }

export type Ring = {
  add(entry: Omit<Entry, 'idx'>): void
  read(filter: LogFilter): LogPage
  clear(): void
  /** Holds so many entries from now on; the oldest ones go when there are more. */
  resize(size: number): void
  readonly count: number
  /** How many entries it may hold. */
  readonly size: number
}

const MAX_OCTETS = 32 * 1024 * 1024

/** The last `size` entries, and no more than 32 MiB of them. Kept as octets: text would pin the datagrams it came from. */
export const createRing = (initial: number, maxOctets = MAX_OCTETS): Ring => {
  let size = initial
  let entries: (Entry | undefined)[] = new Array(size)
  let [first, next, octets] = [1, 1, 0]
  const forget = (): void => {
    const at = first++ % size
    octets -= entries[at]?.bytes.length ?? 0
    entries[at] = undefined
  }
  return {
    add: (entry) => {
      if (next - first === size) forget()
      octets += entry.bytes.length
      entries[next % size] = { ...entry, idx: next }
      next++
      while (octets > maxOctets && next - first > 1) forget()
    },
    read: ({ after = 0, limit = 4096, layers, user }) => {
      const items: LogItem[] = []
      const start = Math.max(after + 1, first)
      let at = start
      for (; at < next && items.length < limit; at++) {
        const entry = entries[at % size]
        if (entry && wanted(entry, layers) && (user === undefined || entry.user === user))
          items.push(toItem(entry))
      }
      return { items, next: Math.max(at - 1, after), lost: Math.max(0, first - 1 - after) }
    },
    clear: () => {
      entries.fill(undefined)
      first = next
      octets = 0
    },
    resize: (wanted) => {
      while (next - first > wanted) forget()
      const moved: (Entry | undefined)[] = new Array(wanted)
      for (let at = first; at < next; at++) moved[at % wanted] = entries[at % size]
      entries = moved
      size = wanted
    },
    get count() {
      return next - first
    },
    get size() {
      return size
    },
  }
}

const wanted = (entry: Entry, layers: LogFilter['layers']): boolean =>
  !layers || LEVELS.indexOf(entry.level) <= LEVELS.indexOf(layers[entry.layer] ?? 'none')

const toItem = ({ bytes, from, ...entry }: Entry): LogItem => ({
  ...entry,
  data: bytes
    .toString('utf8', from, bytes.length - 1)
    .split('\n')
    .map((line, at) => (at === 0 ? line : line.slice(4))),
})
