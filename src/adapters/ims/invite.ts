import type { Caller, CallerParty, Calls, PartyEvents, Subscriber } from '#core'
import { type IncomingLeg, type Legs, parseDelta, parseUri, type ServerTransaction } from '#sip'
import { callerOf, keyOfUri } from './identity.ts'
import { descriptionOf, offerIn, sessionEvents, toLeg } from './parties.ts'

export type InvitePorts = {
  legs: Legs
  calls: Calls
  refuse: (transaction: ServerTransaction, status: number, headers?: [string, string][]) => void
}

/** A call that reaches us: from SIP's words into the core's. */
export const createInvite = ({ legs, calls, refuse }: InvitePorts) => {
  /** `subscriber`: who proved to be calling; undefined for a trusted neighbour. */
  return (transaction: ServerTransaction, subscriber: Subscriber | undefined): void => {
    const { request, flow } = transaction
    const uri = parseUri(request.uri)
    if (!uri.ok) return refuse(transaction, 400)
    const hops = parseDelta(request.headers.get('Max-Forwards') ?? '70') ?? 70
    if (hops <= 0) return refuse(transaction, 483)
    const dialled = { ...keyOfUri(uri.value), text: request.uri }
    if (dialled.user === '') return refuse(transaction, 484)

    // Assigned before anything can be heard: the leg's events come in later turns.
    let events: PartyEvents | undefined
    const leg = legs.incoming(
      request,
      transaction,
      sessionEvents(() => events as PartyEvents),
      {
        reliable: subscriber?.reliable ?? true,
      },
    )
    const caller: Caller = callerOf(request, subscriber)
    const description = leg.offer === undefined ? undefined : descriptionOf(leg.offer)
    events = calls.offer(
      { caller, dialled, description, listener: flow.listener, callId: leg.session.dialog.callId, hops },
      callerParty(leg),
    )
  }
}

const callerParty = (leg: IncomingLeg): CallerParty => ({
  progress: (_kind, status, sdp) => leg.progress(status, sdp),
  answer: (sdp) => leg.accept(sdp),
  refuse: (refused) => leg.reject(toLeg(refused)),
  offer: (sdp) => offerIn(leg.session, sdp),
  info: (contentType, body) => leg.session.info(contentType, body),
  hangUp: () => leg.session.bye(),
})
