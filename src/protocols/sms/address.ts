import { alphabetOf, septetsIn, septetsOf, textOfSeptets } from './alphabet.ts'
import type { SmsAddress } from './contract.ts'
import type { Reader } from './reader.ts'
import { pack, packedLength, unpack } from './septets.ts'

const DIGITS = '0123456789*#abc'
const INTERNATIONAL = 1
const ALPHANUMERIC = 5
/** TS 23.040 §9.1.2.5: twelve octets with length and type, hence twenty digits or eleven characters. */
const MAX_OCTETS = 10
const MAX_DIGITS = 20
const MAX_CHARACTERS = 11

/** Swapped semi-octets; a filler inside is passed over. */
const digitsOf = (octets: Uint8Array, count: number): string => {
  let digits = ''
  for (let i = 0; i < count; i++) {
    const octet = octets[i >> 1] as number
    digits += DIGITS[i & 1 ? octet >> 4 : octet & 0x0f] ?? ''
  }
  return digits
}

const putDigits = (digits: string, out: Uint8Array, at: number): void => {
  for (let i = 0; i < digits.length; i += 2) {
    const high = i + 1 < digits.length ? DIGITS.indexOf(digits[i + 1] as string) : 0x0f
    out[at + (i >> 1)] = DIGITS.indexOf(digits[i] as string) | (high << 4)
  }
}

const typeOctet = ({ ton, npi }: SmsAddress): number => 0x80 | ((ton & 7) << 4) | (npi & 0x0f)

/** A TP address: its length counts semi-octets. Undefined when that length is beyond the standard's. */
export const readAddress = (reader: Reader): SmsAddress | undefined => {
  const count = reader.octet()
  if (count > MAX_DIGITS) return undefined
  const type = reader.octet()
  const octets = reader.take((count + 1) >> 1)
  const [ton, npi] = [(type >> 4) & 7, type & 0x0f]
  if (reader.short) return { ton, npi, value: '' }
  if (ton !== ALPHANUMERIC) return { ton, npi, value: digitsOf(octets, count) }
  return { ton, npi, value: textOfSeptets(unpack(octets, Math.trunc((count * 4) / 7)), alphabetOf()) }
}

export const encodeAddress = (address: SmsAddress): Uint8Array => {
  const type = typeOctet(address)
  if (address.ton === ALPHANUMERIC) {
    const septets = septetsOf(address.value, alphabetOf()).subarray(0, MAX_CHARACTERS)
    const out = new Uint8Array(2 + packedLength(septets.length))
    out[0] = Math.ceil((septets.length * 7) / 4)
    out[1] = type
    pack(septets, out.subarray(2))
    return out
  }
  const digits = onlyDigits(address.value)
  const out = new Uint8Array(2 + ((digits.length + 1) >> 1))
  out[0] = digits.length
  out[1] = type
  putDigits(digits, out, 2)
  return out
}

/** An RP address, TS 24.011 §8.2.5.1: its length counts octets, and none means no address. `'length'` for one too long. */
export const readRpAddress = (reader: Reader): SmsAddress | undefined | 'length' => {
  const length = reader.octet()
  if (length === 0) return undefined
  if (length > MAX_OCTETS + 1) return 'length'
  const octets = reader.take(length)
  if (reader.short) return undefined
  const type = octets[0] as number
  const value = digitsOf(octets.subarray(1), (length - 1) * 2)
  return { ton: (type >> 4) & 7, npi: type & 0x0f, value }
}

export const encodeRpAddress = (address: SmsAddress | undefined): Uint8Array => {
  if (!address) return Uint8Array.of(0)
  const digits = onlyDigits(address.value)
  const out = new Uint8Array(2 + ((digits.length + 1) >> 1))
  out[0] = out.length - 1
  out[1] = typeOctet(address)
  putDigits(digits, out, 2)
  return out
}

const onlyDigits = (text: string): string =>
  text
    .toLowerCase()
    .replaceAll(/[^0-9*#abc]/g, '')
    .slice(0, MAX_DIGITS)

/**
 * The address for what a person writes: `+15550100` is international, digits with `*` and `#` are of unknown type,
 * anything else is a name, of which eleven septets fit. Spaces and hyphens between digits are left out.
 */
export const addressOf = (text: string): SmsAddress => {
  const number = text.replaceAll(/[\s().-]/g, '')
  if (/^\+\d{1,20}$/.test(number)) return { ton: INTERNATIONAL, npi: 1, value: number.slice(1) }
  if (/^[\d*#]{1,20}$/.test(number)) return { ton: 0, npi: 1, value: number }
  return { ton: ALPHANUMERIC, npi: 0, value: shortName(text) }
}

/** What fits of a name, without half a character at the end. */
const shortName = (text: string): string => {
  let name = text
  while ((septetsIn(name, alphabetOf()) ?? name.length) > MAX_CHARACTERS) name = name.slice(0, -1)
  return name.trimEnd()
}

/** The other way round: digits, with a plus when they are international, or the name. */
export const addressText = ({ ton, value }: SmsAddress): string =>
  ton === INTERNATIONAL ? `+${value}` : value
