import type { Flow } from '#lib/wire'
import type { LineSettings } from './ports.ts'

/** A channel with what is known of it now. */
export type GoipLine = {
  settings: LineSettings
  /** Name in the fleet: `device/id`. */
  id: string
  device: string
  /** Where its last keepalive came from: commands go there, from the socket that it reached. */
  flow: Flow | undefined
  /** First address that proved the password. */
  pinned: string | undefined
  seenMs: number
  /** The last keepalive behind its count: most are alike. */
  tail: string
}

/** Lines by the id that devices send. */
export const createLines = (list: LineSettings[]) => {
  const byId = new Map<string, GoipLine>()
  const byName = new Map<string, GoipLine>()
  const add = (settings: LineSettings): GoipLine => {
    const device = settings.device === '' ? settings.id : settings.device
    const line: GoipLine = {
      ...{ settings, device, id: `${device}/${settings.id}` },
      ...{ flow: undefined, pinned: undefined, seenMs: 0, tail: '' },
    }
    byId.set(settings.id, line)
    byName.set(line.id, line)
    return line
  }
  for (const settings of list) add(settings)
  return {
    add,
    remove(id: string): boolean {
      const line = byId.get(id)
      if (line) byName.delete(line.id)
      return byId.delete(id)
    },
    byId: (id: string): GoipLine | undefined => byId.get(id),
    byName: (name: string): GoipLine | undefined => byName.get(name),
    all: (): IterableIterator<GoipLine> => byId.values(),
    get count(): number {
      return byId.size
    },
  }
}
export type GoipLines = ReturnType<typeof createLines>
