import type { IceSource } from './agent.ts'

/** A source whose check was authentic. */
export type Known = IceSource & {
  /** PRIORITY of its latest check. */
  priority: number
  /** When it was last nominated; -Infinity: never. */
  nominatedMs: number
}

/** Browsers have a few interfaces with two families each; what comes beyond displaces the oldest. */
export const MOST_SOURCES = 16

const sameSource = (a: IceSource, b: IceSource): boolean => {
  const size = a.address.length
  if (a.port !== b.port || size !== b.address.length) return false
  for (let i = 0; i < size; i++) if (a.address[i] !== b.address[i]) return false
  return true
}

/** The validated sources of one agent, oldest first. */
export class Sources {
  readonly list: Known[] = []

  find(source: IceSource): Known | undefined {
    for (const known of this.list) if (sameSource(known, source)) return known
    return undefined
  }

  /** Remembers a new one, at the cost of the oldest other than `kept`. */
  add(source: IceSource, kept: Known | undefined): Known {
    const known = {
      address: source.address.slice(),
      port: source.port,
      priority: 0,
      nominatedMs: Number.NEGATIVE_INFINITY,
    }
    if (this.list.length >= MOST_SOURCES) this.list.splice(this.list[0] === kept ? 1 : 0, 1)
    this.list.push(known)
    return known
  }
}
