import { EMPTY } from '#lib/bytes'
import { isToken } from './chars.ts'
import { Headers, type SipMessage } from './message.ts'
import { bad, type Reading, wholeNumber } from './reading.ts'

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
