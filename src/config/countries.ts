import type { Kind } from './schema.ts'
import { refuse } from './schema-kinds.ts'
import { nameOf } from './value.ts'

/** First letters with all second ones: ISO 3166-1, and the three beside it that have telephone numbers (AC, TA, XK). */
const LETTERS =
  'ACDEFGILMOQRSTUWXZ BABDEFGHIJLMNOQRSTVWYZ CACDFGHIKLMNORUVWXYZ DEJKMOZ ECEGHRST FIJKMOR ' +
  'GABDEFGHILMNPQRSTUWY HKMNRTU IDELMNOQRST JEMOP KEGHIMNPRWYZ LABCIKRSTUVY ' +
  'MACDEFGHKLMNOPQRSTUVWXYZ NACEFGILOPRUZ OM PAEFGHKLMNRSTWY QA REOSUW SABCDEGHIJKLMNORSTVXYZ ' +
  'TACDFGHJKLMNORTVWZ UAGMSYZ VACEGINU WFS XK YET ZAMW'

/** Codes of countries. */
export const COUNTRIES: ReadonlySet<string> = new Set(
  LETTERS.split(' ').flatMap(([first, ...seconds]) => seconds.map((second) => `${first}${second}`)),
)

/** Words that people take for a code. */
const MEANT: Readonly<Record<string, string>> = { UK: 'GB', EN: 'GB' }

const NEEDED = 'country such as "DE"'

/** A country by its code, or none. */
export const country: Kind<string> = {
  text: NEEDED,
  read: (value, at) => {
    if (value.kind !== 'string') return refuse(value, at, NEEDED)
    if (value.value === '' || COUNTRIES.has(value.value)) return value.value
    const upper = value.value.toUpperCase()
    const meant = Object.hasOwn(MEANT, upper) ? MEANT[upper] : upper
    const hint = meant !== undefined && COUNTRIES.has(meant) ? `; did you mean "${meant}"?` : ''
    at.check.problem(
      value.place,
      at.path,
      `a ${NEEDED} (two letters of ISO 3166) is needed, not ${nameOf(value)}${hint}`,
    )
    return undefined
  },
}
