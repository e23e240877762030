import type { GatewayCall, LineState, SimFacts } from '#core'
import type { Flow } from '#lib/wire'
import type { LineSettings } from './ports.ts'

/** A channel with what is known of it now. */
export type GoipLine = {
  settings: LineSettings
  /** Name in the fleet: `device/id`. */
  readonly id: string
  readonly device: string
  /** Where its last keepalive came from: commands go there, from the socket that it reached. */
  flow: Flow | undefined
  /** Its keepalives come. */
  alive: boolean
  /** The address from which it last proved its password. With `pin_address`: the first one. */
  home: string | undefined
  seenMs: number
  /** The last keepalive behind its count: most are alike. */
  tail: string
  /** What that keepalive said. */
  said: LineState
  sim: SimFacts
  /** The call that the device records, or the last one. `begun`: it is on its way to the disk. */
  call: { receipt: string; record: GatewayCall; begun: Promise<unknown> | undefined } | undefined
}

const freshLine = (settings: LineSettings): GoipLine => {
  const device = deviceOf(settings)
  return {
    ...{ settings, device, id: `${device}/${settings.id}`, flow: undefined, alive: false, home: undefined },
    ...{ seenMs: 0, tail: '', said: 'unknown', sim: {}, call: undefined },
  }
}
const deviceOf = ({ device, id }: LineSettings): string => (device === '' ? id : device)

/** Lines by the id that devices send, by name, and where they are at home. */
export const createLines = (list: LineSettings[]) => {
  const byId = new Map<string, GoipLine>()
  const byName = new Map<string, GoipLine>()
  const homes = new Map<string, number>()

  const setHome = (line: GoipLine, address: string | undefined): void => {
    if (line.home === address) return
    if (line.home !== undefined) {
      const rest = (homes.get(line.home) ?? 1) - 1
      if (rest > 0) homes.set(line.home, rest)
      else homes.delete(line.home)
    }
    line.home = address
    if (address !== undefined) homes.set(address, (homes.get(address) ?? 0) + 1)
  }
  const remove = (id: string): GoipLine | undefined => {
    const line = byId.get(id)
    if (!line) return undefined
    setHome(line, undefined)
    byId.delete(id)
    byName.delete(line.id)
    return line
  }
  /** The same line with other settings stays what and where it is, unless its password is another one. */
  const put = (settings: LineSettings): { line: GoipLine; fresh: boolean; gone?: GoipLine } => {
    const old = byId.get(settings.id)
    if (old && old.settings.password === settings.password && old.device === deviceOf(settings)) {
      old.settings = settings
      return { line: old, fresh: false }
    }
    remove(settings.id)
    const line = freshLine(settings)
    byId.set(settings.id, line)
    byName.set(line.id, line)
    return { line, fresh: true, ...(old && { gone: old }) }
  }
  for (const settings of list) put(settings)
  return {
    put,
    remove,
    setHome,
    /** Some line has proved its password from there. */
    isHome: (address: string): boolean => homes.has(address),
    byId: (id: string): GoipLine | undefined => byId.get(id),
    byName: (name: string): GoipLine | undefined => byName.get(name),
    all: (): IterableIterator<GoipLine> => byId.values(),
    get count(): number {
      return byId.size
    },
  }
}
export type GoipLines = ReturnType<typeof createLines>
