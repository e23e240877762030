import type { Fleet, LineState } from './contract.ts'
import type { Entry } from './lines.ts'
import type { Card, Sims } from './sims.ts'

export const isUp = ({ state }: { state: LineState }): boolean =>
  state === 'registered' || state === 'in-call'

/** Where cards are: one that is told of in a line is there, until another line tells of it. */
export const createPlaces = (sims: Pick<Sims, 'enter' | 'linesOf'>, byId: ReadonlyMap<string, Entry>) => {
  const isElsewhere = (card: Card): boolean => {
    const holder = byId.get(card.line ?? '')
    return holder?.card === card && isUp(holder)
  }
  /** Lines that tell of one card at the same time, as simulated devices may, have each their own. */
  const isTwin = (entry: Entry, other: Entry | undefined): boolean =>
    other !== undefined && other.card === entry.card && isUp(other) && other.seenAtMs > entry.sinceMs
  const linesOf: Fleet['linesOf'] = (sim, line) => {
    const entry = byId.get(line)
    const lines = sims.linesOf(sim, line)
    return entry ? lines.filter((one) => one === line || !isTwin(entry, byId.get(one))) : lines
  }
  return {
    linesOf,
    /** A card that went away may be back in a line that still knew it. */
    back(entry: Entry, state: LineState): void {
      if (entry.card.line !== entry.id && isUp({ state }) && !isElsewhere(entry.card))
        sims.enter(entry.card, entry.id)
    },
  }
}
