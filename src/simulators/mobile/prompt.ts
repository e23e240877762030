import { harmless } from '#lib/harmless'

/** What can be typed while a simulated gateway runs; a text that one gives is shown, `false`: it wants other words. */
export type Prompt = Record<string, { about: string; run: (words: string[]) => unknown }>

/** Reads one line of it. */
export const typed = (prompt: Prompt, line: string): string | undefined => {
  const [name = '', ...words] = line.trim().split(/\s+/)
  if (name === '') return undefined
  const known = Object.hasOwn(prompt, name) ? prompt[name] : undefined
  if (known) {
    const answer = known.run(words)
    if (answer === false) return `expected: ${known.about}`
    return typeof answer === 'string' ? answer : undefined
  }
  if (name !== 'help' && name !== '?') return `${shown(name)}: no such command; "help" lists them`
  return Object.values(prompt)
    .map(({ about }) => `  ${about}`)
    .join('\n')
}

export type TypedCall = { way: 'in' | 'out'; number: string; seconds: number }

const NUMBER = /^\+?[\d*#]{1,32}$/
/** What is called when no number is typed, and who texts. */
export const SOMEBODY = '+15550100900'
const LONGEST_CALL_S = 86_400

/** `in|out NUMBER SECONDS`, the last two as one likes. Undefined: it is something else. */
export const callIn = ([way, number = SOMEBODY, length = '5', more]: string[]): TypedCall | undefined => {
  const seconds = Number(length)
  const isCall = (way === 'in' || way === 'out') && NUMBER.test(number) && more === undefined
  return isCall && seconds > 0 && seconds <= LONGEST_CALL_S ? { way, number, seconds } : undefined
}

/** Text from elsewhere on a terminal: harmless, and not without end. */
export const shown = (text: string): string => harmless(text.length > 200 ? `${text.slice(0, 200)}…` : text)
