const NUMBERS = /^(?:000|08|11[02389]|911|999)$/

/** Emergency services of many countries: whoever means them as numbers of a house writes them out. */
export const isEmergencyNumber = (number: string): boolean => NUMBERS.test(number)
