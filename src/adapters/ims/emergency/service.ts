import { parseUri } from '#sip'
import { keyOfUri } from '../identity.ts'

export type ServiceOptions = {
  /** Numbers that mean an emergency, such as 112. */
  numbers: ReadonlySet<string>
  /** True for numbers and names that are somebody's own: those are dialled, whatever they look like. */
  isTaken: (user: string) => boolean
}

const MOST_SERVICE = 100
const SERVICE = /^service:(sos(?:\.[a-z0-9-]+)*)$/i
const DIALLED = /^sos(?:\.[a-z0-9-]+)*$/i

/**
 * The emergency service that a Request-URI asks for: `sos`, `sos.fire`; undefined when it is an ordinary call. A service
 * URN (RFC 5031), its label where a phone dials it as a name, or one of the numbers.
 */
export const createServiceOf =
  ({ numbers, isTaken }: ServiceOptions) =>
  (text: string): string | undefined => {
    const parsed = parseUri(text)
    if (!parsed.ok) return undefined
    const uri = parsed.value
    if (uri.scheme === 'urn')
      return uri.user.length > MOST_SERVICE ? undefined : SERVICE.exec(uri.user)?.[1]?.toLowerCase()
    const { user } = keyOfUri(uri)
    if (numbers.has(user)) return isTaken(user) ? undefined : 'sos'
    const isLabel = user.length <= MOST_SERVICE && DIALLED.test(user)
    return isLabel && !isTaken(user) ? user.toLowerCase() : undefined
  }
