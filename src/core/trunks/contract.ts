import type { Result } from '#lib/result'
import type { CalleeEvents, CalleeParty, Caller, CallOffer, Dialled, Refused } from '../call-ports.ts'

/** How a trunk's media are reached: our listener, and our own address towards it where the listener has several. */
export type TrunkPlace = { listener: number; address?: string }

/** What the core wants of whoever speaks with trunks. */
export type TrunkRing = {
  /** Undefined: there is no way there now (an account that is not registered, a name that is not known). */
  placeOf(trunk: string): TrunkPlace | undefined
  ring(
    call: { id: string; caller: Caller; dialled: Dialled; hops: number; headers?: CallOffer['headers'] },
    trunk: string,
    sdp: string | undefined,
    events: CalleeEvents,
  ): Result<CalleeParty, Refused>
}
