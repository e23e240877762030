/** The known name that a misspelt one most likely means: at most a third of it, and never more than three letters, differ. */
export const nearest = (name: string, known: Iterable<string>): string | undefined => {
  if (name.length > 40) return undefined
  let best: string | undefined
  let least = Math.min(3, Math.ceil(name.length / 3)) + 1
  for (const candidate of known) {
    const steps = distance(name.toLowerCase(), candidate.toLowerCase())
    if (steps < least) [best, least] = [candidate, steps]
  }
  return best
}

/** Levenshtein's distance; a swap of neighbours counts two. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] as number) + 1, (next[j - 1] as number) + 1))
    }
    row = next
  }
  return row[b.length] as number
}
