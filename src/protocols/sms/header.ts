import type { HeaderElement } from './contract.ts'
import { copyOf } from './reader.ts'

/** Information element identifiers, TS 23.040 §9.2.3.24. */
export const ELEMENT = {
  concat: 0x00,
  specialMessage: 0x01,
  ports8: 0x04,
  ports16: 0x05,
  concat16: 0x08,
  singleShift: 0x24,
  lockingShift: 0x25,
  simToolkit: 0x70,
} as const

const NONE: readonly HeaderElement[] = []

/**
 * The elements of a header, without its length octet. One whose octets are too few or too many for the last element is
 * ignored as a whole, as TS 23.040 §9.2.3.24 demands.
 */
export const decodeElements = (octets: Uint8Array): readonly HeaderElement[] => {
  const elements: HeaderElement[] = []
  let at = 0
  while (at < octets.length) {
    const [id, length] = [octets[at] as number, octets[at + 1]]
    if (length === undefined || at + 2 + length > octets.length) return NONE
    elements.push({ id, octets: copyOf(octets.subarray(at + 2, at + 2 + length)) })
    at += 2 + length
  }
  return elements
}

/** Octets that the elements take, without the header's own length octet. */
export const elementsLength = (elements: readonly HeaderElement[]): number => {
  let length = 0
  for (const { octets } of elements) length += 2 + octets.length
  return length
}

/** A header without its length octet. */
export const encodeElements = (elements: readonly HeaderElement[]): Uint8Array => {
  const out = new Uint8Array(elementsLength(elements))
  let at = 0
  for (const { id, octets } of elements) {
    out[at] = id
    out[at + 1] = octets.length
    out.set(octets, at + 2)
    at += 2 + octets.length
  }
  return out
}

/** Of an element that may stand once only, the last one counts: TS 23.040 §9.2.3.24. */
export const lastElement = (elements: readonly HeaderElement[], id: number): Uint8Array | undefined =>
  elements.findLast((element) => element.id === id)?.octets

/** Whom the data is for within the device, TS 23.040 §9.2.3.24.3 and §9.2.3.24.4. */
export type Ports = { destination: number; originator: number }

export const portsOf = (elements: readonly HeaderElement[]): Ports | undefined => {
  const wide = lastElement(elements, ELEMENT.ports16)
  if (wide?.length === 4) {
    const [a = 0, b = 0, c = 0, d = 0] = wide
    return { destination: (a << 8) | b, originator: (c << 8) | d }
  }
  const narrow = lastElement(elements, ELEMENT.ports8)
  if (narrow?.length !== 2) return undefined
  return { destination: narrow[0] as number, originator: narrow[1] as number }
}

export const portsElement = ({ destination, originator }: Ports): HeaderElement => ({
  id: ELEMENT.ports16,
  octets: Uint8Array.of(destination >> 8, destination & 0xff, originator >> 8, originator & 0xff),
})
