import { harmless } from '#lib/harmless'

/** What can be typed while a simulated gateway runs; a text that one gives is shown. */
export type Prompt = Record<string, { about: string; run: (words: string[]) => unknown }>

/** Reads one line of it. */
export const typed = (prompt: Prompt, line: string): string | undefined => {
  const [name = '', ...words] = line.trim().split(/\s+/)
  if (name === '') return undefined
  const known = Object.hasOwn(prompt, name) ? prompt[name] : undefined
  const answer = known?.run(words)
  if (known) return typeof answer === 'string' ? answer : undefined
  return Object.values(prompt)
    .map(({ about }) => `  ${about}`)
    .join('\n')
}

/** Text from elsewhere on a terminal: harmless, and not without end. */
export const shown = (text: string): string => harmless(text.length > 200 ? `${text.slice(0, 200)}…` : text)
