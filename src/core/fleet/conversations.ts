/** So many numbers are remembered; those that were silent longest are forgotten first. */
const MOST = 100_000

/** Which card a number was last texted by, or wrote to. */
export const createConversations = () => {
  const cards = new Map<string, string>()
  return {
    of: (number: string): string | undefined => cards.get(number),
    note(number: string, card: string): void {
      cards.delete(number)
      cards.set(number, card)
      if (cards.size > MOST) cards.delete(cards.keys().next().value as string)
    },
  }
}
