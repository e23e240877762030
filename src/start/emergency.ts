import type { Settings } from '#config'
import type { EmergencyPlan, Subscribers } from '#core'

/** Where emergency calls go. A user with `anonymous: true` lets in those who prove nothing (manual 5.2.1). */
export const emergencyPlanOf = ({ emergency, ue_db }: Settings): EmergencyPlan => ({
  policy: emergency.policy,
  to: emergency.to,
  services: emergency.services,
  anonymous: emergency.anonymous || ue_db.some(({ anonymous }) => anonymous),
})

/** The emergency numbers, unless somebody has one of them for an own number. */
export const emergencyNumbersOf = (
  { emergency, echo }: Settings,
  subscribers: Subscribers,
): { numbers: ReadonlySet<string>; isTaken: (user: string) => boolean } => ({
  numbers: new Set(emergency.numbers),
  isTaken: (user) => user === echo || subscribers.byIdentity(user) !== undefined,
})

/** What those are told whose emergency calls nobody takes. */
export const alternativeOf = ({ emergency: { reason, action } }: Settings) => ({
  reason,
  action: action === 'none' ? undefined : action,
})
