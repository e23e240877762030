import type { Party } from '#core'
import { err, ok } from '#lib/result'
import { type DigestAnswerer, placeIn, type Session } from '#sip'
import { refusalOf } from '../refusals.ts'
import { userPart } from '../trunks/line.ts'

/** What an exchange can do with a call of its own, by its dialogue as it is at the moment. */
export type Powers = Pick<Party, 'record' | 'refer' | 'address'>
/** `trunk`: whose call it is. */
export type PowersOf = (trunk: string, session: () => Session | undefined) => Powers

/** `answererOf`: proves who we are in dialogues that the exchange began. */
export const createPowers =
  (host: string, answererOf: (trunk: string) => DigestAnswerer | undefined): PowersOf =>
  (trunk, session) => {
    const current = (): Session | undefined => {
      const one = session()
      if (one && !one.authorise) one.authorise = answererOf(trunk)?.answer
      return one
    }
    current()
    return {
      record: async (on) => (await current()?.record(on)) ?? 481,
      async refer(to, told) {
        const referTo = typeof to === 'string' ? to : `<sip:${userPart(to.user)}@${host}>`
        const referral = (await current()?.refer(referTo, told)) ?? { refused: 481 }
        const status = 'refused' in referral ? referral.refused : referral.became
        if ('became' in referral && status < 300) return ok(undefined)
        const why = refusalOf(status)
        // What became of the call it asked for is no word about REFER itself.
        return err({ why, status, ...('refused' in referral && { said: status }) })
      },
      address() {
        const one = session()
        return one?.confirmed ? placeIn(one.dialog) : undefined
      },
    }
  }
