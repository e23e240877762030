import type { CalleeEvents, CalleeParty, CancelCause, Ring } from '#core'
import { err, ok } from '#lib/result'
import type { Wire } from '#lib/wire'
import type { Legs, OutgoingEvents, OutgoingLeg } from '#sip'
import { type AgentPorts, agentOf } from './agents.ts'
import { type BrowserPorts, leavingParty, leavingWith } from './browsers.ts'
import { identityUri, presentation } from './identity.ts'
import {
  assertedOf,
  descriptionOf,
  infoIn,
  offerIn,
  ownerEvents,
  type Seated,
  sessionEvents,
  solicitIn,
  toCore,
} from './parties.ts'
import { flowToBinding } from './reach.ts'
import { endReasonOf } from './refusals.ts'

export type RingPorts = BrowserPorts &
  AgentPorts & {
    legs: Legs
    wire: Wire
    /** Tell the phone which of its identities is called (P-Called-Party-ID). */
    calledPartyId: () => boolean
  }

/** Rings one phone: a new dialogue of our own, as a back-to-back user agent makes it (RFC 7092). */
export const createRing = (ports: RingPorts): Ring => {
  const { legs, wire, random, calledPartyId } = ports
  return ({ caller, called, callee, hops, headers: more, web }, binding, sdp, events) => {
    const flow = flowToBinding(wire, binding)
    if (!flow) return err({ why: 'not-registered' })
    const shown = presentation(caller)
    const to = `<${identityUri(called, callee.domain)}>`
    const headers = shown.headers
    if (calledPartyId()) headers.push(['P-Called-Party-ID', to])
    for (const [name, value] of more ?? []) headers.push([name, value])
    const invitation = {
      uri: binding.contact,
      from: `${shown.from};tag=${random.token()}`,
      to,
      callId: random.token(20),
      flow,
      routes: [...binding.path],
      sdp,
      headers,
      reliable: callee.reliable,
      hops,
    }
    const seated: Seated = { events: leavingWith(ports, web, events) }
    const leg: OutgoingLeg = legs.outgoing(invitation, {
      ...sessionEvents(() => seated.events),
      ...ownerEvents(legs, () => seated.events),
      ...agentEvents(ports, events),
      onProgress: (status, early) =>
        events.onProgress(status, early === undefined ? undefined : descriptionOf(early)),
      onAnswer: (answer) => {
        ports.pages?.said(flow, answer)
        events.onAnswer(answer === undefined ? undefined : descriptionOf(answer))
      },
      onRefused: (refused) => {
        if (web !== undefined) ports.browsers?.leave(web)
        events.onRefused(toCore(refused))
      },
    })
    const party = calleeParty(leg, seated)
    if (web === undefined) return ok(party)
    const cancel: CalleeParty['cancel'] = (...why) => {
      ports.browsers?.leave(web)
      party.cancel(...why)
    }
    return ok({ ...leavingParty(ports, web, party), web, cancel })
  }
}

/** Nothing is looked for where nothing is configured. */
export const agentEvents = (
  ports: AgentPorts,
  events: Pick<CalleeEvents, 'onAgent'>,
): Pick<OutgoingEvents, 'onHeaders'> =>
  ports.agentHeaders
    ? {
        onHeaders: (headers) => {
          const words = agentOf(ports, headers)
          if (words) events.onAgent?.(words)
        },
      }
    : {}

/** RFC 3326 §3.1: so that the phones that lost the race do not show a missed call. */
const REASONS: Record<CancelCause, string | undefined> = {
  caller: undefined,
  elsewhere: 'SIP;cause=200;text="Call completed elsewhere"',
  declined: 'SIP;cause=603;text="Declined elsewhere"',
  timeout: undefined,
}

/** The called side of a call as the core speaks to it. */
export const calleeParty = (leg: OutgoingLeg, seated: Seated): CalleeParty => ({
  callId: leg.callId,
  confirm: (sdp) => leg.confirm(sdp),
  cancel: (why, words) => leg.cancel(words ?? REASONS[why]),
  offer: (sdp) => offerIn(leg.active, sdp),
  solicit: () => solicitIn(leg.session),
  info: (contentType, body) => infoIn(leg.session, contentType, body),
  hangUp: (cause, words) => leg.cancel(words ?? endReasonOf(cause)),
  moveTo: (_call, events) => {
    seated.events = events
  },
  meets: (other) => {
    if (leg.session) leg.session.asserted = assertedOf(other)
  },
})
