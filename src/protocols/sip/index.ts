export * from './address.ts'
export { createDigestAnswerer, type DigestAnswerer, type Login, type ProofFields } from './answerer.ts'
export { branchOf, tokenOf } from './branch.ts'
export * from './check.ts'
export * from './contract.ts'
export { SIP_COUNTERS, SIP_ERRORS } from './counters.ts'
export * from './credentials.ts'
export * from './dialog.ts'
export * from './digest.ts'
export {
  createSipEndpoint,
  type SipEndpoint,
  type SipEndpointPorts,
} from './endpoint.ts'
export * from './fields.ts'
export * from './host.ts'
export { IncomingLeg } from './incoming.ts'
export type { Invitation } from './invitation.ts'
export * from './legs.ts'
export { defaultLimits, type SipLimits } from './limits.ts'
export * from './message.ts'
export * from './names.ts'
export { createNotifier, type Grant, type Notifier, type NotifierPorts } from './notifier.ts'
export { type OutgoingEvents, OutgoingLeg } from './outgoing.ts'
export * from './params.ts'
export * from './parse.ts'
export * from './print.ts'
export { parseReplaces, type Refer, type Replaced } from './refer.ts'
export { placeIn, type Referral, statusInFragment } from './referral.ts'
export * from './same-uri.ts'
export * from './sdp-body.ts'
export { Session } from './session.ts'
export {
  ALLOW,
  type LegEnd,
  type Refused,
  type SessionEvents,
  type SessionPorts,
  type Solicited,
  type Wanted,
} from './session-ports.ts'
export { MIN_SE, tooShort } from './session-timer.ts'
export * from './stream.ts'
export type { EndReason, Subscription, Watched } from './subscription.ts'
export * from './tel.ts'
export * from './uri.ts'
export * from './via.ts'
export { ADDRESS_WARNING } from './warning.ts'
