import { err, ok, type Result } from '#lib/result'

/** Bencode as rtpengine's ng protocol speaks it: octet strings are Latin-1 text here, which keeps every octet. */
export type Bencoded = string | number | Bencoded[] | { [key: string]: Bencoded }

/** Keys go out in the order of insertion, which rtpengine takes; undefined members are left out. */
export const bencode = (value: Bencoded): string => {
  if (typeof value === 'number') return `i${Math.trunc(value)}e`
  if (typeof value === 'string') return `${value.length}:${value}`
  if (Array.isArray(value)) return `l${value.map(bencode).join('')}e`
  let out = 'd'
  for (const [key, member] of Object.entries(value)) out += bencode(key) + bencode(member)
  return `${out}e`
}

const MOST_DEPTH = 16

type Read = { value: Bencoded; end: number }

const readNumber = (text: string, at: number): Read | undefined => {
  const end = text.indexOf('e', at)
  if (end < 0 || end - at > 20) return undefined
  const digits = text.slice(at, end)
  return /^-?\d+$/.test(digits) ? { value: Number(digits), end: end + 1 } : undefined
}

const readText = (text: string, at: number): (Read & { value: string }) | undefined => {
  const colon = text.indexOf(':', at)
  if (colon < 0 || colon - at > 7) return undefined
  const digits = text.slice(at, colon)
  const end = colon + 1 + Number(digits)
  return /^\d+$/.test(digits) && end <= text.length ? { value: text.slice(colon + 1, end), end } : undefined
}

const readList = (text: string, start: number, depth: number): Read | undefined => {
  const value: Bencoded[] = []
  let at = start
  while (text[at] !== 'e') {
    const next = read(text, at, depth)
    if (!next) return undefined
    value.push(next.value)
    at = next.end
  }
  return { value, end: at + 1 }
}

const readDictionary = (text: string, start: number, depth: number): Read | undefined => {
  const members: [string, Bencoded][] = []
  let at = start
  while (text[at] !== 'e') {
    const key = readText(text, at)
    const member = key && read(text, key.end, depth)
    if (!key || !member) return undefined
    members.push([key.value, member.value])
    at = member.end
  }
  return { value: Object.fromEntries(members), end: at + 1 }
}

const read = (text: string, at: number, depth: number): Read | undefined => {
  if (depth > MOST_DEPTH) return undefined
  switch (text[at]) {
    case 'i':
      return readNumber(text, at + 1)
    case 'l':
      return readList(text, at + 1, depth + 1)
    case 'd':
      return readDictionary(text, at + 1, depth + 1)
    default:
      return readText(text, at)
  }
}

/** One value and nothing behind it. */
export const bdecode = (text: string): Result<Bencoded, 'no-bencode'> => {
  const found = read(text, 0, 0)
  return found?.end === text.length ? ok(found.value) : err('no-bencode')
}
