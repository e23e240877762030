/** So many numbers are remembered at least; those that were silent longest are forgotten, in bulk. */
const MOST = 100_000

/**
 * Which card a number was last texted by, or wrote to. In two generations: taking the oldest out of one map, one by
 * one, would have it search through all that it has lost.
 */
export const createConversations = () => {
  let young = new Map<string, string>()
  let old = new Map<string, string>()
  return {
    of: (number: string): string | undefined => young.get(number) ?? old.get(number),
    note(number: string, card: string): void {
      young.set(number, card)
      if (young.size < MOST) return
      old = young
      young = new Map()
    },
  }
}
