/** Repetitions without an end: with three of them the longest address that is looked at still costs under a millisecond. */
const MOST_ENDLESS = 3
const MOST_COUNTED = 64

type Group = { repeats: boolean; branches: boolean }

const REPETITION = /^(?:[*+]|\{(\d+)(,(\d*))?\})/

/**
 * What could make a regular expression run away on a stranger's number, in words: repetitions within repetitions,
 * alternatives that are repeated, what looks around or back. Undefined: its time is bounded by its input.
 */
export const runawayIn = (pattern: string): string | undefined => {
  if (pattern.length > 200) return 'it is longer than 200 characters'
  const groups: Group[] = [{ repeats: false, branches: false }]
  let closed: Group | undefined
  let endless = 0
  for (let at = 0; at < pattern.length; at++) {
    const [char, inner] = [pattern[at] as string, groups.at(-1) as Group]
    const [sign = '', least, comma, most] = REPETITION.exec(pattern.slice(at)) ?? []
    if (sign !== '') {
      const isEndless = least === undefined || (comma !== undefined && most === '')
      if (isEndless) endless++
      if (Number(most || least || 0) > MOST_COUNTED) return `it repeats more than ${MOST_COUNTED} times`
      if (closed?.repeats) return 'it repeats what repeats already'
      if (closed?.branches) return 'it repeats alternatives'
      inner.repeats = true
      at += sign.length - 1
      if (pattern[at + 1] === '?') at++
      closed = undefined
      continue
    }
    closed = undefined
    if (char === '\\') {
      const next = pattern[++at] ?? ''
      if (/[1-9k]/.test(next)) return 'it refers back'
    } else if (char === '[') {
      for (at++; at < pattern.length && pattern[at] !== ']'; at++) if (pattern[at] === '\\') at++
    } else if (char === '(') {
      if (/^\(\?(?!:)/.test(pattern.slice(at))) return 'it has a group other than ( ) and (?: )'
      groups.push({ repeats: false, branches: false })
    } else if (char === '|') inner.branches = true
    else if (char === ')' && groups.length > 1) {
      closed = groups.pop() as Group
      const outer = groups.at(-1) as Group
      outer.repeats ||= closed.repeats
      outer.branches ||= closed.branches
    }
  }
  return endless > MOST_ENDLESS ? `it has more than ${MOST_ENDLESS} repetitions without an end` : undefined
}
