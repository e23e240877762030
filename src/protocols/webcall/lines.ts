import { err, ok, type Result } from '#lib/result'
import { type Frame, MOST_FIELDS, MOST_OCTETS, opOf, seqOf } from './frame.ts'
import type { Fault, Pdu } from './pdu.ts'

/**
 * The lines of old clients, manual 4.3: `key=value`, one a line, LF; no escaping. `sdp` comes last and goes on to the
 * end of the message. They differ from the manual's print in what `docs/protocols/web-call-protocol.md` lists.
 */

/** Blanks in these are the value's own. */
const RAW = new Set(['msg', 'cdata', 'pwd'])
/** Fields that may stand behind a text of several lines and are none of it. */
const AFTER_TEXT = /^\s*(?:op|seq|from|to|mid)\s*=/

/** What follows `sdp=`: lines as they are, or written in one with the two characters of their escapes. It ends once. */
const description = (rest: string): string => {
  const bare = rest.replace(/[\r\n]+$/, '')
  if (bare === '') return ''
  const isSpelt = !/[\r\n]/.test(bare) && bare.includes('\\n')
  const text = isSpelt ? bare.replaceAll('\\r', '\r').replaceAll('\\n', '\n').trimEnd() : bare
  return `${text}\r\n`
}

type Line = { text: string; next: number }

const lineAt = (text: string, from: number): Line => {
  // Sign by sign: looked for one by one, an end that the text has none of would be looked for to its end at each line.
  let end = from
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end)
    if (code === 10 || code === 13) break
  }
  const next = text[end] === '\r' && text[end + 1] === '\n' ? end + 2 : end + 1
  return { text: text.slice(from, end), next }
}

/** A text with line ends in it: what follows belongs to it as long as it does not look like another field. */
const textFrom = (text: string, first: string, from: number): { value: string; next: number } => {
  const lines = [first]
  let next = from
  while (next < text.length) {
    const line = lineAt(text, next)
    if (AFTER_TEXT.test(line.text)) break
    lines.push(line.text)
    next = line.next
  }
  while (lines.length > 1 && lines.at(-1) === '') lines.pop()
  return { value: lines.join('\n'), next }
}

const tooLong: Fault = { op: 0, seq: '0', code: -2, reason: 'The message is too long.' }

/** Any text gives a frame or a fault. */
export const parseLines = (text: string): Result<Frame, Fault> => {
  if (text.length > MOST_OCTETS) return err(tooLong)
  const fields = new Map<string, string[]>()
  let count = 0
  for (let at = 0; at < text.length; ) {
    const line = lineAt(text, at)
    const equals = line.text.indexOf('=')
    const key = equals < 0 ? '' : line.text.slice(0, equals).trim().toLowerCase()
    const start = at + equals + 1
    at = line.next
    if (key === '') continue
    if (++count > MOST_FIELDS) return err({ ...tooLong, reason: 'The message has too many fields.' })
    let value = line.text.slice(equals + 1)
    if (key === 'sdp') {
      value = description(text.slice(start))
      at = text.length
    } else if (key === 'msg') ({ value, next: at } = textFrom(text, value, at))
    else if (!RAW.has(key)) value = value.trim()
    const known = fields.get(key)
    if (known) known.push(value)
    else fields.set(key, [value])
  }
  const [op, seq] = [opOf(fields.get('op')?.[0]), seqOf(fields.get('seq')?.[0])]
  if (op === 0) return err({ op: 0, seq, code: -2, reason: 'The message has no op.' })
  return ok({ op, seq, fields })
}

/** What old clients are told, in this order; other members are not for them. What is last may hold anything but line ends. */
const FIELDS: Readonly<Record<number, readonly (keyof Pdu)[]>> = {
  2000: ['nonce', 'code'],
  2001: ['code', 'pbook', 'cids'],
  2003: ['cid', 'code'],
  2008: ['cid2', 'code'],
  2011: ['cid', 'code'],
  2014: ['ext', 'code'],
  9001: ['state'],
  9002: ['from', 'to', 'cid', 'ucid', 'disp', 'sdp'],
  9003: ['cid', 'sdp'],
  9004: ['cid', 'ucid', 'state', 'cause', 'aid'],
  9005: ['from', 'to', 'msg'],
  9006: ['mid', 'code'],
  9007: ['cid', 'state', 'cause', 'aid', 'cid2'],
  9008: ['cid'],
  9009: ['cid'],
  9010: ['cid', 'agtel'],
  9011: ['new'],
  9012: ['state', 'ext', 'blfxml'],
}
const isEvent = (op: number): boolean => op >= 9000 && op < 10_000
/** Whatever was asked, known or not, is acknowledged. */
const fieldsOf = (op: number): readonly (keyof Pdu)[] | undefined =>
  FIELDS[op] ?? (isEvent(op) ? undefined : ['code'])

/** Old clients take every comma for the beginning of another field, and may take a second `=` for one. */
const plain = (text: string): string => text.replace(/[\r\n,=\u2028\u2029]/g, ' ')
/** A comma that would begin a field of its own in a text: it becomes the wide one of Chinese. */
const FIELD_IN_TEXT = /,(?=\s*\w+\s*=)/g
const oneLine = (text: string): string => text.replace(/\r\n|[\r\n\u2028\u2029]/g, ' ')
const voiceMail = ({ new: fresh = 0, old = 0, newUrgent = 0, oldUrgent = 0 }: Pdu): string =>
  `${fresh}/${old} (${newUrgent}/${oldUrgent})`

const printField = (pdu: Pdu, name: keyof Pdu): string => {
  const value = pdu[name]
  if (value === undefined) return ''
  if (name === 'new') return `vm=${voiceMail(pdu)}\n`
  if (name === 'sdp') return `sdp=${value}${/[\r\n]$/.test(`${value}`) ? '' : '\r\n'}`
  if (name === 'blfxml') return `${name}=${oneLine(`${value}`).trimEnd().replaceAll(',', '&#44;')}\n`
  if (name === 'msg') return `${name}=${oneLine(`${value}`).trimEnd().replace(FIELD_IN_TEXT, '\uff0c')}\n`
  if (name === 'cids') return (value as readonly string[]).map((cid) => `cid=${plain(cid)}\n`).join('')
  if (Array.isArray(value)) return `${name}=${value.map(plain).join(',')}\n`
  return `${name}=${plain(`${value}`)}\n`
}

/** Undefined: old clients have no word for it. */
export const printLines = (pdu: Pdu): string | undefined => {
  const fields = fieldsOf(pdu.op)
  if (!fields) return undefined
  const head = `op=${pdu.op}\nseq=${plain(`${pdu.seq ?? 0}`)}\n`
  return head + fields.map((name) => printField(pdu, name)).join('')
}
