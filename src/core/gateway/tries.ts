/** What was tried with a text: which lines have refused it, how often, and when. */
export type Tries = { not: Set<string>; refusals: number }

/** Texts that end in another way leave theirs behind; those of the longest ago go first. */
const MOST = 50_000

export const createTries = () => {
  const tries = new Map<string, Tries>()
  return {
    of: (id: string): Tries | undefined => tries.get(id),
    /** Another line may do better. */
    refused(id: string, line: string): Tries {
      const one = tries.get(id) ?? { not: new Set<string>(), refusals: 0 }
      one.not.add(line)
      one.refusals++
      tries.delete(id)
      tries.set(id, one)
      if (tries.size > MOST) tries.delete(tries.keys().next().value as string)
      return one
    },
    forget: (id: string): void => void tries.delete(id),
  }
}
