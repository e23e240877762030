import { err, ok, type Result } from '#lib/result'

/** `form`: no message of this interface. `long`: more octets than a device's own buffer holds. */
export type GoipFault = 'empty' | 'form' | 'long'

/** A channel's sign of life, every 30 s. `count` starts at 1 when the device is switched on; `id` is '' when it is missing. */
export type Keepalive = {
  kind: 'keepalive'
  count: string
  id: string
  password: string
  /** Everything else, by the device's own names; empty forms (`(null)`, `<NULL>`) are absent. */
  fields: Map<string, string>
}

/** What a device tells by itself: RECEIVE, DELIVER, STATE, … . `receipt` is signed and opaque, repeats and goes back. */
export type DeviceEvent = {
  kind: 'event'
  name: string
  receipt: string
  id: string
  password: string
  /** Empty forms are '' here: a field that is there without a value differs from one that is not. */
  fields: Map<string, string>
  /** What follows `msg:`, which is always last and may hold anything. */
  body?: string
}

/** An answer to one of our commands: `word session rest`. */
export type DeviceAnswer = { kind: 'answer'; word: string; session: string; rest: string }

export type FromDevice = Keepalive | DeviceEvent | DeviceAnswer

/** A device's datagram buffer (3,500 octets) and a little more, for keys that newer firmware adds. */
export const MOST_OCTETS = 4096
const MOST_FIELDS = 64
const LONGEST_WORD = 32
const BODY = ';msg:'

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Firmware written in C sends the zero behind its text, or the whole buffer. */
const lengthOf = (octets: Uint8Array): number => {
  let length = octets.length
  while (length > 0 && octets[length - 1] === 0) length--
  return length
}

/** Reads one datagram of a GoIP device (DBL SMS interface). Octets that are no UTF-8 become U+FFFD. */
export const parseFromDevice = (octets: Uint8Array): Result<FromDevice, GoipFault> => {
  if (octets.length > MOST_OCTETS) return err('long')
  const length = lengthOf(octets)
  if (length === 0) return err('empty')
  const text = utf8.decode(length === octets.length ? octets : octets.subarray(0, length))
  const end = endOfWord(text)
  const separator = text[end]
  if (end === 0 || end > LONGEST_WORD || (separator !== ':' && separator !== ' ')) return err('form')
  const word = text.slice(0, end)
  return separator === ':' ? parseRecord(word, text.slice(end + 1)) : parseAnswer(word, text, end + 1)
}

/** Behind its letters and `_`; every datagram begins with such a word. */
const endOfWord = (text: string): number => {
  let at = 0
  for (; at <= LONGEST_WORD; at++) {
    const code = text.charCodeAt(at)
    const letter = code | 0x20
    if ((letter < 0x61 || letter > 0x7a) && code !== 0x5f) break
  }
  return at
}

const OF_THE_LINE = ['id', 'pass', 'password']

const parseRecord = (word: string, rest: string): Result<FromDevice, GoipFault> => {
  const bodyAt = rest.indexOf(BODY)
  const end = bodyAt < 0 ? rest.length : bodyAt
  const first = rest.indexOf(';')
  const numberEnd = first < 0 ? end : first
  const number = rest.slice(0, numberEnd).trim()
  if (!/^-?\d{1,20}$/.test(number)) return err('form')
  // The one answer with colons: `GSM:session;get_gsm_num:…;`.
  if (word === 'GSM')
    return ok({ kind: 'answer', word, session: number, rest: rest.slice(numberEnd + 1, end) })
  const fields = fieldsOf(rest, numberEnd + 1, end, word !== 'req')
  const id = fields.get('id') ?? ''
  const password = fields.get('password') ?? fields.get('pass') ?? ''
  for (const key of OF_THE_LINE) fields.delete(key)
  if (word === 'req') return ok({ kind: 'keepalive', count: number, id, password, fields })
  const body = bodyAt < 0 ? undefined : rest.slice(bodyAt + BODY.length)
  return ok({
    ...{ kind: 'event', name: word, receipt: number, id, password, fields },
    ...(body !== undefined && { body }),
  })
}

const isEmpty = (value: string): boolean => value === '' || value === '(null)' || value === '<NULL>'

/**
 * By key and never by position: firmware adds, drops and moves fields. A value may hold colons (`LAC:1A2B,CELL ID:0C3D`).
 * The first of a name counts: a sender called `;id:other` must not speak for another line.
 */
const fieldsOf = (text: string, from: number, to: number, blanks: boolean): Map<string, string> => {
  const fields = new Map<string, string>()
  for (let at = from, count = 0; at < to && count < MOST_FIELDS; count++) {
    const next = text.indexOf(';', at)
    const end = next < 0 || next > to ? to : next
    const colon = text.indexOf(':', at)
    if (colon > at && colon < end) {
      const name = text.slice(at, colon).trim()
      const value = text.slice(colon + 1, end).trim()
      const empty = isEmpty(value)
      if ((blanks || !empty) && !fields.has(name)) fields.set(name, empty ? '' : value)
    }
    at = end + 1
  }
  return fields
}

const [SPACE, CR, LF, MINUS, ZERO, NINE] = [0x20, 0x0d, 0x0a, 0x2d, 0x30, 0x39]
const LONGEST_NUMBER = 20
const isNewline = (code: number): boolean => code === CR || code === LF

/** Four of them come for each text: read code by code, without a copy of what is skipped. */
const parseAnswer = (word: string, text: string, from: number): Result<FromDevice, GoipFault> => {
  const first = text.charCodeAt(from) === MINUS ? from + 1 : from
  let end = first
  while (text.charCodeAt(end) >= ZERO && text.charCodeAt(end) <= NINE) end++
  if (end === first || end - first > LONGEST_NUMBER) return err('form')
  const session = text.slice(from, end)
  if (end === text.length) return ok({ kind: 'answer', word, session, rest: '' })
  const next = text.charCodeAt(end)
  if (next !== SPACE && !isNewline(next)) return err('form')
  let last = text.length
  while (last > end + 1 && isNewline(text.charCodeAt(last - 1))) last--
  return ok({ kind: 'answer', word, session, rest: text.slice(end + 1, last) })
}
