/** Character classes of RFC 3261 §25.1 as one table over the 256 octets; a Latin-1 character is an octet. */
export const TOKEN = 1
export const DIGIT = 2
export const HEX = 4
/** User part of a URI as it may stand unescaped; also `#` and octets above 127, which phones send as they are. */
export const USER = 8
/** URI parameter name or value. */
export const URI_PARAM = 16
/** Host name, IPv4 address. */
export const HOST = 32
/** What stands unquoted as a header parameter's value: token, IPv6 address, and the sloppy rest up to a separator. */
export const VALUE = 64
/** Scheme of a URI after its first letter. */
export const SCHEME = 128

/** User part as RFC 3261 prints it: nothing but what every receiver takes. */
export const SAFE_USER = 256
/** What a display name without quotes may hold, token or not; colon, separators and quotes end it. */
export const DISPLAY = 512
/** URI of a scheme that nobody here knows: no white space, no quotes, no angle brackets. */
export const OPAQUE = 1024

export const CLASS = new Uint16Array(256)

const mark = (bit: number, characters: string): void => {
  for (const character of characters) {
    const code = character.charCodeAt(0)
    CLASS[code] = (CLASS[code] as number) | bit
  }
}
const between = (from: number, to: number): string =>
  String.fromCharCode(...Array.from({ length: to - from + 1 }, (_, i) => from + i))

const DIGITS = '0123456789'
const ALNUM = `${DIGITS}${between(65, 90)}${between(97, 122)}`
const UNRESERVED = `${ALNUM}-_.!~*'()`

mark(TOKEN, `${ALNUM}-.!%*_+\`'~`)
mark(DIGIT, DIGITS)
mark(HEX, `${DIGITS}ABCDEFabcdef`)
mark(USER, `${UNRESERVED}&=+$,;?/#${between(128, 255)}`)
mark(URI_PARAM, `${UNRESERVED}[]/:&+$`)
mark(HOST, `${ALNUM}-._`)
mark(VALUE, `${ALNUM}-.!%*_+\`'~[]:/@?&$(){}|^#=\\${between(128, 255)}`)
mark(SAFE_USER, `${UNRESERVED}&=+$,;?/`)
mark(DISPLAY, `${between(32, 126).replace(/[<>,;:"\\]/g, '')}\t${between(128, 255)}`)
mark(OPAQUE, `${between(33, 126).replace(/[<>"]/g, '')}${between(128, 255)}`)
mark(SCHEME, `${ALNUM}+-.`)

/** Whether the character at that place belongs to the class; false beyond the end. */
export const isAt = (text: string, at: number, bit: number): boolean =>
  at < text.length && ((CLASS[text.charCodeAt(at) & 255] as number) & bit) !== 0

/** First place from `at` on, before `end`, that is not of the class. */
export const skipClass = (text: string, at: number, end: number, bit: number): number => {
  let i = at
  while (i < end && ((CLASS[text.charCodeAt(i) & 255] as number) & bit) !== 0) i++
  return i
}

/** White space inside a value, which is unfolded already: a CR or LF in it is an error everywhere. */
export const isSpace = (code: number): boolean => code === 32 || code === 9

export const skipSpace = (text: string, at: number, end: number): number => {
  let i = at
  while (i < end && isSpace(text.charCodeAt(i))) i++
  return i
}

/** Place after the last character that is not white space. */
export const trimEnd = (text: string, at: number, end: number): number => {
  let i = end
  while (i > at && isSpace(text.charCodeAt(i - 1))) i--
  return i
}

export const isToken = (text: string): boolean =>
  text !== '' && skipClass(text, 0, text.length, TOKEN) === text.length

/** `at` is an opening quote; gives the place after the closing one, or -1 when there is none before `end`. */
export const skipQuoted = (text: string, at: number, end: number): number => {
  for (let i = at + 1; i < end; i++) {
    const code = text.charCodeAt(i)
    if (code === 34) return i + 1
    if (code === 13 || code === 10) return -1
    if (code === 92 && ++i < end && (text.charCodeAt(i) === 13 || text.charCodeAt(i) === 10)) return -1
  }
  return -1
}

/** Content of a quoted string (without its quotes), its escapes undone, RFC 3261 §25.1. */
export const unquote = (inner: string): string =>
  inner.includes('\\') ? inner.replace(/\\([\s\S])/g, '$1') : inner

/** Writes a quoted string; characters that would end the line are left out, since no escape exists for them. */
export const quote = (text: string): string => {
  const safe = /["\\\r\n]/.test(text) ? text.replace(/[\r\n]+/g, ' ').replace(/["\\]/g, '\\$&') : text
  return `"${safe}"`
}
