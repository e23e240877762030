import { hash } from 'node:crypto'

/** The mark of a branch that is unique, RFC 3261 §8.1.1.7. */
const COOKIE = 'z9hG4bK'

/**
 * A branch, a tag or the like made of a name alone: the same after a restart, and not to be guessed by who does not
 * know the name. 24 letters and digits.
 */
export const tokenOf = (name: string): string =>
  hash('sha256', name, 'base64').replace(/[+/=]/g, 'z').slice(0, 24)

export const branchOf = (name: string): string => COOKIE + tokenOf(name)
