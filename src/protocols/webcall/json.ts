import { err, ok, type Result } from '#lib/result'
import { type Frame, MOST_FIELDS, MOST_OCTETS, opOf, seqOf } from './frame.ts'
import type { Fault, Pdu, Seq } from './pdu.ts'

const fault = (reason: string): Result<never, Fault> => err({ op: 0, seq: 0, code: -2, reason })

/** Numbers and truth as the lines would write them; what is neither a value nor a list of values says nothing. */
const textOf = (value: unknown): string | undefined => {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return `${value}`
  return typeof value === 'boolean' ? (value ? '1' : '0') : undefined
}

const textsOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value.slice(0, 1000) : [value]).flatMap((item) => textOf(item) ?? [])

const seqIn = (value: unknown): Seq => (typeof value === 'number' ? value : seqOf(textOf(value)))

/** One object, docs/protocols/web-phone.md. Any text gives a frame or a fault. */
export const parseJson = (text: string): Result<Frame, Fault> => {
  if (text.length > MOST_OCTETS) return fault('The message is too long.')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return fault('The message is not JSON.')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fault('The message is not a JSON object.')
  const members = Object.entries(value)
  if (members.length > MOST_FIELDS) return fault('The message has too many members.')
  const fields = new Map(members.map(([name, member]) => [name, textsOf(member)]))
  const seq = seqIn('seq' in value ? value.seq : undefined)
  const op = opOf(fields.get('op')?.[0])
  if (op === 0) return err({ op: 0, seq, code: -2, reason: 'The message has no op.' })
  return ok({ op, seq, fields })
}

/** All of it but what only old clients read. */
export const printJson = ({ blfxml: _, ...pdu }: Pdu): string => JSON.stringify(pdu)
