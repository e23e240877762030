import { createNewest } from '#lib/newest'
import type { Entry } from './lines.ts'
import type { Sims } from './sims.ts'

type ConversationPorts = {
  sims: Pick<Sims, 'cards'>
  byId: ReadonlyMap<string, Entry>
  /** Of processes before this one: numbers and keys of cards, the newest last. */
  known?: Iterable<[number: string, card: string]> | undefined
}

const MOST = 100_000

/** Which card a number was last texted by, or wrote to: wherever that card is now. */
export const createConversations = ({ sims, byId, known = [] }: ConversationPorts) => {
  const cards = createNewest<string>(MOST)
  for (const [number, card] of known) cards.set(number, card)
  return {
    note: (number: string, card: string): void => cards.set(number, card),
    /** The line in which the card is that this number knows; undefined too where another card has taken its place. */
    lineOf(number: string): Entry | undefined {
      const key = cards.get(number)
      const card = key === undefined ? undefined : sims.cards.get(key)
      const entry = card?.line === undefined ? undefined : byId.get(card.line)
      return entry?.card === card ? entry : undefined
    },
  }
}
