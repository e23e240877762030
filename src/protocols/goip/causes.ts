/** What an `errorstatus` means for the next step. They are +CMS ERROR codes in the field, gateways facts. */
export type ErrorClass = 'again' | 'never' | 'line' | 'unclear'

const AGAIN = new Set([17, 38, 41, 42, 47, 192, 194, 500])
const NEVER = new Set([21, 195])
/** Barred, not subscribed, not known to the network: said of who sends (TS 24.011 annex E), so that another card may do it. */
const SENDER = new Set([8, 10, 28, 30, 50, 69, 330, 331, 332])

/**
 * `again`: the same later; `never`: this number takes no text; `line`: this SIM or module is at fault, another may
 * do it; `unclear`: not listed. Error 1 is the code that a device gives when it does not know better.
 */
export const errorClassOf = (code: number): ErrorClass => {
  if (SENDER.has(code) || (code >= 310 && code <= 318)) return 'line'
  if (AGAIN.has(code)) return 'again'
  return NEVER.has(code) ? 'never' : 'unclear'
}

/** The code in the tail of `ERROR session telid errorstatus:38`; undefined when there is none. */
export const errorStatusIn = (rest: string): number | undefined => {
  const found = /errorstatus:\s*(-?\d{1,9})/.exec(rest)
  return found ? Number(found[1]) : undefined
}
