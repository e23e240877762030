import { EMPTY } from '#lib/bytes'
import { err, ok, type Result } from '#lib/result'
import { isToken } from './chars.ts'
import { Headers, type SipMessage, type SipRequest } from './message.ts'
import { knownNameAt } from './names.ts'

/** Bounds of one message: more is answered 413. */
export const MAX_MESSAGE = 65535
export const MAX_HEADERS = 256

/**
 * Why some octets are no message. `request` is what was understood, present when it has all that an answer copies
 * (Via, From, To, Call-ID, CSeq); without it the receiver stays silent.
 */
export type ParseProblem = { reason: string; status: 400 | 413 | 505; request?: SipRequest }

type Problem = { reason: string; status: 400 | 413 | 505 }

/** A text being read: where the next line begins, where the next CR stands, and what came up so far. */
export type Reading = {
  readonly octets: Uint8Array
  readonly text: string
  at: number
  cr: number
  /** Value of Content-Length; -1 when it is not given. */
  length: number
  /** The empty line after the header fields was seen. */
  ended: boolean
  problem: Problem | undefined
}

/** One native call for the whole datagram; `toString` would look its encoding up first. */
const { latin1Slice } = Buffer.prototype

export const startReading = (octets: Uint8Array): Reading => {
  const text = latin1Slice.call(
    octets as Buffer,
    0,
    octets.length > MAX_MESSAGE ? MAX_MESSAGE : octets.length,
  )
  return { octets, text, at: 0, cr: -1, length: -1, ended: false, problem: undefined }
}

/**
 * Reads one datagram, or one message that a framer cut out of a stream, RFC 3261 §7 and §18.3. The body is a copy;
 * the texts are parts of one string, so whoever keeps one beyond the handling of the message copies it.
 */
export const parseMessage = (octets: Uint8Array): Result<SipMessage, ParseProblem> => {
  const reading = startReading(octets)
  const message = readStartLine(reading)
  if (message === undefined) return err({ reason: 'no SIP start line', status: 400 })
  readHeaders(reading, message.headers)
  if (octets.length > MAX_MESSAGE) reading.problem = { reason: 'message too large', status: 413 }
  if (reading.problem === undefined) readBody(octets, reading, message)
  return reading.problem === undefined ? ok(message) : refuse(message, reading.problem)
}

const refuse = (message: SipMessage, problem: Problem): Result<SipMessage, ParseProblem> => {
  const { headers } = message
  const answerable =
    message.kind === 'request' &&
    headers.has('Via') &&
    headers.has('From') &&
    headers.has('To') &&
    headers.has('Call-ID') &&
    headers.has('CSeq')
  return err(answerable ? { ...problem, request: message } : problem)
}

const METHODS =
  'INVITE ACK BYE CANCEL REGISTER OPTIONS MESSAGE PRACK UPDATE INFO SUBSCRIBE NOTIFY REFER PUBLISH'.split(' ')
const methodsBy: string[][] = Array.from({ length: 256 }, (_, code) =>
  METHODS.filter((method) => method.charCodeAt(0) === code),
)

/** Known methods are given as the one string that every comparison uses; undefined for what is no token. */
export const methodAt = (text: string, at: number, end: number): string | undefined => {
  const candidates = methodsBy[text.charCodeAt(at) & 255] as string[]
  for (let i = 0; i < candidates.length; i++) {
    const method = candidates[i] as string
    if (method.length === end - at && text.startsWith(method, at)) return method
  }
  const method = text.substring(at, end)
  return isToken(method) ? method : undefined
}

/** Undefined for what is no SIP at all. Empty lines before it are skipped, RFC 3261 §7.5. */
export const readStartLine = (reading: Reading): SipMessage | undefined => {
  const { text } = reading
  let at = 0
  while (at < text.length && (text.charCodeAt(at) === 13 || text.charCodeAt(at) === 10)) at++
  if (at === text.length) return undefined
  let newline = text.indexOf('\n', at)
  if (newline < 0) newline = text.length
  reading.at = newline + 1
  const end = text.charCodeAt(newline - 1) === 13 ? newline - 1 : newline
  if (text.startsWith('SIP/2.0 ', at)) return readStatusLine(text, at + 8, end)
  const space = text.indexOf(' ', at)
  const last = end - 8
  if (space < 0 || space >= end) return undefined
  const method = methodAt(text, at, space)
  if (method === undefined) return undefined
  const plain = space < last && text.startsWith(' SIP/2.0', last)
  const uri = plain ? text.substring(space + 1, last) : readOddLine(reading, text.substring(space + 1, end))
  return uri === undefined ? undefined : { kind: 'request', method, uri, headers: new Headers(), body: EMPTY }
}

/** Anything but the plain `METHOD URI SIP/2.0`: its URI is understood as far as an answer needs it. */
const readOddLine = (reading: Reading, rest: string): string | undefined => {
  const trimmed = rest.trimEnd()
  const cut = trimmed.lastIndexOf(' ') + 1
  const version = trimmed.slice(cut)
  const uri = trimmed.slice(0, cut).trimEnd()
  if (/^sip\/\d{1,9}\.\d{1,9}$/i.test(version)) {
    if (version.slice(4) !== '2.0') reading.problem = { reason: 'SIP version not supported', status: 505 }
    else if (trimmed !== rest || uri === '') reading.problem = bad('bad request line')
    return uri
  }
  if (!/sip/i.test(rest)) return undefined
  reading.problem = bad('bad request line')
  return trimmed
}

const readStatusLine = (text: string, at: number, end: number): SipMessage | undefined => {
  const status = at + 3 > end ? -1 : wholeNumber(text, at, at + 3)
  if (status < 0) return undefined
  if (end > at + 3 && text.charCodeAt(at + 3) !== 32) return undefined
  return {
    kind: 'response',
    status,
    reason: text.substring(at + 4, end),
    headers: new Headers(),
    body: EMPTY,
  }
}

/** Digits only, at most nine of them; -1 for all else. */
const wholeNumber = (text: string, at: number, end: number): number => {
  if (end <= at || end - at > 9) return -1
  let value = 0
  for (let i = at; i < end; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value
}

const bad = (reason: string): Problem => ({ reason, status: 400 })

/**
 * Reads the fields up to the empty line or the end of the text, RFC 3261 §7.3.1. A bad line does not stop it: an
 * answer needs the good ones. Lines may end in a bare LF, and the last one in nothing.
 */
export const readHeaders = (reading: Reading, headers: Headers): void => {
  const { octets, text } = reading
  const size = text.length
  while (reading.at < size) {
    const { at } = reading
    let newline = text.indexOf('\n', at)
    if (newline < 0) newline = size
    if (reading.cr < at) reading.cr = indexOrEnd(text, '\r', at)
    reading.at = newline + 1
    if (newline === at || (newline === at + 1 && reading.cr === at)) {
      reading.ended = true
      return
    }
    let folded = false
    while (newline + 1 < size && isBlank(octets[newline + 1])) {
      folded = true
      newline = indexOrEnd(text, '\n', newline + 1)
      reading.at = newline + 1
    }
    if (headers.names.length >= MAX_HEADERS) {
      reading.problem ??= { reason: 'too many header fields', status: 413 }
      return
    }
    readField(reading, headers, at, newline, folded)
  }
  reading.at = size
}

const indexOrEnd = (text: string, character: string, at: number): number => {
  const index = text.indexOf(character, at)
  return index < 0 ? text.length : index
}

/** The octets decide, since looking at one costs less than at a character; the text is only cut. */
const readField = (
  reading: Reading,
  headers: Headers,
  at: number,
  newline: number,
  folded: boolean,
): void => {
  const { octets, text } = reading
  let colon = at
  while (colon < newline && octets[colon] !== 58) colon++
  if (colon === newline) {
    reading.problem ??= bad('header field without colon')
    return
  }
  let nameEnd = colon
  while (nameEnd > at && isBlank(octets[nameEnd - 1])) nameEnd--
  let name = knownNameAt(octets, at, nameEnd)
  if (name === undefined) {
    name = text.substring(at, nameEnd)
    if (!isToken(name)) {
      reading.problem ??= bad('bad header field name')
      return
    }
  }
  let start = colon + 1
  while (start < newline && isBlank(octets[start])) start++
  let end = newline
  while (end > start && isBlankOrCr(octets[end - 1])) end--
  const value = folded ? unfold(text.substring(start, end)) : text.substring(start, end)
  // The next reader might take a bare CR for the end of the line, and read the rest as a field of its own.
  if (reading.cr < end && value.includes('\r')) reading.problem ??= bad('bare CR in a header field')
  headers.names.push(name)
  headers.values.push(value)
  if (name === 'Content-Length') readLength(value, reading)
}

const isBlank = (octet: number | undefined): boolean => octet === 32 || octet === 9
const isBlankOrCr = (octet: number | undefined): boolean => octet === 32 || octet === 9 || octet === 13

/** A fold counts as one space, RFC 3261 §7.3.1. (`trim` would take octet A0, which ends many a UTF-8 letter.) */
const unfold = (value: string): string => {
  let text = ''
  for (const line of value.split('\n')) {
    let start = 0
    while (start < line.length && isBlank(line.charCodeAt(start))) start++
    let end = line.length
    while (end > start && isBlankOrCr(line.charCodeAt(end - 1))) end--
    if (start < end) text += text === '' ? line.substring(start, end) : ` ${line.substring(start, end)}`
  }
  return text
}

const readLength = (value: string, reading: Reading): void => {
  const length = wholeNumber(value, 0, value.length)
  if (length < 0) reading.problem ??= bad('bad Content-Length')
  else if (reading.length >= 0 && reading.length !== length) reading.problem ??= bad('two Content-Lengths')
  else reading.length = length
}

/** On UDP surplus octets are no part of the message, and a missing length means all that is there, RFC 3261 §18.3. */
const readBody = (octets: Uint8Array, reading: Reading, message: SipMessage): void => {
  const present = Math.max(octets.length - reading.at, 0)
  const length = reading.length < 0 ? present : reading.length
  if (length > present) reading.problem = bad('short body')
  else if (length > 0) message.body = copyOf(octets, reading.at, length)
}

/** From Node's pool of small buffers: a buffer of its own would cost as much as the rest of the parsing. */
const copyOf = (octets: Uint8Array, at: number, length: number): Uint8Array => {
  const body = Buffer.allocUnsafe(length)
  for (let i = 0; i < length; i++) body[i] = octets[at + i] as number
  return body
}
