export { candidates, international, isNumber } from './addresses.ts'
export { type Binding, type BindingRequest, isForEmergency, ordinaryOf } from './bindings.ts'
export { Call } from './call.ts'
export type * from './call-ports.ts'
export { type Calls, createCalls } from './calls.ts'
export {
  createDialogs,
  type Dialog,
  type DialogEvent,
  type DialogState,
  type Dialogs,
} from './dialogs.ts'
export { createEmergency, type Emergency, type EmergencyPlan } from './emergency.ts'
export {
  type CallState,
  type CoreEvent,
  createEvents,
  type Events,
  type LiveCall,
  type RegistrationChange,
} from './events.ts'
export * from './fleet/index.ts'
export * from './gateway/index.ts'
export { createGuard, type Guard, sourceOf } from './guard.ts'
export * from './guests/index.ts'
export * from './house/index.ts'
export * from './lamps/index.ts'
export type * from './live-settings.ts'
export * from './messages/index.ts'
export type * from './outbox.ts'
export type * from './phone/index.ts'
export type * from './ports.ts'
export { applyProofSetting } from './proof-setting.ts'
export type { CallRecord, GuestCall } from './records.ts'
export { REFUSALS, type Refusal } from './refusals.ts'
export { createRegistrations, type Registrations } from './registrations.ts'
export type { Waking } from './ringing/waking.ts'
export * from './routes/index.ts'
export { type CallRoutes, createRouting, type Routing, sameEquipment } from './routing.ts'
export { otherSide } from './side.ts'
export * from './sounds/index.ts'
export {
  createSubscribers,
  type Found,
  type Identity,
  PROOFS,
  type Proof,
  type SimCard,
  type Subscriber,
  type Subscribers,
} from './subscribers.ts'
export * from './trunks/index.ts'
export { isWeb, sessionOf, sipPhonesOf, webContact } from './web.ts'
