import { concat } from '#lib/bytes'
import { err, ok, type Result } from '#lib/result'
import type { SmsFault } from './faults.ts'
import { copyOf } from './reader.ts'

/**
 * Control layer, TS 24.011 §7.2, as it travels in NAS and SGs (never in SIP). `transaction` is 0 to 6; `answering`: its
 * sender did not begin the transaction (TI flag, TS 24.007 §11.2.3.1.3). `cause`: TS 24.011 §8.1.4.2.
 */
export type Cp = { transaction: number; answering: boolean } & (
  | { kind: 'data'; rpdu: Uint8Array }
  | { kind: 'ack' }
  | { kind: 'error'; cause: number }
)

/** Protocol discriminator of SMS messages, TS 24.007 §11.2.3.1.1. */
const SMS = 0x09
const [DATA, ACK, ERROR] = [0x01, 0x04, 0x10] as const

export const decodeCp = (octets: Uint8Array): Result<Cp, SmsFault> => {
  const [first, type, third] = octets
  if (first === undefined || type === undefined) return err('short')
  if ((first & 0x0f) !== SMS) return err('type')
  const head = { transaction: (first >> 4) & 7, answering: (first & 0x80) !== 0 }
  if (type === ACK) return ok({ ...head, kind: 'ack' })
  if (type !== DATA && type !== ERROR) return err('type')
  if (third === undefined) return err('short')
  if (type === ERROR) return ok({ ...head, kind: 'error', cause: third })
  if (octets.length < 3 + third) return err('short')
  return ok({ ...head, kind: 'data', rpdu: copyOf(octets.subarray(3, 3 + third)) })
}

export const encodeCp = (cp: Cp): Uint8Array => {
  const first = (cp.answering ? 0x80 : 0) | ((cp.transaction & 7) << 4) | SMS
  if (cp.kind === 'ack') return Uint8Array.of(first, ACK)
  if (cp.kind === 'error') return Uint8Array.of(first, ERROR, cp.cause)
  return concat(Uint8Array.of(first, DATA, cp.rpdu.length), cp.rpdu)
}
