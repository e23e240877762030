import { FIGURES, type FigureName } from './commands.ts'
import type { Hand } from './hand.ts'

export type MediaFigures = Record<FigureName, number> & {
  calls: number
  /** Pairs of sockets: all, and those that no call holds. */
  bound: number
  free: number
  resting: number
  native: boolean
}

export const figuresOf = (hands: readonly Hand[], calls: number, native: boolean): MediaFigures => {
  const figures: MediaFigures = {
    ...{ calls, bound: 0, free: 0, resting: 0, native },
    ...{ forwarded: 0, invalid: 0, strangers: 0, idle: 0, excess: 0, unsent: 0 },
  }
  for (const hand of hands) {
    for (const name of FIGURES) figures[name] += hand.figure(name)
    for (const pool of hand.pools) {
      const { bound, free, resting } = pool.figures()
      figures.bound += bound
      figures.free += free
      figures.resting += resting
    }
  }
  return figures
}
