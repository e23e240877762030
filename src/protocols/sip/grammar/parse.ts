import { err, ok, type Result } from '#lib/result'
import { isToken } from './chars.ts'
import type { Headers, SipMessage, SipRequest } from './message.ts'
import { knownNameAt } from './names.ts'
import {
  bad,
  MAX_HEADERS,
  MAX_MESSAGE,
  type Problem,
  type Reading,
  startReading,
  wholeNumber,
} from './reading.ts'
import { readStartLine } from './start-line.ts'

export { MAX_HEADERS, MAX_MESSAGE } from './reading.ts'

/**
 * Why some octets are no message. `request` is what was understood, present when it has all that an answer copies
 * (Via, From, To, Call-ID, CSeq); without it the receiver stays silent.
 */
export type ParseProblem = { reason: string; status: 400 | 413 | 505; request?: SipRequest }

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
    if (newline === at || (newline === at + 1 && reading.cr === at)) return
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
  if (reading.cr < end && value.includes('\r')) {
    reading.problem ??= bad('bare CR in a header field')
    return
  }
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
