import { concat, EMPTY } from '#lib/bytes'
import { err, ok, type Result } from '#lib/result'
import { encodeRpAddress, readRpAddress } from './address.ts'
import type { SmsAddress } from './contract.ts'
import type { SmsDirection, SmsFault } from './faults.ts'
import { copyOf, Reader } from './reader.ts'

/**
 * Relay layer, TS 24.011 §7.3. `reference` is RP-Message-Reference. In RP-DATA the handset leaves `originator` out and
 * the service centre `destination`. `cause`: TS 24.011 §8.2.5.4.
 */
export type Rp =
  | {
      kind: 'data'
      direction: SmsDirection
      reference: number
      originator?: SmsAddress
      destination?: SmsAddress
      tpdu: Uint8Array
    }
  | { kind: 'ack'; direction: SmsDirection; reference: number; tpdu?: Uint8Array }
  | {
      kind: 'error'
      direction: SmsDirection
      reference: number
      cause: number
      diagnostic?: number
      tpdu?: Uint8Array
    }
  | { kind: 'smma'; direction: 'mo'; reference: number }

/** RP-User-Data as an optional element, TS 24.011 §8.2.5.3. */
const USER_DATA = 0x41

const KINDS = ['data', 'ack', 'error', 'smma'] as const

/** One RPDU. Its `tpdu` is a copy. Octets behind it and unknown elements are passed over, TS 24.011 §9. */
export const decodeRp = (octets: Uint8Array): Result<Rp, SmsFault> => {
  const reader = new Reader(octets)
  const type = reader.octet() & 7
  const reference = reader.octet()
  if (reader.short) return err('short')
  const direction: SmsDirection = type & 1 ? 'mt' : 'mo'
  const kind = KINDS[type >> 1] as Rp['kind']
  const rp =
    kind === 'data'
      ? readData(reader, direction, reference)
      : kind === 'ack'
        ? { kind, direction, reference, ...readElements(reader) }
        : kind === 'error'
          ? readError(reader, direction, reference)
          : direction === 'mo'
            ? ({ kind: 'smma', direction, reference } as const)
            : 'type'
  if (typeof rp === 'string') return err(rp)
  return reader.short ? err('short') : ok(rp)
}

/** The reference of an RPDU that cannot be read otherwise, for the RP-ERROR that answers it. */
export const rpReference = (octets: Uint8Array): number | undefined => octets[1]

const readData = (reader: Reader, direction: SmsDirection, reference: number): Rp | SmsFault => {
  const originator = readRpAddress(reader)
  const destination = readRpAddress(reader)
  if (originator === 'length' || destination === 'length') return 'length'
  const tpdu = copyOf(reader.take(reader.octet()))
  return {
    kind: 'data',
    direction,
    reference,
    ...(originator && { originator }),
    ...(destination && { destination }),
    tpdu,
  }
}

const readError = (reader: Reader, direction: SmsDirection, reference: number): Rp | SmsFault => {
  const cause = reader.take(reader.octet())
  if (reader.short) return 'short'
  if (cause.length === 0) return 'length'
  const [first = 0, diagnostic] = cause
  return {
    kind: 'error',
    direction,
    reference,
    cause: first & 0x7f,
    ...(diagnostic !== undefined && { diagnostic }),
    ...readElements(reader),
  }
}

/** Optional elements: those with the highest bit are one octet long, TS 24.007 §11.2.4. */
const readElements = (reader: Reader): { tpdu?: Uint8Array } => {
  let tpdu: Uint8Array | undefined
  while (reader.left > 0) {
    const id = reader.octet()
    if (id & 0x80) continue
    const value = reader.take(reader.octet())
    if (id === USER_DATA && !reader.short) tpdu ??= copyOf(value)
  }
  return tpdu ? { tpdu } : {}
}

export const encodeRp = (rp: Rp): Uint8Array => {
  const head = Uint8Array.of((KINDS.indexOf(rp.kind) << 1) | (rp.direction === 'mt' ? 1 : 0), rp.reference)
  switch (rp.kind) {
    case 'smma':
      return head
    case 'data':
      return concat(
        head,
        encodeRpAddress(rp.originator),
        encodeRpAddress(rp.destination),
        Uint8Array.of(rp.tpdu.length),
        rp.tpdu,
      )
    case 'ack':
      return concat(head, userData(rp.tpdu))
    case 'error': {
      const cause =
        rp.diagnostic === undefined
          ? Uint8Array.of(1, rp.cause & 0x7f)
          : Uint8Array.of(2, rp.cause & 0x7f, rp.diagnostic)
      return concat(head, cause, userData(rp.tpdu))
    }
  }
}

const userData = (tpdu: Uint8Array | undefined): Uint8Array =>
  tpdu ? concat(Uint8Array.of(USER_DATA, tpdu.length), tpdu) : EMPTY
