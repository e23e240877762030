import type { MobileSim } from '../mobile/sim-card.ts'
import type { EjoinQuirk } from './contract.ts'

type Quirks = ReadonlySet<EjoinQuirk>

/** `1.02`, or `1B`. */
export const portName = (port: number, slot: number, quirks: Quirks): string =>
  quirks.has('letters')
    ? `${port}${String.fromCharCode(64 + slot)}`
    : `${port}.${String(slot).padStart(2, '0')}`

/** What is put into JSON, as this firmware does it. */
export const printJson = (value: unknown, quirks: Quirks): string =>
  JSON.stringify(value, (_, member) =>
    quirks.has('strings') && typeof member === 'number' ? String(member) : member,
  )

const two = (number: number): string => String(number).padStart(2, '0')

/** YYMMDDhhmmss and the zone, here UTC. */
export const stampOf = (wallMs: number): string => {
  const date = new Date(wallMs)
  const parts = [date.getUTCFullYear() % 100, date.getUTCMonth() + 1, date.getUTCDate()]
  return [...parts, date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds(), 0].map(two).join('')
}

const SMSC = '15550000001'
const bare = (number: string): string => number.replace(/^\+/, '')

export type SmsRow = readonly [
  flag: 0 | 1,
  port: string,
  seconds: number,
  sender: string,
  receiver: string,
  content: string,
]

/** A received text; its content has a block of headers before it. */
export const textRow = (
  { port, from, text, atMs }: { port: string; from: string; text: string; atMs: number },
  { number }: MobileSim,
  quirks: Quirks,
): SmsRow => {
  const [sender, receiver] = [bare(from), bare(number)]
  const head = [
    `Sender: ${sender}`,
    `Receiver: "${port}" ${receiver}`,
    `SMSC: ${SMSC}`,
    `SCTS: ${stampOf(atMs)}`,
    '\r\n',
  ].join('\r\n')
  const content = quirks.has('no-headers') ? text : head + text
  return [0, port, Math.floor(atMs / 1000), sender, receiver, Buffer.from(content).toString('base64')]
}

/** The delivery report of a text that was sent before; it has no task id. */
export const reportRow = (port: string, to: string, code: number, atMs: number): SmsRow => [
  1,
  port,
  Math.floor(atMs / 1000),
  SMSC,
  bare(to),
  `${code} ${stampOf(atMs)}`,
]

/** The device's words for task codes. */
export const codeText = (code: number): string =>
  `${code} ${{ 0: 'OK', 2: 'Invalid Port', 5: 'Unregistered', 6: 'Timeout', 7: 'Server Error', 8: 'SMS Expected', 9: 'TO Expected', 11: 'TID Expected', 13: 'Duplicate TID', 16: 'Too Many Tasks' }[code] ?? 'Failed'}`
