import { alphabetOf, textOfSeptets } from './alphabet.ts'
import { codingOf } from './coding.ts'
import type { UserData } from './contract.ts'
import { ELEMENT, lastElement } from './header.ts'

/**
 * The text of a message or of one part of it; undefined when it is data (8-bit, compressed). A pair of UTF-16 units that
 * the sender cut in two stays as two halves, so that the parts can be joined: `toWellFormed` is for the whole.
 */
export const textOf = ({ elements, payload }: UserData, dcs: number): string | undefined => {
  const { alphabet, compressed } = codingOf(dcs)
  if (compressed || alphabet === '8bit') return undefined
  if (alphabet === 'ucs2') return textOfUcs2(payload)
  const locking = lastElement(elements, ELEMENT.lockingShift)
  const single = lastElement(elements, ELEMENT.singleShift)
  return textOfSeptets(payload, alphabetOf(locking?.[0], single?.[0]))
}

/** UTF-16, high octet first. An odd octet at the end is no character. */
export const textOfUcs2 = (octets: Uint8Array): string => {
  let text = ''
  for (let i = 0; i + 1 < octets.length; i += 2)
    text += String.fromCharCode(((octets[i] as number) << 8) | (octets[i + 1] as number))
  return text
}

export const ucs2Of = (text: string): Uint8Array => {
  const out = new Uint8Array(text.length * 2)
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    out[i * 2] = unit >> 8
    out[i * 2 + 1] = unit & 0xff
  }
  return out
}
