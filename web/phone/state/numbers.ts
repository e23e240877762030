import type { BookEntry, BookGroup } from '../../sdk/index.ts'

const MOST = 64
/** What people write numbers with, and what is around them. */
const ORNAMENTS = /[\s()[\]/\u00a0\u2010-\u2015-]+/g
const ADDRESS = /^[\w.*#+-]+@[\w.-]+$/

/**
 * What was typed or pasted as something to dial: without the ornaments that people write numbers with, and without the
 * parameters and the port of a URI. Empty: it is nobody's. What would be left without letters that are no number's is
 * somebody else's.
 */
export const dialled = (text: string): string => {
  // Chinese keyboards write digits that are as wide as their other signs.
  const bare = text
    .normalize('NFKC')
    .trim()
    .replace(/^(tel|sips?|callto):/i, '')
    .replace(/[;?].*$/s, '')
  const [, user = '', host = ''] = /^([^@]*)@([^@:]*)(?::\d*)?$/.exec(bare) ?? []
  if (bare.includes('@')) {
    const address = `${/[a-z]/i.test(user) ? user.trim() : user.replace(ORNAMENTS, '')}@${host.trim()}`
    return ADDRESS.test(address) && address.length <= MOST ? address : ''
  }
  const left = bare.replace(ORNAMENTS, '').replace(/[^0-9A-Za-z*#+._\p{L}\p{M}\p{N}]/gu, '')
  return /[^0-9A-Za-z*#+._]/.test(left) || left.length > MOST ? '' : left
}

export const isNumber = (text: string): boolean => /^[+*#0-9]+$/.test(text)

/** Of somebody who hides: there is nobody to call (RFC 3323 §4.1.1.3). */
export const isWithheld = (tel: string): boolean => tel === '' || /^anonymous(@|$)/i.test(tel)

const KEYS: Record<string, string> = Object.fromEntries(
  ['abc', 'def', 'ghi', 'jkl', 'mno', 'pqrs', 'tuv', 'wxyz'].flatMap((letters, at) =>
    [...letters].map((letter) => [letter, String(at + 2)]),
  ),
)

/** A name as the keys of a telephone: "Bob" is 262. */
export const asKeys = (name: string): string =>
  [...name.toLowerCase()].map((letter) => KEYS[letter] ?? '').join('')

export type Person = { name: string; tel: string; group: string; blf: boolean }

/** Everybody once, with all groups. */
export const peopleOf = (groups: readonly BookGroup[]): Person[] => {
  const people = new Map<string, Person>()
  for (const { name: group, entries } of groups)
    for (const { name, tel, blf } of entries as BookEntry[]) {
      const known = people.get(`${tel}\n${name}`)
      if (!known) people.set(`${tel}\n${name}`, { name, tel, group, blf })
      else if (blf) known.blf = true
    }
  return [...people.values()]
}

/** Those who fit what was typed: by number, by name, or by the keys of the name. */
export const fitting = (people: readonly Person[], typed: string, most = 4): Person[] => {
  const words = typed.trim().toLowerCase()
  const digits = dialled(typed)
  if (!words) return []
  const rank = ({ name, tel }: Person): number => {
    const lower = name.toLowerCase()
    if (digits && tel === digits) return 0
    if (lower.startsWith(words)) return 1
    if (digits && tel.startsWith(digits)) return 2
    if (lower.split(/\s+/).some((part) => part.startsWith(words))) return 3
    if (/^[2-9]+$/.test(digits) && name.split(/\s+/).some((part) => asKeys(part).startsWith(digits))) return 4
    if (lower.includes(words) || (digits.length > 2 && tel.includes(digits))) return 5
    return 9
  }
  return people
    .map((person) => ({ person, at: rank(person) }))
    .filter(({ at }) => at < 9)
    .sort((a, b) => a.at - b.at)
    .slice(0, most)
    .map(({ person }) => person)
}

const pad = (value: number) => String(value).padStart(2, '0')

/** 1:05, 12:00, 1:02:03. */
export const clockOf = (ms: number): string => {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  return h > 0 ? `${h}:${pad(m)}:${pad(s)}` : `${m}:${pad(s)}`
}

export const initialsOf = (name: string, tel: string): string => {
  const words = name.trim().split(/\s+/).filter(Boolean)
  if (words.length === 0) return tel.replace(/\D/g, '').slice(-2) || '?'
  const first = [...(words[0] ?? '')][0] ?? ''
  const last = words.length > 1 ? ([...(words.at(-1) ?? '')][0] ?? '') : ''
  return (first + last).toUpperCase()
}

/** One of six hues, the same for the same number. */
export const hueOf = (text: string): number => {
  let sum = 0
  for (const letter of text) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) >>> 0
  return sum % 6
}
