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
const EMPTY = new Set(['', '(null)', '<NULL>'])
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
  const text = utf8.decode(octets.subarray(0, length))
  const head = /^([A-Za-z_]{1,32})([: ])/.exec(text)
  if (!head) return err('form')
  const [whole, word = '', separator] = head
  const rest = text.slice(whole.length)
  return separator === ':' ? parseRecord(word, rest) : parseAnswer(word, rest)
}

const parseRecord = (word: string, rest: string): Result<FromDevice, GoipFault> => {
  const bodyAt = rest.indexOf(BODY)
  const record = (bodyAt < 0 ? rest : rest.slice(0, bodyAt)).split(';')
  const number = record[0]?.trim() ?? ''
  if (!/^-?\d{1,20}$/.test(number)) return err('form')
  // The one answer with colons: `GSM:session;get_gsm_num:…;`.
  if (word === 'GSM') return ok({ kind: 'answer', word, session: number, rest: record.slice(1).join(';') })
  const fields = fieldsOf(record, word !== 'req')
  const id = fields.get('id') ?? ''
  const password = fields.get('password') ?? fields.get('pass') ?? ''
  for (const key of ['id', 'pass', 'password']) fields.delete(key)
  if (word === 'req') return ok({ kind: 'keepalive', count: number, id, password, fields })
  const body = bodyAt < 0 ? undefined : rest.slice(bodyAt + BODY.length)
  return ok({
    ...{ kind: 'event', name: word, receipt: number, id, password, fields },
    ...(body !== undefined && { body }),
  })
}

/**
 * By key and never by position: firmware adds, drops and moves fields. A value may hold colons (`LAC:1A2B,CELL ID:0C3D`).
 * The first of a name counts: a sender called `;id:other` must not speak for another line.
 */
const fieldsOf = (record: string[], blanks: boolean): Map<string, string> => {
  const fields = new Map<string, string>()
  for (const part of record.slice(1, MOST_FIELDS + 1)) {
    const colon = part.indexOf(':')
    if (colon <= 0) continue
    const name = part.slice(0, colon).trim()
    const value = part.slice(colon + 1).trim()
    const empty = EMPTY.has(value)
    if ((blanks || !empty) && !fields.has(name)) fields.set(name, empty ? '' : value)
  }
  return fields
}

const parseAnswer = (word: string, rest: string): Result<FromDevice, GoipFault> => {
  const end = rest.search(/[ \r\n]/)
  const session = end < 0 ? rest : rest.slice(0, end)
  if (!/^-?\d{1,20}$/.test(session)) return err('form')
  const tail = end < 0 ? '' : rest.slice(end + 1).replace(/[\r\n]+$/, '')
  return ok({ kind: 'answer', word, session, rest: tail })
}
