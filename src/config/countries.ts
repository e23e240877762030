import { isSupportedCountry } from 'libphonenumber-js/min'
import type { Kind } from './schema.ts'
import { refuse } from './schema-kinds.ts'
import { nameOf } from './value.ts'

/** Words that people take for a code. */
const MEANT: Readonly<Record<string, string>> = { UK: 'GB', EN: 'GB' }

const NEEDED = 'country such as "DE"'

/** A country that has telephone numbers by its code, or none. */
export const country: Kind<string> = {
  text: NEEDED,
  read: (value, at) => {
    if (value.kind !== 'string') return refuse(value, at, NEEDED)
    if (value.value === '' || isSupportedCountry(value.value)) return value.value
    const upper = value.value.toUpperCase()
    const meant = Object.hasOwn(MEANT, upper) ? MEANT[upper] : upper
    const hint = meant !== undefined && isSupportedCountry(meant) ? `; did you mean "${meant}"?` : ''
    at.check.problem(
      value.place,
      at.path,
      `a ${NEEDED} (two letters of ISO 3166) is needed, not ${nameOf(value)}${hint}`,
    )
    return undefined
  },
}
