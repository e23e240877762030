/** At once, then after 1, 2, 4 … seconds, never more than 30; each wait between half of that and all of it. */
const LONGEST_MS = 30_000

export const waitBefore = (attempt: number, random: () => number): number => {
  if (attempt <= 0) return 0
  const base = Math.min(LONGEST_MS, 1000 * 2 ** (attempt - 1))
  return Math.round(base / 2 + (base / 2) * random())
}
