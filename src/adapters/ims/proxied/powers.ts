import type { Party } from '#core'
import type { Session } from '#sip'

/** What an exchange can do with a call of its own, by its dialogue as it is at the moment. */
export type Powers = Pick<Party, never>
export type PowersOf = (session: () => Session | undefined) => Powers
