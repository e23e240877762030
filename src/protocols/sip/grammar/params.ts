import { isToken, quote, skipClass, skipQuoted, skipSpace, TOKEN, unquote, VALUE } from './chars.ts'

/** Parameters by lower-case name; undefined for one without value. Values are without quotes and escapes. */
export type Params = Map<string, string | undefined>

/**
 * Reads `;name=value` pairs of a header field from `from` to `end` or to a comma, into `into` when one is given,
 * RFC 3261 §25.1 generic-param. Gives the place where it stopped, -1 when that is no parameter list.
 * Of a name that comes twice the first counts.
 */
export const readParams = (text: string, from: number, end: number, into?: Params): number => {
  let at = skipSpace(text, from, end)
  while (at < end) {
    const separator = text.charCodeAt(at)
    if (separator === 44) return at
    if (separator !== 59) return -1
    const start = skipSpace(text, at + 1, end)
    const nameEnd = skipClass(text, start, end, TOKEN)
    if (nameEnd === start) return -1
    at = skipSpace(text, nameEnd, end)
    let value: string | undefined
    if (at < end && text.charCodeAt(at) === 61) {
      const valueAt = skipSpace(text, at + 1, end)
      const quoted = valueAt < end && text.charCodeAt(valueAt) === 34
      const valueEnd = quoted ? skipQuoted(text, valueAt, end) : skipClass(text, valueAt, end, VALUE)
      if (valueEnd < 0) return -1
      if (into)
        value = quoted
          ? unquote(text.substring(valueAt + 1, valueEnd - 1))
          : text.substring(valueAt, valueEnd)
      at = skipSpace(text, valueEnd, end)
    }
    if (into) {
      const name = text.substring(start, nameEnd).toLowerCase()
      if (!into.has(name)) into.set(name, value)
    }
  }
  return at
}

/** Feature tags of RFC 3840 §9: their values always stand in quotes, as do those of names that begin with `+`. */
const FEATURES = new Set(
  `audio automata class duplex data control mobility description events priority methods schemes application video
language type isfocus actor text extensions sip.instance`.split(/\s+/),
)

const isBare = (name: string, value: string): boolean => {
  if (name.startsWith('+') || FEATURES.has(name)) return false
  return isToken(value) || /^\[[0-9a-fA-F:.]+\]$/.test(value)
}

export const printParam = (name: string, value: string | undefined): string => {
  if (value === undefined) return `;${name}`
  return isBare(name, value) ? `;${name}=${value}` : `;${name}=${quote(value)}`
}

/** The parameters of a header field as text that begins with a semicolon; empty when there are none. */
export const printParams = (params: Params): string => {
  let text = ''
  for (const [name, value] of params) text += printParam(name, value)
  return text
}
