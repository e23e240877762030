import { type CardPort, parseCardPort } from './card-port.ts'
import { numberIn } from './fields.ts'

/** A row of recv-sms and of `goip_get_sms`: a text, or the delivery report of one sent before. */
export type SmsRow = ReceivedText | DeliveryReport

export type ReceivedText = {
  kind: 'text'
  port: CardPort
  atMs: number
  sender: string
  receiver: string
  text: string
  smsc?: string
  /** When the service centre took it. */
  sentAtMs?: number
}

/** `code` 0: delivered; others are the module's own. Carries no task id: matched by port and recipient. */
export type DeliveryReport = {
  kind: 'report'
  port: CardPort
  atMs: number
  smsc: string
  recipient: string
  code: number
  stamp: string
}

const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })
const BASE64 = /^[A-Za-z0-9+/\s]*={0,2}\s*$/

/** `[flag, port, ts, sender, receiver, content]`; undefined when it is nothing of the kind. */
export const smsRowOf = (row: unknown): SmsRow | undefined => {
  if (!Array.isArray(row) || row.length < 6) return undefined
  const [flag, place, stamp, sender, receiver, content] = row.map(wordOf)
  const port = parseCardPort(place ?? '')
  const seconds = numberIn(stamp ?? '')
  if (!port || seconds === undefined || content === undefined) return undefined
  const [from = '', to = ''] = [sender, receiver]
  const atMs = seconds * 1000
  if (flag === '1') {
    const report = /^(-?\d{1,9})\s*(.*)$/s.exec(content)
    if (!report) return undefined
    const [code, rest = ''] = [Number(report[1]), report[2]]
    return { kind: 'report', port, atMs, smsc: from, recipient: to, code, stamp: rest.trim() }
  }
  if (flag !== '0' || !BASE64.test(content)) return undefined
  return { kind: 'text', port, atMs, sender: from, receiver: to, ...textOf(content, from) }
}

const wordOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined

/**
 * The content begins with a block of headers (Sender, Receiver, SMSC, SCTS, an empty line), if its first line is the
 * sender of the row; a text that merely looks like one stays whole.
 */
const textOf = (base64: string, sender: string): Pick<ReceivedText, 'text' | 'smsc' | 'sentAtMs'> => {
  const whole = utf8.decode(Buffer.from(base64, 'base64'))
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
