import { parsePhoneNumberFromString } from 'libphonenumber-js/min'

/** RFC 3966 §5.1.1: what people put into numbers for the eye only. */
const SEPARATORS = /[-.()\s]/g

/** True for digits with an optional plus and visual separators; letters make it a name. */
export const isNumber = (user: string): boolean => user.length <= 40 && /^\+?[0-9*#().\s-]+$/.test(user)

/** Digits behind a plus: nothing about it is to be guessed. */
export const isInternational = (user: string): boolean => /^\+\d{1,39}$/.test(user)

const bare = (user: string): string => user.replace(SEPARATORS, '')

/** Other keys under which a number may be looked for: without separators, with and without its plus. */
export const spellings = (user: string): string[] => {
  if (!isNumber(user)) return []
  const digits = bare(user)
  return [digits, digits.startsWith('+') ? digits.slice(1) : `+${digits}`]
}

/** International form of a number as a person near `near` means it; undefined when that cannot be told. */
export const international = (number: string, near: string): string | undefined => {
  const origin = parsePhoneNumberFromString(near.startsWith('+') ? near : `+${near}`)
  if (!origin) return undefined
  const options = origin.country
    ? { defaultCountry: origin.country }
    : { defaultCallingCode: origin.countryCallingCode }
  return parsePhoneNumberFromString(number, options)?.number
}

/**
 * What a dialled number may mean, likeliest first: as it is, in the phone-context of its tel URI (RFC 3966 §5.1.5),
 * with the international prefix 00, or as a national number of the asking side's country.
 */
export const candidates = (user: string, context?: string, near?: string): string[] => {
  const digits = bare(user)
  const found: string[] = []
  if (context?.startsWith('+')) {
    const meant = international(digits, context)
    if (meant) found.push(meant)
    found.push(bare(context) + digits.replace(/^0+/, ''), bare(context) + digits)
  }
  found.push(digits)
  if (digits.startsWith('00')) found.push(`+${digits.slice(2)}`)
  if (near !== undefined && !digits.startsWith('+')) {
    const meant = international(digits, near)
    if (meant) found.push(meant)
  }
  return found.flatMap((key) => [key, key.startsWith('+') ? key.slice(1) : `+${key}`])
}
