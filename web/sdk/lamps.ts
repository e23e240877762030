import { type Cell, createCell } from './emitter.ts'
import { EVENT, type Lamp, type LampWord, type Members, OP, type ServerEvent, textOf } from './protocol.ts'

/** Who is busy. Wanted ones are asked for again at each new registration. */
export type Lamps = {
  all: Cell<ReadonlyMap<string, Lamp>>
  want(exts: readonly string[]): void
  onEvent(event: ServerEvent): boolean
  onReady(): void
}

const WORDS: readonly LampWord[] = ['idle', 'calling', 'alerting', 'ringing', 'busy', 'held', 'unavailable']

export const createLamps = (
  ask: (op: number, members: Members) => Promise<unknown>,
  most: () => number,
): Lamps => {
  const all = createCell<ReadonlyMap<string, Lamp>>(new Map())
  let wanted: readonly string[] = []

  const start = (exts: readonly string[]) => {
    if (exts.length) void ask(OP.lamps, { blf: 1, ext: exts }).catch(() => {})
  }

  return {
    all,
    want: (exts) => {
      const next = [...new Set(exts)].slice(0, most() || 200)
      const gone = wanted.filter((ext) => !next.includes(ext))
      const fresh = next.filter((ext) => !wanted.includes(ext))
      wanted = next
      if (gone.length) void ask(OP.lamps, { blf: 0, ext: gone }).catch(() => {})
      start(fresh)
    },
    onReady: () => start(wanted),
    onEvent: (event) => {
      if (event.op !== EVENT.lamp) return false
      const ext = textOf(event, 'ext')
      const lamp = WORDS.find((word) => word === event.lamp) ?? 'unavailable'
      const direction = event.direction === 'in' || event.direction === 'out' ? event.direction : undefined
      all.set(
        new Map(all.get()).set(ext, {
          ...{ ext, lamp, direction },
          ...{ remote: textOf(event, 'remote'), remoteName: textOf(event, 'remoteName') },
        }),
      )
      return true
    },
  }
}
