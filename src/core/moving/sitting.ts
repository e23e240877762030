import type { Call } from '../call.ts'
import type { CalleeParty, Caller, CallerParty, Description, Dialled, Seat, Shown } from '../call-ports.ts'
import type { MediaOptions, Side } from '../ports.ts'
import { otherSide } from '../side.ts'
import type { Found, Subscriber } from '../subscribers.ts'

/** A party in its seat: all that another call must know to take it over. */
export type Sitting = {
  call: Call
  side: Side
  party: CallerParty | CalleeParty
  /** As it is shown to whom it meets. */
  who: Caller
  /** What it said of itself last. */
  said: Description | undefined
  listener: number
  address: string | undefined
  web: string | undefined
  callId: string
}

/** Who was called, as a caller: by the identity that it was called by. */
const whoWasCalled = ({ record, called }: Call): Caller => ({
  ...(called && { subscriber: called.subscriber }),
  identity: record.callee,
  display: '',
  anonymous: false,
})

/** Undefined: nobody sits there, or nobody who could be moved. */
export const sittingAt = (call: Call, side: Side): Sitting | undefined => {
  const party = call.other(otherSide(side))
  if (!party || call.alone || call.away === side) return undefined
  const { offer, calleeMedia } = call
  const common = { call, side, party, said: call.said[side] }
  if (side === 'caller') {
    const { listener, local, web, callId, caller } = offer
    return { ...common, who: caller, listener, address: local, web, callId }
  }
  const { calleeListener = 0, calleeAddress, calleeWeb }: MediaOptions = calleeMedia
  const { callId } = party as CalleeParty
  return {
    ...{ ...common, who: whoWasCalled(call), callId },
    ...{ listener: calleeListener, address: calleeAddress, web: calleeWeb },
  }
}

/** How a party may be shown to another: who hides stays hidden. */
export const shownOf = ({ identity, display, anonymous }: Caller): Shown =>
  anonymous ? { identity: '', display: '' } : { identity, display }

/** The other party of a call as `side` may see it. */
export const shownTo = (call: Call, side: Side): Shown => {
  if (side === 'callee') return shownOf(call.offer.caller)
  return { identity: call.record.callee, display: '' }
}

/** Whose party sits there, where it is one of ours. */
export const personAt = (call: Call | undefined, side: Side): Subscriber | undefined =>
  side === 'caller' ? call?.offer.caller.subscriber : call?.called?.subscriber

export const isSeat = (to: Dialled | Seat): to is Seat => 'side' in to

/** Whom a party is, where it is one of ours. */
export const foundOf = ({ call, side, who }: Sitting): Found | undefined => {
  if (side === 'callee') return call.called
  const { subscriber, identity } = who
  const own = subscriber?.identities.find(({ uri }) => uri === identity || identity.startsWith(`${uri}@`))
  const known = own ?? subscriber?.identities[0]
  return subscriber && known && { subscriber, identity: known }
}
