import { LAYERS, LEVELS } from '#lib/log'
import type { Command } from './command.ts'

/** More than this nobody reads. */
const MOST_HITS = 100

/** Option assignments for the log command: all.level=debug, sip.level=info, … */
export const logOptions: readonly string[] = ['all', ...LAYERS].flatMap((layer) => [
  ...LEVELS.map((level) => `${layer}.level=${level}`),
  `${layer}.max_size=`,
])

/** Continuations of the last word of a line: whole words, in their order. */
export const completionsOf = (commands: readonly Command[], line: string): string[] => {
  const words = line.trimStart().split(/\s+/)
  const start = words.pop() ?? ''
  const [name, ...rest] = words
  if (name === undefined) return hitsIn(namesOf(commands), start)
  const command = commands.find((one) => one.name === name)
  return hitsIn(command?.complete?.(rest) ?? [], start)
}

export const namesOf = (commands: readonly Command[]): string[] => commands.map(({ name }) => name)

const hitsIn = (candidates: Iterable<string>, start: string): string[] => {
  const hits = new Set<string>()
  for (const candidate of candidates) {
    if (candidate.startsWith(start) && !/\s/.test(candidate)) hits.add(candidate)
    if (hits.size >= MOST_HITS) break
  }
  return [...hits].sort()
}
