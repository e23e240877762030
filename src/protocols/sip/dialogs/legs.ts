import { Table } from '#lib/table'
import type { Flow } from '#lib/wire'
import type { ServerTransaction } from '../contract.ts'
import { tagOf } from '../grammar/address.ts'
import { parseCSeq, reasonPhrase } from '../grammar/fields.ts'
import { createResponse, type SipRequest, type SipResponse } from '../grammar/message.ts'
import type { Dialog } from './dialog.ts'
import { IncomingLeg } from './incoming.ts'
import type { Invitation } from './invitation.ts'
import { type OutgoingEvents, OutgoingLeg } from './outgoing.ts'
import type { Replaced } from './refer.ts'
import type { Session } from './session.ts'
import type { SessionEvents, SessionPorts } from './session-ports.ts'
import { endOfStray } from './stray.ts'

export type LegsPorts = Omit<SessionPorts, 'forget'>

export type Legs = {
  /** True when the request belonged to a dialogue (or claimed to): it is dealt with. */
  onRequest(request: SipRequest, transaction: ServerTransaction): boolean
  onAck(request: SipRequest): void
  /** A 2xx to an INVITE of a call that is over: its sender is told so. */
  onStray(response: SipResponse, flow: Flow): void
  incoming(
    request: SipRequest,
    transaction: ServerTransaction,
    events: SessionEvents,
    options: { reliable: boolean },
  ): IncomingLeg
  outgoing(invitation: Invitation, events: OutgoingEvents): OutgoingLeg
  /** The dialogue that a peer names so; the tags also the wrong way round, as some write them. */
  named(replaced: Pick<Replaced, 'callId' | 'toTag' | 'fromTag'>): Session | undefined
  /** Dialogues alive. */
  readonly size: number
}

/** All INVITE dialogues of an endpoint, found by Call-ID and our tag, RFC 3261 §12. */
export const createLegs = (rest: LegsPorts): Legs => {
  const { random } = rest
  const sessions = new Table<string, Session>()
  /** CSeq of the calls that reached us, by Call-ID and From tag: another of the same names came by a second way. */
  const taken = new Map<string, number>()
  /** Whom our own INVITEs are for while they ring, by Call-ID: one that comes to us for the same user has run in a circle. */
  const ringing = new Map<string, string>()
  const keyOf = (callId: string, localTag: string, remoteTag: string) => `${callId} ${localTag} ${remoteTag}`
  const keyOfDialog = ({ callId, localTag, remoteTag }: Dialog) => keyOf(callId, localTag, remoteTag)
  const register = (session: Session): void => void sessions.set(keyOfDialog(session.dialog), session)
  const forget = (dialog: Dialog): void => {
    sessions.delete(keyOfDialog(dialog))
    if (!dialog.caller) taken.delete(`${dialog.callId} ${dialog.remoteTag}`)
  }
  const ports: SessionPorts = { ...rest, forget }

  const find = (request: SipRequest): Session | undefined => {
    const { headers } = request
    const to = tagOf(headers.get('To') ?? '')
    if (to === undefined) return undefined
    return sessions.get(keyOf(headers.get('Call-ID') ?? '', to, tagOf(headers.get('From') ?? '') ?? ''))
  }

  const seqOf = ({ headers }: SipRequest): number => parseCSeq(headers.get('CSeq') ?? '')?.number ?? 0
  const nameOf = ({ headers }: SipRequest): string =>
    `${headers.get('Call-ID')} ${tagOf(headers.get('From') ?? '') ?? ''}`

  /** A merged request (RFC 3261 §8.2.2.2), or a call of our own that came back. */
  const isRepeated = (request: SipRequest): boolean =>
    ringing.get(request.headers.get('Call-ID') ?? '') === userIn(request.uri) ||
    taken.get(nameOf(request)) === seqOf(request)

  return {
    onRequest(request, transaction) {
      const refuse = (status: number): true => {
        const response = createResponse(request, status, reasonPhrase(status))
        const to = response.headers.get('To') ?? ''
        if (tagOf(to) === undefined) response.headers.set('To', `${to};tag=${random.token()}`)
        transaction.respond(response)
        return true
      }
      if (tagOf(request.headers.get('To') ?? '') === undefined)
        return request.method === 'INVITE' && isRepeated(request) ? refuse(482) : false
      const session = find(request)
      if (!session) return refuse(481)
      session.onRequest(request, transaction)
      return true
    },
    onAck: (request) => find(request)?.onAck(request),
    onStray(response, flow) {
      const { ack, bye } = endOfStray(response)
      ports.sendAck(ack, flow)
      // Once only, since who sent that 2xx may be forged and must not be able to have us repeat ourselves to another;
      // a real one repeats its 2xx, and hears it again.
      ports.sendAck(bye, flow)
    },
    incoming(request, transaction, events, { reliable }) {
      const firstRseq = 1 + (new DataView(random.bytes(4).buffer).getUint32(0) >>> 8)
      const localTag = random.token()
      const leg = new IncomingLeg(ports, request, transaction, events, { reliable, localTag, firstRseq })
      register(leg.session)
      taken.set(nameOf(request), seqOf(request))
      return leg
    },
    outgoing(invitation, events) {
      ringing.set(invitation.callId, userIn(invitation.uri))
      return new OutgoingLeg(ports, invitation, events, register, () => ringing.delete(invitation.callId))
    },
    named: ({ callId, toTag, fromTag }) =>
      sessions.get(keyOf(callId, toTag, fromTag)) ?? sessions.get(keyOf(callId, fromTag, toTag)),
    get size() {
      return sessions.size
    },
  }
}

/** One for somebody else only comes by again, on its way through a proxy that knows better where to find him: a spiral. */
const userIn = (uri: string): string => {
  const sign = uri.indexOf('@')
  return sign < 0 ? uri : uri.slice(0, sign)
}
