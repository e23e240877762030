import { err, ok, type Result } from '#lib/result'
import { DISPLAY, quote, skipClass, skipQuoted, skipSpace, TOKEN, trimEnd, unquote } from './chars.ts'
import { type Params, printParams, readParams } from './params.ts'
import { readUri } from './uri.ts'

/**
 * What From, To, Contact, Route and their kin hold, RFC 3261 §20.10. `uri` is the text of the URI as it came (its
 * grammar is checked); without angle brackets the parameters belong to the header, not to the URI.
 */
export type Address = { display: string; uri: string; params: Params }

export const parseAddress = (text: string): Result<Address, string> => {
  const address: Address = { display: '', uri: '', params: new Map() }
  const stop = readAddress(text, 0, text.length, address)
  return stop === text.length ? ok(address) : err(stop < 0 ? 'bad address' : 'more than one address')
}

/**
 * Checks one address from `at` on, and fills `into` when one is given. Gives the place where it stopped, which is
 * `end` or a comma, or -1 when that is no address.
 */
export const readAddress = (text: string, from: number, end: number, into?: Address): number => {
  let at = skipSpace(text, from, end)
  if (at < end && text.charCodeAt(at) === 34) {
    const close = skipQuoted(text, at, end)
    if (close < 0) return -1
    if (into) into.display = unquote(text.substring(at + 1, close - 1))
    at = skipSpace(text, close, end)
    if (at >= end || text.charCodeAt(at) !== 60) return -1
  } else {
    const start = at
    at = skipClass(text, at, end, DISPLAY)
    if (at >= end || text.charCodeAt(at) !== 60) return readBare(text, start, end, into)
    if (into && at > start) into.display = text.substring(start, trimEnd(text, start, at))
  }
  const close = text.indexOf('>', at)
  if (close < 0 || close >= end || readUri(text, at + 1, close) !== undefined) return -1
  if (into) into.uri = text.substring(at + 1, close)
  return readParams(text, close + 1, end, into?.params)
}

/** addr-spec: ends at the first semicolon, comma or space; one with a question mark would need brackets. */
const readBare = (text: string, from: number, end: number, into: Address | undefined): number => {
  let at = from
  while (at < end) {
    const code = text.charCodeAt(at)
    if (code === 59 || code === 44 || code <= 32) break
    if (code === 63) return -1
    at++
  }
  if (readUri(text, from, at) !== undefined) return -1
  if (into) into.uri = text.substring(from, at)
  return readParams(text, at, end, into?.params)
}

/** Always with angle brackets, and the display name in quotes. */
export const printAddress = ({ display, uri, params }: Address): string => {
  const name = display === '' ? '' : `${quote(display)} `
  return `${name}<${uri}>${printParams(params)}`
}

/** The elements of a comma list; commas inside quotes and angle brackets do not part, empty elements are left out. */
export const splitList = (value: string): string[] => {
  if (!value.includes(',')) return value === '' ? [] : [value]
  const elements: string[] = []
  let start = 0
  let inside = false
  for (let i = 0; i <= value.length; i++) {
    const code = i < value.length ? value.charCodeAt(i) : 44
    if (code === 34) {
      const close = skipQuoted(value, i, value.length)
      i = close < 0 ? value.length - 1 : close - 1
    } else if (code === 60) inside = true
    else if (code === 62) inside = false
    else if (code === 44 && (!inside || i === value.length)) {
      const from = skipSpace(value, start, i)
      if (from < i) elements.push(value.substring(from, trimEnd(value, from, i)))
      start = i + 1
    }
  }
  return elements
}

/** The tag of a From or To value, RFC 3261 §19.3. */
export const tagOf = (value: string): string | undefined => {
  const close = value.lastIndexOf('>')
  if (value.indexOf('"', close + 1) < 0) {
    // No quote follows, so this bracket is no part of a quoted string, and the plain parameters come after it.
    const at = value.indexOf(';tag=', close + 1)
    if (at >= 0) {
      const end = skipClass(value, at + 5, value.length, TOKEN)
      if (end > at + 5 && (end === value.length || value.charCodeAt(end) === 59))
        return value.substring(at + 5, end)
    } else if (close === value.length - 1) return undefined
  }
  return paramOf(value, 'tag')
}

/** One parameter (lower-case name) of any header value: '' when it has no value, undefined when it is not there. */
export const paramOf = (value: string, name: string): string | undefined => {
  const params = paramsOf(value)
  return params.has(name) ? (params.get(name) ?? '') : undefined
}

/** The parameters behind the first semicolon outside quotes and angle brackets; empty when they are malformed. */
export const paramsOf = (value: string): Params => {
  const params: Params = new Map()
  let inside = false
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    if (code === 34) {
      const close = skipQuoted(value, i, value.length)
      if (close < 0) return params
      i = close - 1
    } else if (code === 60) inside = true
    else if (code === 62) inside = false
    else if (code === 59 && !inside)
      return readParams(value, i, value.length, params) < 0 ? new Map() : params
  }
  return params
}
