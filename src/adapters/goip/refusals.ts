import type { SendResult } from '#core'
import { errorClassOf, errorStatusIn } from '#goip-wire'

const FAULTS = { again: 'busy', never: 'number', line: 'line', unclear: 'line' } as const

/** What a device means that says ERROR to a number: whose fault it was, and its cause where it tells one. */
export const refusalOf = (rest: string): SendResult => {
  const cause = errorStatusIn(rest)
  return {
    ...{ kind: 'refused', fault: cause === undefined ? 'line' : FAULTS[errorClassOf(cause)] },
    reason: cause === undefined ? rest : `error ${cause}`,
    ...(cause !== undefined && { cause }),
  }
}
