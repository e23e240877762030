import type { Random } from '#lib/random'
import { tagOf } from './address.ts'
import type { ServerTransaction } from './contract.ts'
import { reasonPhrase } from './fields.ts'
import { IncomingLeg } from './incoming.ts'
import { createResponse, type SipRequest } from './message.ts'
import { type Invitation, type OutgoingEvents, OutgoingLeg } from './outgoing.ts'
import type { Session, SessionEvents, SessionPorts } from './session.ts'

export type LegsPorts = Omit<SessionPorts, 'forget'> & { random: Random }

export type Legs = {
  /** True when the request belonged to a dialogue (or claimed to): it is dealt with. */
  onRequest(request: SipRequest, transaction: ServerTransaction): boolean
  onAck(request: SipRequest): void
  incoming(
    request: SipRequest,
    transaction: ServerTransaction,
    events: SessionEvents,
    options: { reliable: boolean },
  ): IncomingLeg
  outgoing(invitation: Invitation, events: OutgoingEvents): OutgoingLeg
  /** Dialogues alive. */
  readonly size: number
}

/** All INVITE dialogues of an endpoint, found by Call-ID and our tag, RFC 3261 §12. */
export const createLegs = ({ random, ...rest }: LegsPorts): Legs => {
  const sessions = new Map<string, Session>()
  const keyOf = (callId: string, localTag: string, remoteTag: string) => `${callId} ${localTag} ${remoteTag}`
  const keyOfSession = ({ dialog }: Session) => keyOf(dialog.callId, dialog.localTag, dialog.remoteTag)
  const register = (session: Session): void => void sessions.set(keyOfSession(session), session)
  const ports: SessionPorts = { ...rest, forget: (session) => void sessions.delete(keyOfSession(session)) }

  const find = (request: SipRequest): Session | undefined => {
    const { headers } = request
    const to = tagOf(headers.get('To') ?? '')
    if (to === undefined) return undefined
    return sessions.get(keyOf(headers.get('Call-ID') ?? '', to, tagOf(headers.get('From') ?? '') ?? ''))
  }

  return {
    onRequest(request, transaction) {
      if (tagOf(request.headers.get('To') ?? '') === undefined) return false
      const session = find(request)
      if (session) session.onRequest(request, transaction)
      else transaction.respond(createResponse(request, 481, reasonPhrase(481)))
      return true
    },
    onAck: (request) => find(request)?.onAck(request),
    incoming(request, transaction, events, { reliable }) {
      const firstRseq = 1 + (new DataView(random.bytes(4).buffer).getUint32(0) >>> 8)
      const leg = new IncomingLeg(ports, request, transaction, events, {
        reliable,
        localTag: random.token(),
        firstRseq,
      })
      register(leg.session)
      return leg
    },
    outgoing: (invitation, events) => new OutgoingLeg(ports, invitation, events, register),
    get size() {
      return sessions.size
    },
  }
}
