export * from './contract.ts'
export * from './dialogs/dialog.ts'
export { IncomingLeg } from './dialogs/incoming.ts'
export type { Invitation } from './dialogs/invitation.ts'
export * from './dialogs/legs.ts'
export { createNotifier, type Grant, type Notifier, type NotifierPorts } from './dialogs/notifier.ts'
export { type OutgoingEvents, OutgoingLeg } from './dialogs/outgoing.ts'
export { parseReplaces, type Refer, type Replaced } from './dialogs/refer.ts'
export { placeIn, type Referral, statusInFragment } from './dialogs/referral.ts'
export * from './dialogs/sdp-body.ts'
export { Session } from './dialogs/session.ts'
export {
  ALLOW,
  type LegEnd,
  type Refused,
  type SessionEvents,
  type SessionPorts,
  type Solicited,
  type Wanted,
} from './dialogs/session-ports.ts'
export { MIN_SE, tooShort } from './dialogs/session-timer.ts'
export type { EndReason, Subscription, Watched } from './dialogs/subscription.ts'
export { createDigestAnswerer, type DigestAnswerer, type Login, type ProofFields } from './digest/answerer.ts'
export * from './digest/credentials.ts'
export * from './digest/digest.ts'
export {
  createSipEndpoint,
  type SipEndpoint,
  type SipEndpointPorts,
} from './endpoint/endpoint.ts'
export * from './grammar/address.ts'
export * from './grammar/check.ts'
export * from './grammar/fields.ts'
export * from './grammar/host.ts'
export * from './grammar/message.ts'
export * from './grammar/names.ts'
export * from './grammar/params.ts'
export * from './grammar/parse.ts'
export * from './grammar/print.ts'
export * from './grammar/same-uri.ts'
export * from './grammar/stream.ts'
export * from './grammar/tel.ts'
export * from './grammar/uri.ts'
export * from './grammar/via.ts'
export { ADDRESS_WARNING } from './grammar/warning.ts'
export { branchOf, tokenOf } from './transactions/branch.ts'
export { SIP_COUNTERS, SIP_ERRORS } from './transport/counters.ts'
export { defaultLimits, type SipLimits } from './transport/limits.ts'
