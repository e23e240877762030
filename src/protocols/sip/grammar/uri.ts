import { err, ok, type Result } from '#lib/result'
import { DIGIT, HEX, isAt, OPAQUE, SAFE_USER, SCHEME, skipClass, URI_PARAM, USER } from './chars.ts'
import { hostEndAt, hostOf, portAt, printHost } from './host.ts'
import type { Params } from './params.ts'

/**
 * A URI, RFC 3261 §19.1 and RFC 3966. Escapes are undone (`%00` is a character like others), one character an octet.
 * tel: `user` is the number without visual separators, `host` is empty. Other schemes: `user` is all after the colon
 * (and after `?`) as it came.
 */
export type Uri = {
  scheme: string
  user: string
  password?: string
  /** Lower case, an IPv6 address without brackets. */
  host: string
  port?: number
  /** Lower-case names. */
  params: Params
  /** What stands behind `?`, escapes and all. */
  headers?: string
}

export const parseUri = (text: string): Result<Uri, string> => {
  const uri: Uri = { scheme: '', user: '', host: '', params: new Map() }
  const wrong = readUri(text, 0, text.length, uri)
  return wrong === undefined ? ok(uri) : err(wrong)
}

/** Checks the URI from `at` to `end`, and fills `into` when one is given. Gives what is wrong with it. */
export const readUri = (text: string, at: number, end: number, into?: Uri): string | undefined => {
  const colon = skipClass(text, at, end, SCHEME)
  if (colon === at || colon === end || text.charCodeAt(colon) !== 58 || (text.charCodeAt(at) | 32) < 97)
    return 'no scheme'
  const scheme = schemeOf(text, at, colon)
  if (into) into.scheme = scheme
  if (scheme === 'sip' || scheme === 'sips') return readSip(text, colon + 1, end, into)
  if (scheme === 'tel') return readTel(text, colon + 1, end, into)
  if (colon + 1 === end || skipClass(text, colon + 1, end, OPAQUE) !== end) return 'bad characters in the URI'
  if (into) into.user = text.substring(colon + 1, end)
  return undefined
}

const schemeOf = (text: string, at: number, colon: number): string => {
  if (colon - at === 3 && text.startsWith('sip', at)) return 'sip'
  return text.substring(at, colon).toLowerCase()
}

const readSip = (text: string, from: number, end: number, into: Uri | undefined): string | undefined => {
  let at = from
  const sign = text.indexOf('@', from)
  if (sign >= 0 && sign < end) {
    const userEnd = skipEscaped(text, from, sign, USER)
    if (userEnd === from) return 'no user before @'
    if (into) into.user = unescaped(text, from, userEnd)
    if (userEnd < sign) {
      if (text.charCodeAt(userEnd) !== 58 || skipEscaped(text, userEnd + 1, sign, USER) !== sign)
        return 'bad user part'
      if (into) into.password = unescaped(text, userEnd + 1, sign)
    }
    at = sign + 1
  }
  const hostEnd = hostEndAt(text, at, end)
  if (hostEnd < 0) return 'bad host'
  if (into) into.host = hostOf(text, at, hostEnd)
  at = hostEnd
  if (at < end && text.charCodeAt(at) === 58) {
    const port = portAt(text, at + 1, end)
    if (port < 0) return 'bad port'
    if (into) into.port = port
    at = skipClass(text, at + 1, end, DIGIT)
  }
  at = readUriParams(text, at, end, into?.params)
  if (at < end && text.charCodeAt(at) === 63) {
    if (skipClass(text, at + 1, end, OPAQUE) !== end) return 'bad URI headers'
    if (into) into.headers = text.substring(at + 1, end)
    return undefined
  }
  return at === end ? undefined : 'bad characters in the URI'
}

/** `+` or not, digits, `*`, `#`, the letters A to F, and visual separators, RFC 3966 §3. */
const readTel = (text: string, from: number, end: number, into: Uri | undefined): string | undefined => {
  let at = from
  while (at < end && text.charCodeAt(at) !== 59) at++
  const number = unescaped(text, from, at).replace(/[-.()]/g, '')
  if (!/^\+?[0-9A-Fa-f*#]+$/.test(number)) return 'bad telephone number'
  if (into) into.user = number
  return readUriParams(text, at, end, into?.params) === end ? undefined : 'bad parameters'
}

/** Stops where no parameter is. Empty ones are skipped: `sip:host;` is seen on the wire. */
const readUriParams = (text: string, from: number, end: number, into: Params | undefined): number => {
  let at = from
  while (at < end && text.charCodeAt(at) === 59) {
    const start = at + 1
    const nameEnd = skipEscaped(text, start, end, URI_PARAM)
    at = nameEnd
    if (at < end && text.charCodeAt(at) === 61) at = skipEscaped(text, nameEnd + 1, end, URI_PARAM)
    if (!into || nameEnd === start) continue
    const name = unescaped(text, start, nameEnd).toLowerCase()
    if (!into.has(name)) into.set(name, at > nameEnd ? unescaped(text, nameEnd + 1, at) : undefined)
  }
  return at
}

/** First place that is neither of the class nor part of a `%HH`. */
const skipEscaped = (text: string, from: number, end: number, bit: number): number => {
  let at = skipClass(text, from, end, bit)
  while (at + 2 < end && text.charCodeAt(at) === 37 && isAt(text, at + 1, HEX) && isAt(text, at + 2, HEX))
    at = skipClass(text, at + 3, end, bit)
  return at
}

const unescaped = (text: string, from: number, end: number): string => undoEscapes(text.substring(from, end))

/** Undoes `%HH` once; other percent signs stay. */
export const undoEscapes = (text: string): string =>
  text.includes('%')
    ? text.replace(/%([0-9a-fA-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text

/** Writes all outside the class as `%HH`. */
const escaped = (text: string, bit: number): string => {
  if (skipClass(text, 0, text.length, bit) === text.length) return text
  let out = ''
  for (let i = 0; i < text.length; i++)
    out += isAt(text, i, bit)
      ? text[i]
      : `%${(text.charCodeAt(i) & 255).toString(16).toUpperCase().padStart(2, '0')}`
  return out
}

export const printUri = (uri: Uri): string => {
  if (uri.scheme === 'tel') return `tel:${uri.user}${printUriParams(uri.params)}`
  if (uri.scheme !== 'sip' && uri.scheme !== 'sips') return `${uri.scheme}:${uri.user}`
  const password = uri.password === undefined ? '' : `:${escaped(uri.password, SAFE_USER)}`
  const user = uri.user === '' ? '' : `${escaped(uri.user, SAFE_USER)}${password}@`
  const port = uri.port === undefined ? '' : `:${uri.port}`
  const headers = uri.headers === undefined ? '' : `?${uri.headers}`
  return `${uri.scheme}:${user}${printHost(uri.host)}${port}${printUriParams(uri.params)}${headers}`
}

const printUriParams = (params: Params): string => {
  let text = ''
  for (const [name, value] of params) {
    text += `;${escaped(name, URI_PARAM)}`
    if (value !== undefined) text += `=${escaped(value, URI_PARAM)}`
  }
  return text
}
