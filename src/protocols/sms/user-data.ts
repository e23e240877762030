import { EMPTY } from '#lib/bytes'
import { isSeptets } from './coding.ts'
import type { UserData } from './contract.ts'
import type { SmsFault } from './faults.ts'
import { decodeElements, elementsLength, encodeElements } from './header.ts'
import { copyOf, type Reader } from './reader.ts'
import { pack, packedLength, unpack } from './septets.ts'

/** TS 23.040 §9.2.3.16: what TP-User-Data holds in SMS-SUBMIT and SMS-DELIVER. */
export const MAX_OCTETS = 140
export const MAX_SEPTETS = 160

/** Octets and septets that a header takes, with its length octet and the bits that fill up to a septet. */
export const headerSize = (elementOctets: number): { octets: number; septets: number } => {
  if (elementOctets === 0) return { octets: 0, septets: 0 }
  return { octets: elementOctets + 1, septets: Math.ceil(((elementOctets + 1) * 8) / 7) }
}

export const NO_DATA: UserData = { elements: [], payload: EMPTY }

/**
 * TP-UDL and TP-UD, TS 23.040 §9.2.3.16 and §9.2.3.24. The length counts septets or octets, header and fill bits with
 * them. Octets behind what it counts are passed over.
 */
export const readUserData = (
  reader: Reader,
  dcs: number,
  hasHeader: boolean,
  bounded = true,
): UserData | SmsFault => {
  const length = reader.octet()
  const inSeptets = isSeptets(dcs)
  if (bounded && length > (inSeptets ? MAX_SEPTETS : MAX_OCTETS)) return 'length'
  const octets = reader.take(inSeptets ? packedLength(length) : length)
  if (reader.short) return 'short'
  if (length === 0) return NO_DATA
  const header = hasHeader ? (octets[0] as number) + 1 : 0
  if (header > octets.length) return 'length'
  const elements = hasHeader ? decodeElements(octets.subarray(1, header)) : []
  if (!inSeptets) return { elements, payload: copyOf(octets.subarray(header)) }
  const before = Math.ceil((header * 8) / 7)
  return { elements, payload: before > length ? EMPTY : unpack(octets, length - before, before * 7) }
}

/** TP-UDL and TP-UD. Elements want TP-UDHI in the first octet. Whoever makes parts keeps to the bounds above. */
export const encodeUserData = ({ elements, payload }: UserData, dcs: number): Uint8Array => {
  const header = headerSize(elementsLength(elements))
  const inSeptets = isSeptets(dcs)
  const length = (inSeptets ? header.septets : header.octets) + payload.length
  if (length > 255) throw new RangeError(`TP-User-Data of ${length} cannot be`)
  const out = new Uint8Array(1 + (inSeptets ? packedLength(length) : length))
  out[0] = length
  if (header.octets > 0) {
    out[1] = header.octets - 1
    out.set(encodeElements(elements), 2)
  }
  if (inSeptets) pack(payload, out.subarray(1), header.septets * 7)
  else out.set(payload, 1 + header.octets)
  return out
}
