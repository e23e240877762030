import { international } from '#core'

const FULL = /^\+(\d{5,20})$/

/**
 * A number as a line's operator wants it: `plus` (+15550100900), `bare` (15550100900), `national` (numbers of the SIM's
 * own country with 0), `national:49` (of that country), or a prefix in the plus's place (`00`, `prefix:00`). Short codes
 * and names stay as they are.
 */
export const numberFor = (to: string, format: string, own: string): string => {
  const digits = FULL.exec(to)?.[1]
  if (digits === undefined || format === 'plus') return to
  if (format === 'bare') return digits
  const [word = '', value] = format.split(':')
  if (word === 'national')
    return value === undefined ? nationalBy(to, digits, own) : national(to, digits, value)
  return (word === 'prefix' ? (value ?? '') : format) + digits
}

const national = (to: string, digits: string, country: string): string =>
  country !== '' && digits.startsWith(country) ? `0${digits.slice(country.length)}` : to

/** Country codes have one to three digits, and none begins another: the one whose national form means the same. */
const nationalBy = (to: string, digits: string, own: string): string => {
  if (!FULL.test(own)) return to
  for (let length = 1; length <= 3; length++) {
    const country = digits.slice(0, length)
    if (!own.startsWith(`+${country}`)) return to
    const found = `0${digits.slice(length)}`
    if (international(found, own) === to) return found
  }
  return to
}

/** What a SIM can send to. */
export const isDialable = (number: string): boolean => /^\+?[0-9*#]{1,32}$/.test(number)
