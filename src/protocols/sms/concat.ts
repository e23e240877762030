import type { HeaderElement } from './contract.ts'
import { ELEMENT } from './header.ts'

/** One part among several, TS 23.040 §9.2.3.24.1 and §9.2.3.24.8. `wide`: the reference has 16 bits. */
export type Concat = { reference: number; wide: boolean; total: number; sequence: number }

/** Undefined for a plain message, which one with a total or a number that cannot be is as well. */
export const concatOf = (elements: readonly HeaderElement[]): Concat | undefined => {
  for (let i = elements.length - 1; i >= 0; i--) {
    const { id, octets } = elements[i] as HeaderElement
    const wide = id === ELEMENT.concat16
    if (!wide && id !== ELEMENT.concat) continue
    if (octets.length !== (wide ? 4 : 3)) continue
    const reference = wide ? ((octets[0] as number) << 8) | (octets[1] as number) : (octets[0] as number)
    const total = octets[octets.length - 2] as number
    const sequence = octets[octets.length - 1] as number
    if (total === 0 || sequence === 0 || sequence > total) continue
    return { reference, wide, total, sequence }
  }
  return undefined
}

export const concatElement = ({ reference, wide, total, sequence }: Concat): HeaderElement =>
  wide
    ? {
        id: ELEMENT.concat16,
        octets: Uint8Array.of((reference >> 8) & 0xff, reference & 0xff, total, sequence),
      }
    : { id: ELEMENT.concat, octets: Uint8Array.of(reference & 0xff, total, sequence) }

/** Elements that say how the text was cut and coded. They lose their meaning once it is read and whole. */
const OF_CODING: readonly number[] = [
  ELEMENT.concat,
  ELEMENT.concat16,
  ELEMENT.singleShift,
  ELEMENT.lockingShift,
]

/** What a header says besides how the message was cut and which national tables it uses. */
export const otherElements = (elements: readonly HeaderElement[]): readonly HeaderElement[] =>
  elements.filter(({ id }) => !OF_CODING.includes(id))
