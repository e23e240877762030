import type { Kind } from './schema.ts'
import { refuse, string } from './schema-kinds.ts'

/** A regular expression on a number, `*` for any. */
export const routeNumber: Kind<string> = {
  text: 'regular expression or "*"',
  read: (value, at) => {
    if (value.kind !== 'string') return refuse(value, at, 'a string (regular expression, or "*")')
    try {
      if (value.value !== '*') new RegExp(value.value, 'u')
      return value.value
    } catch {
      return refuse(value, at, 'a regular expression, or "*" for all,')
    }
  },
}

const TARGET =
  /^(?:subscriber:\S+|gateway:[^\s/]+(?:\/\S+)?|trunk:\S+|webhook:https?:\/\/\S+|inbox|reject:[3-6]\d\d)$/

export const routeTarget: Kind<string> = string(
  TARGET,
  'subscriber:IMPU, gateway:DEVICE[/LINE], trunk:NAME, webhook:URL, inbox or reject:CODE',
)
