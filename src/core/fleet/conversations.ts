import { createNewest } from '#lib/newest'
import type { Entry } from './lines.ts'
import type { Sims } from './sims.ts'

type ConversationPorts = {
  sims: Pick<Sims, 'cards'>
  byId: ReadonlyMap<string, Entry>
  /** Tells of processes before this one: numbers and keys of cards, the newest first. */
  recall?: Recall | undefined
  /** It has ended, well or not. */
  onRecalled: () => void
}
export type Recall = (hear: (number: string, card: string) => void) => Promise<void>

const MOST = 100_000

/** Which card a number was last texted by, or wrote to: wherever that card is now. */
export const createConversations = ({ sims, byId, recall, onRecalled }: ConversationPorts) => {
  const cards = createNewest<string>(MOST)
  let recalling = recall !== undefined
  const end = (): void => {
    recalling = false
    onRecalled()
  }
  // What has been said since then is newer.
  const hear = (number: string, card: string): void => {
    if (cards.get(number) === undefined) cards.set(number, card)
  }
  void recall?.(hear).then(end, end)
  return {
    /** Which card this number knows may still be found. */
    isOpen: (number: string): boolean => recalling && cards.get(number) === undefined,
    note: (number: string, card: string): void => cards.set(number, card),
    /** The line in which the card is that this number knows; undefined too where another card has taken its place. */
    lineOf(number: string): Entry | undefined {
      const key = cards.get(number)
      const card = key === undefined ? undefined : sims.cards.get(key)
      const entry = card?.line === undefined ? undefined : byId.get(card.line)
      // A card that had no name but its line's may have got one.
      return entry && (entry.card === card || key === `line:${entry.id}`) ? entry : undefined
    },
  }
}
