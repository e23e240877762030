import { hash } from 'node:crypto'
import { type CardPort, parseCardPort, printCardPort } from './card-port.ts'
import { numberIn } from './fields.ts'

/** A row of recv-sms and of `goip_get_sms`: a text, or the delivery report of one sent before. */
export type SmsRow = ReceivedText | DeliveryReport

export type ReceivedText = {
  kind: 'text'
  /** The same row has the same key, however the device spells it and whether it is pushed or pulled. */
  key: string
  port: CardPort
  atMs: number
  sender: string
  receiver: string
  text: string
  smsc?: string
  /** When the service centre took it. */
  sentAtMs?: number
  /** The content was no base64: it is taken as the text itself. */
  plain?: true
}

/** `code` 0: delivered; others are the module's own. Carries no task id: matched by port and recipient. */
export type DeliveryReport = {
  kind: 'report'
  key: string
  port: CardPort
  atMs: number
  smsc: string
  recipient: string
  code: number
  stamp: string
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const strictUtf8 = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/

/** `[flag, port, ts, sender, receiver, content]`; undefined when it is nothing of the kind. */
export const smsRowOf = (row: unknown): SmsRow | undefined => {
  if (!Array.isArray(row) || row.length < 6) return undefined
  const [flag, place, stamp, sender = '', receiver = '', content] = row.slice(0, 6).map(wordOf)
  const port = parseCardPort(place ?? '')
  const seconds = numberIn(stamp ?? '')
  if (!port || seconds === undefined || content === undefined) return undefined
  const head = { port, atMs: seconds * 1000 }
  if (flag === '1') {
    const report = REPORT.exec(content) ?? REPORT.exec(decoded(content).whole)
    if (!report) return undefined
    const [code, stamp] = [Number(report[1]), (report[2] ?? '').trim()]
    const key = keyOf(flag, head, receiver, `${code} ${stamp}`)
    return { kind: 'report', key, ...head, smsc: sender, recipient: receiver, code, stamp }
  }
  if (flag !== '0') return undefined
  const { whole, plain } = decoded(content)
  const key = keyOf(flag, head, sender, whole)
  return {
    ...{ kind: 'text', key, ...head, sender, receiver, ...withoutBlock(whole, sender) },
    ...(plain && { plain }),
  }
}

const REPORT = /^(-?\d{1,9})(?:\s+(.*))?$/s

const wordOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : undefined

/** The receiver is left out: firmware tells it in one place and leaves it out in another. */
const keyOf = (
  flag: string,
  head: { port: CardPort; atMs: number },
  number: string,
  content: string,
): string =>
  hash('sha256', [flag, printCardPort(head.port), head.atMs, number, content].join('\0')).slice(0, 40)

/**
 * Base64 of UTF-8, "by default" as the manual says: what is none is the text itself, so that nothing is lost. Octets
 * that are no UTF-8 mean that it only looked like base64, unless a block of headers says otherwise.
 */
const decoded = (content: string): { whole: string; plain?: true } => {
  const packed = content.replace(/\s+/g, '')
  if (!BASE64.test(packed) || packed.replace(/=+$/, '').length % 4 === 1)
    return { whole: content, plain: true }
  const octets = Buffer.from(packed, 'base64')
  try {
    return { whole: strictUtf8.decode(octets) }
  } catch {
    const whole = utf8.decode(octets)
    return whole.startsWith('Sender:') ? { whole } : { whole: content, plain: true }
  }
}

/**
 * The content begins with a block of headers (Sender, Receiver, SMSC, SCTS, an empty line), if its first line is the
 * sender of the row; a text that merely looks like one stays whole.
 */
const withoutBlock = (whole: string, sender: string): Pick<ReceivedText, 'text' | 'smsc' | 'sentAtMs'> => {
  const head = /^Sender:[ \t]*([^\r\n]*)\r?\n/.exec(whole)
  if (!head || head[1]?.trim() !== sender.trim()) return { text: whole }
  const end = /\r?\n\r?\n/.exec(whole)
  if (!end) return { text: whole }
  const block = whole.slice(0, end.index)
  const smsc = /^SMSC:[ \t]*(.*?)\r?$/m.exec(block)?.[1]?.trim()
  const sentAtMs = stampOf(/^SCTS:[ \t]*(\w+)/m.exec(block)?.[1] ?? '')
  return {
    text: whole.slice(end.index + end[0].length),
    ...(smsc && { smsc }),
    ...(sentAtMs !== undefined && { sentAtMs }),
  }
}

/**
 * What a device posts by its other screen, "SMS to HTTP": the block of headers and the text as they are, the rest in
 * the query (`port`, `sender`). Undefined when the query says neither.
 */
export const smsPostOf = (query: URLSearchParams, octets: Uint8Array, nowMs: number): SmsRow | undefined => {
  const [place, sender] = [query.get('port'), query.get('sender')]
  const port = parseCardPort(place ?? '')
  if (!port || sender === null) return undefined
  const whole = utf8.decode(octets)
  const text = withoutBlock(whole, sender)
  // No time of its own: the service centre's stands for it, so that a repeat has the same key.
  const head = { port, atMs: text.sentAtMs ?? 0 }
  const key = keyOf('0', head, sender, whole)
  return { kind: 'text', key, ...head, atMs: head.atMs || nowMs, sender, receiver: '', ...text }
}

/** YYMMDDhhmmss and a zone octet in quarters of an hour, whose high bit is the sign: `A8` is -7 h. */
export const stampOf = (text: string): number | undefined => {
  const found = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)([0-9A-F])([0-9])/i.exec(text)
  if (!found) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number)
  if (month < 1 || month > 12 || day < 1 || day > 31) return undefined
  const high = Number.parseInt(found[7] as string, 16)
  const quarters = (high & 7) * 10 + Number(found[8])
  const local = Date.UTC(2000 + year, month - 1, day, hour, minute, second)
  return local - (high & 8 ? -quarters : quarters) * 15 * 60_000
}
