import type { CalleeParty, Ring } from '#core'
import type { Random } from '#lib/random'
import { err, ok } from '#lib/result'
import type { Wire } from '#lib/wire'
import { type Legs, type OutgoingLeg, parseAddress } from '#sip'
import { identityUri, presentation } from './identity.ts'
import { descriptionOf, offerIn, sessionEvents, toCore } from './parties.ts'
import { endpointOf } from './reach.ts'

export type RingPorts = {
  legs: Legs
  wire: Wire
  random: Random
  /** Tell the phone which of its identities is called (P-Called-Party-ID). */
  calledPartyId: () => boolean
}

const uriOf = (value: string): string => {
  const parsed = parseAddress(value)
  return parsed.ok ? parsed.value.uri : value
}

/** Rings one phone: a new dialogue of our own, as a back-to-back user agent makes it (RFC 7092). */
export const createRing = ({ legs, wire, random, calledPartyId }: RingPorts): Ring => {
  return ({ caller, called, callee, hops }, binding, sdp, events) => {
    const [edge] = binding.path
    const hop = edge === undefined ? binding : (endpointOf(uriOf(edge)) ?? binding)
    const flow = wire.flowTo(hop.transport, { address: hop.address, port: hop.port }, binding.listener)
    if (!flow) return err({ why: 'not-registered' })
    const shown = presentation(caller)
    const to = `<${identityUri(called, callee.domain)}>`
    const headers = shown.headers
    if (calledPartyId()) headers.push(['P-Called-Party-ID', to])
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
    const leg: OutgoingLeg = legs.outgoing(invitation, {
      ...sessionEvents(() => events),
      onProgress: (status, early) =>
        events.onProgress(status, early === undefined ? undefined : descriptionOf(early)),
      onAnswer: (answer) => events.onAnswer(answer === undefined ? undefined : descriptionOf(answer)),
      onRefused: (refused) => events.onRefused(toCore(refused)),
    })
    return ok(calleeParty(leg))
  }
}

const REASONS = {
  caller: undefined,
  // RFC 3326 §3.1: so that the phones that lost the race do not show a missed call.
  elsewhere: 'SIP;cause=200;text="Call completed elsewhere"',
  timeout: undefined,
} as const

const calleeParty = (leg: OutgoingLeg): CalleeParty => ({
  confirm: (sdp) => leg.confirm(sdp),
  cancel: (why) => leg.cancel(REASONS[why]),
  offer: (sdp) => offerIn(leg.active, sdp),
  info: async (contentType, body) => (await leg.session?.info(contentType, body)) ?? 481,
  hangUp: () => leg.session?.bye(),
})
