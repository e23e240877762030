import { type CountryCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min'
import { international, isInternational, isNumber } from '../addresses.ts'

/** Longer addresses are matched and sent by their first characters only. */
export const LONGEST = 64
/** Short codes mean the same to everybody in a network, and nothing to others. */
const SHORT = 6

/** The user of a URI, without scheme, host and parameters; anything else as it is. */
const bareOf = (address: string): string => {
  const [, user = address] = /^(?:sips?|tel):([^@;?]*)/i.exec(address) ?? []
  return user.slice(0, LONGEST)
}

/** How addresses are read: E.164 where it is a number and can be told, else as it is. */
export type AddressPlan = {
  /** `near`: a number of the asking side, whose country national numbers are meant in; else the region of the plan. */
  normal(address: string, near?: string): string
  /**
   * The sender of a text by a device that leaves out the plus: as people of that country (ISO 3166; empty: the region of
   * the plan) write their own numbers, else international. Names and short codes stay.
   */
  sender(address: string, country: string): string
}

/** Without knowing the country: what is shorter may as well be a national number. */
const SURELY_INTERNATIONAL = 11
const countryOf = (region: string): CountryCode | undefined =>
  isSupportedCountry(region) ? (region as CountryCode) : undefined

/** `region`: ISO 3166 country, e.g. `DE`; empty: national numbers stay as they are unless their sender tells more. */
export const createAddressPlan = (region: string): AddressPlan => {
  const country = countryOf(region)
  return {
    normal(address, near) {
      if (isInternational(address)) return address
      const user = bareOf(address)
      if (!isNumber(user)) return user
      const digits = user.replace(/[-.()\s]/g, '')
      if (digits.startsWith('+')) return digits
      if (digits.startsWith('00')) return `+${digits.slice(2)}`
      if (digits.length <= SHORT || /[*#]/.test(digits)) return digits
      const meant = near?.startsWith('+') ? international(digits, near) : undefined
      if (meant !== undefined) return meant
      return (country && parsePhoneNumberFromString(digits, country)?.number) ?? digits
    },
    sender(address, near) {
      const user = bareOf(address)
      const digits = user.replace(/[-.()\s]/g, '')
      if (!isNumber(user) || !/^\d+$/.test(digits) || digits.length <= SHORT)
        return isNumber(user) ? digits : address
      if (digits.startsWith('00')) return `+${digits.slice(2)}`
      const own = countryOf(near) ?? country
      const national = own && parsePhoneNumberFromString(digits, own)
      // Written as people of that country write it: with their 0 in front, where they have one.
      if (national?.isValid() && national.formatNational().replace(/\D/g, '') === digits)
        return national.number
      const whole = parsePhoneNumberFromString(`+${digits}`)
      const isWhole = digits.length >= SURELY_INTERNATIONAL ? whole?.isPossible() : whole?.isValid()
      if (whole && isWhole) return whole.number
      return national?.isValid() ? national.number : digits
    },
  }
}
