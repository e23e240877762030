import type { Caller, CallerParty, CallOffer, Calls, Dialled, Subscriber } from '#core'
import type { Flow } from '#lib/wire'
import {
  contactOf,
  type IncomingLeg,
  isForeign,
  type Legs,
  MIN_SE,
  parseDelta,
  parseUri,
  type ServerTransaction,
  type SipRequest,
  tooShort,
} from '#sip'
import { type AgentPorts, agentOf } from './agents.ts'
import { type BrowserPorts, leavingParty, leavingWith, transportFor } from './browsers.ts'
import { type AlternativePlan, emergencyParty, nobody } from './emergency/index.ts'
import { callerOf, keyOfUri } from './identity.ts'
import { replacedBy, wantsAnswerNow } from './invite-wishes.ts'
import {
  assertedOf,
  descriptionOf,
  infoIn,
  offerIn,
  ownerEvents,
  type Seated,
  sessionEvents,
  solicitIn,
  toLeg,
} from './parties.ts'
import { ownUri } from './paths.ts'
import type { PowersOf } from './proxied/powers.ts'
import { endReasonOf } from './refusals.ts'
import { trunkCallerOf } from './trunks/index.ts'

export type InvitePorts = BrowserPorts &
  AgentPorts & {
    legs: Legs
    calls: Calls
    /** What those are told whose emergency calls we do not take. */
    alternative?: AlternativePlan
    refuse: (transaction: ServerTransaction, status: number, headers?: [string, string][]) => void
    /** The trunk that a call comes in by: a trusted neighbour, or one that has an account here. */
    trunkOf?: (flow: Flow, subscriber: Subscriber | undefined) => string | undefined
    /** Whom a call from another exchange is for, where that is known by the contact that it calls. */
    lineOf?: (request: SipRequest) => CalledLine | undefined
    /** What the other exchange can do with a call of its own. */
    powers?: PowersOf
  }

/** `uriOf`: whom the exchange is to call instead. */
export type CalledLine = { trunk: string; user: string; text: string; uriOf(dialled: Dialled): string }

const NO_ALTERNATIVE: AlternativePlan = { reason: 'No emergency calls here', action: undefined }

type Fault = { status: number; headers?: [string, string][] }

/** What makes an INVITE impossible to serve, whoever it is for. */
const faultOf = (request: SipRequest): Fault | undefined => {
  const { headers } = request
  if (parseDelta(headers.get('Max-Forwards') ?? '70') === 0) return { status: 483 }
  // Without it no request could ever follow, RFC 3261 §8.1.1.8.
  if (contactOf(headers) === undefined) return { status: 400 }
  if (isForeign(request))
    return {
      status: 415,
      headers: [
        ['Accept', 'application/sdp'],
        ['Accept-Encoding', 'identity'],
      ],
    }
  if (tooShort(headers)) return { status: 422, headers: [['Min-SE', `${MIN_SE}`]] }
  return undefined
}

/** A call that reaches us: from SIP's words into the core's. */
export const createInvite = (ports: InvitePorts) => {
  const { legs, calls, refuse, trunkOf, alternative = NO_ALTERNATIVE } = ports
  /**
   * `subscriber`: who proved to be calling; undefined for a trusted neighbour, and for `unproved`. `service`: the emergency
   * service that is called.
   */
  return (
    transaction: ServerTransaction,
    subscriber: Subscriber | undefined,
    { service, unproved = false }: { service?: string; unproved?: boolean } = {},
  ): void => {
    const { request, flow } = transaction
    if (transaction.answered) return
    const uri = parseUri(request.uri)
    if (!uri.ok) return refuse(transaction, 400)
    const fault = faultOf(request)
    if (fault) return refuse(transaction, fault.status, fault.headers)
    const line = ports.lineOf?.(request)
    const dialled = line
      ? { user: line.user, text: line.text }
      : { ...(service === undefined ? keyOfUri(uri.value) : { user: service }), text: request.uri }
    if (dialled.user === '') return refuse(transaction, 484)
    const hops = parseDelta(request.headers.get('Max-Forwards') ?? '70') ?? 70

    // Assigned before anything can be heard: the leg's events come in later turns.
    const seated = {} as Seated
    const trunk = line?.trunk ?? (unproved ? undefined : trunkOf?.(flow, subscriber))
    const isIts = (other: Flow): boolean => line !== undefined || trunkOf?.(other, undefined) === trunk
    const replaced = replacedBy(request, { legs, calls }, subscriber, trunk === undefined ? undefined : isIts)
    if (replaced && 'status' in replaced) return refuse(transaction, replaced.status)
    const isOwner = subscriber !== undefined && trunk === undefined
    const events = {
      ...sessionEvents(() => seated.events),
      ...(isOwner && ownerEvents(legs, () => seated.events)),
    }
    const leg = legs.incoming(request, transaction, events, { reliable: subscriber?.reliable ?? true })
    const caller: Caller = unproved
      ? nobody()
      : trunk === undefined
        ? callerOf(request, subscriber)
        : trunkCallerOf(request, subscriber)
    ports.pages?.said(flow, leg.offer)
    const web = trunk === undefined ? transportFor(ports, leg.offer) : undefined
    const description = leg.offer === undefined ? undefined : descriptionOf(leg.offer)
    const { callId, target } = leg.session.dialog
    const agent = agentOf(ports, request.headers)
    const expires = parseDelta(request.headers.get('Expires') ?? '')
    const offer: CallOffer = {
      ...{ caller, dialled, description, callId, hops },
      ...{ listener: flow.listener, local: flow.local.address },
      ...{ from: `${flow.address}:${flow.port}`, contact: target },
      ...(web !== undefined && { web }),
      ...(agent && { agent }),
      ...(trunk !== undefined && { trunk, answerNow: wantsAnswerNow(request) }),
      ...(replaced && { replaces: replaced.seat }),
      ...(expires !== undefined && { patienceS: expires }),
    }
    const plain = callerParty(leg, seated)
    const party = line ? lineParty(ports, line, leg, plain) : callingParty(ports, web, plain)
    if (service === undefined) seated.events = leavingWith(ports, web, calls.offer(offer, party))
    else {
      const plan = { ...alternative, own: ownUri(flow) }
      seated.events = calls.offer({ ...offer, kind: 'emergency' }, emergencyParty(party, leg, request, plan))
    }
  }
}

/** Refused, it has no leg any more either. */
const callingParty = (ports: BrowserPorts, web: string | undefined, party: CallerParty): CallerParty => {
  if (web === undefined) return party
  const refuse: CallerParty['refuse'] = (refused) => {
    ports.browsers?.leave(web)
    return party.refuse(refused)
  }
  return { ...leavingParty(ports, web, party), refuse }
}

/** Another exchange as the caller: it is told itself whom to call instead. */
const lineParty = (
  { powers }: InvitePorts,
  line: CalledLine,
  leg: IncomingLeg,
  party: CallerParty,
): CallerParty => ({
  ...party,
  ...powers?.(line.trunk, () => leg.session),
  refuse(refused) {
    if (!refused.redirect) return party.refuse(refused)
    leg.reject({ status: 302, headers: [['Contact', `<${line.uriOf(refused.redirect)}>`]] })
    return 302
  },
})

const callerParty = (leg: IncomingLeg, seated: Seated): CallerParty => ({
  progress: (_kind, status, sdp) => leg.progress(status, sdp),
  answer: (sdp, status) => leg.accept(sdp, status),
  refuse: (refused) => {
    const told = toLeg(refused)
    leg.reject(told)
    return told.status
  },
  offer: (sdp) => offerIn(leg.session, sdp),
  solicit: () => solicitIn(leg.session),
  info: (contentType, body) => infoIn(leg.session, contentType, body),
  hangUp: (cause, words) => leg.hangUp(words ?? endReasonOf(cause)),
  moveTo: (_call, events) => {
    seated.events = events
  },
  meets: (other) => {
    leg.session.asserted = assertedOf(other)
  },
})
