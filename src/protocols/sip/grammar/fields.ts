import { paramsOf } from './address.ts'
import { DIGIT, skipClass, skipSpace, trimEnd } from './chars.ts'
import type { Params } from './params.ts'
import { methodAt } from './start-line.ts'

export { reasonPhrase } from './reasons.ts'

/** Largest value of delta-seconds, RFC 3261 §25.1; larger ones count as it. */
export const MAX_DELTA = 4294967295
/** CSeq numbers are below 2^31, RFC 3261 §8.1.1.5. */
const MAX_SEQ = 2147483647

/** Whole number 0..4294967295 (what is larger is cut to it), as in Expires, Min-SE, RSeq; undefined for all else. */
export const parseDelta = (value: string): number | undefined => {
  const at = skipSpace(value, 0, value.length)
  const end = trimEnd(value, at, value.length)
  if (at === end || skipClass(value, at, end, DIGIT) !== end) return undefined
  return Math.min(Number(value.substring(at, end)), MAX_DELTA)
}

/** `number method`; undefined when either is wrong or the number is 2^31 or more. */
export const parseCSeq = (value: string): { number: number; method: string } | undefined => {
  const size = value.length
  let number = 0
  let at = 0
  for (; at < size; at++) {
    const digit = value.charCodeAt(at) - 48
    if (digit < 0 || digit > 9) break
    number = number * 10 + digit
    if (number > MAX_SEQ) return undefined
  }
  const start = skipSpace(value, at, size)
  if (at === 0 || start === at || start === size) return undefined
  const method = methodAt(value, start, size)
  return method === undefined ? undefined : { number, method }
}

/** The provisional that a PRACK acknowledges, RFC 3262 §7.2. */
export const parseRAck = (value: string): { rseq: number; cseq: number; method: string } | undefined => {
  const words = /^(\d{1,10})\s+(\S.*)$/s.exec(value)
  const cseq = words ? parseCSeq(words[2] as string) : undefined
  return words && cseq ? { rseq: Number(words[1]), cseq: cseq.number, method: cseq.method } : undefined
}

/** Preference 0..1 of a contact; more than three decimals are cut off by arithmetic, not refused. */
export const parseQ = (value: string): number | undefined => {
  if (!/^(?:0?\.\d{1,9}|[01]\.?|0\.\d{1,9}|1\.0{1,9})$/.test(value)) return undefined
  return Math.round(Number(value) * 1000) / 1000
}

/** Session-Expires, RFC 4028 §4. */
export const parseSessionExpires = (
  value: string,
): { seconds: number; refresher?: 'uac' | 'uas' } | undefined => {
  const semicolon = value.indexOf(';')
  const seconds = parseDelta(semicolon < 0 ? value : value.slice(0, semicolon))
  if (seconds === undefined) return undefined
  const refresher = semicolon < 0 ? undefined : paramsOf(value).get('refresher')?.toLowerCase()
  return refresher === 'uac' || refresher === 'uas' ? { seconds, refresher } : { seconds }
}

export type Replaces = { callId: string; toTag: string; fromTag: string; earlyOnly: boolean }

/** The dialogue that a new INVITE takes over, RFC 3891 §6.1; also Join and Target-Dialog, which name theirs alike. */
export const parseReplaces = (value: string): Replaces | undefined => {
  const semicolon = value.indexOf(';')
  if (semicolon < 0) return undefined
  const callId = value.slice(0, semicolon).trim()
  const params = paramsOf(value.slice(semicolon))
  const toTag = params.get('to-tag') ?? params.get('remote-tag')
  const fromTag = params.get('from-tag') ?? params.get('local-tag')
  if (callId === '' || toTag === undefined || fromTag === undefined) return undefined
  return { callId, toTag, fromTag, earlyOnly: params.has('early-only') }
}

/** A word with parameters: Event (RFC 6665 §8.4), Content-Type, Content-Disposition, Subscription-State. */
export type Worded = { word: string; params: Params }

/** The word in lower case, since all fields of this form compare without case; undefined when there is none. */
export const parseWorded = (value: string): Worded | undefined => {
  const semicolon = value.indexOf(';')
  const word = (semicolon < 0 ? value : value.slice(0, semicolon)).replace(/\s+/g, '').toLowerCase()
  if (!/^[^\s"<>,]+$/.test(word)) return undefined
  return { word, params: semicolon < 0 ? new Map() : paramsOf(value) }
}

/** Event: its package (with templates, `reg.winfo`) and its id, which tells subscriptions in one dialogue apart. */
export const parseEvent = (value: string): { event: string; id?: string } | undefined => {
  const worded = parseWorded(value)
  const id = worded?.params.get('id')
  if (!worded) return undefined
  return id === undefined ? { event: worded.word } : { event: worded.word, id }
}

/** Seconds of Retry-After, RFC 3261 §20.33; its comment and parameters are ignored. */
export const parseRetryAfter = (value: string): number | undefined =>
  parseDelta(/^\s*\d+/.exec(value)?.[0] ?? '')

export type Reason = { protocol: string; cause?: number; text?: string }

/** One element of a Reason field, RFC 3326: `SIP;cause=200;text="…"`, `Q.850;cause=16`. */
export const parseReason = (value: string): Reason | undefined => {
  const worded = parseWorded(value)
  if (!worded) return undefined
  const cause = parseDelta(worded.params.get('cause') ?? '')
  const text = worded.params.get('text')
  return {
    protocol: worded.word.toUpperCase(),
    ...(cause !== undefined && { cause }),
    ...(text !== undefined && { text }),
  }
}

/** Date, RFC 3261 §20.17: always GMT. Wall clock milliseconds; undefined for another zone or spelling. */
export const parseDate = (value: string): number | undefined => {
  if (!/^[A-Za-z]{3}, \d{2} [A-Za-z]{3} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(value)) return undefined
  const ms = Date.parse(value)
  return Number.isNaN(ms) ? undefined : ms
}

export const printDate = (wallMs: number): string => new Date(wallMs).toUTCString()

export { addressesOf, parseContactList, privacyOf, tokensOf } from './lists.ts'
