import { lockingTable, singleTable } from './national.ts'

/** Escape to the single shift table, TS 23.038 §6.2.1. */
export const ESCAPE = 0x1b

/** One past the highest character of all tables (∞ in the Portuguese one). */
const END = 0x2220
/** Mark of a character that takes an escape and a septet. */
const SHIFTED = 0x80

export type Alphabet = {
  /** By septet. */
  readonly plain: readonly string[]
  readonly shifted: readonly (string | undefined)[]
  /** By UTF-16 unit: a septet, a septet with SHIFTED, or -1. */
  readonly codes: Int16Array
}

const made: (Alphabet | undefined)[] = []

/** The alphabet of a locking and a single shift table, TS 23.038 §6.2.1.2; 0 is the default, as are unknown ones. */
export const alphabetOf = (locking = 0, single = 0): Alphabet => {
  const [lock, shift] = [locking > 13 ? 0 : locking, single > 13 ? 0 : single]
  const key = lock * 16 + shift
  const alphabet = made[key] ?? makeAlphabet(lock, shift)
  made[key] = alphabet
  return alphabet
}

const makeAlphabet = (locking: number, single: number): Alphabet => {
  const [plain, shifted] = [lockingTable(locking), singleTable(single)]
  const codes = new Int16Array(END).fill(-1)
  // From the back, so that of two positions the lower one is used, and the plain one before the shifted one.
  for (let septet = 127; septet >= 0; septet--) {
    const character = shifted[septet]
    if (character !== undefined) codes[character.charCodeAt(0)] = septet | SHIFTED
  }
  for (let septet = 127; septet >= 0; septet--)
    if (septet !== ESCAPE) codes[(plain[septet] as string).charCodeAt(0)] = septet
  codes[0x20] = 0x20
  return { plain, shifted, codes }
}

/** How many septets the text takes; undefined when it has characters that the alphabet lacks. */
export const septetsIn = (text: string, { codes }: Alphabet): number | undefined => {
  let count = text.length
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    const code = unit < END ? (codes[unit] as number) : -1
    if (code < 0) return undefined
    if (code >= SHIFTED) count++
  }
  return count
}

/** One septet per octet. A character that the alphabet lacks becomes a question mark. */
export const septetsOf = (text: string, { codes }: Alphabet): Uint8Array => {
  const out = new Uint8Array(text.length * 2)
  let at = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    const code = unit < END ? (codes[unit] as number) : -1
    if (code >= SHIFTED) out[at++] = ESCAPE
    out[at++] = code < 0 ? 0x3f : code & 0x7f
  }
  return out.subarray(0, at)
}

/**
 * TS 23.038 §6.2.1.1: after an escape, what the table lacks is read from the plain one; two escapes are a space; an
 * escape at the very end is dropped.
 */
export const textOfSeptets = (septets: Uint8Array, { plain, shifted }: Alphabet): string => {
  let text = ''
  for (let i = 0; i < septets.length; i++) {
    const septet = (septets[i] as number) & 0x7f
    if (septet !== ESCAPE) {
      text += plain[septet]
      continue
    }
    const next = septets[++i]
    if (next === undefined) break
    text += next === ESCAPE ? ' ' : (shifted[next & 0x7f] ?? plain[next & 0x7f])
  }
  return text
}
