import type { Registrations } from './registrations.ts'
import type { Subscribers } from './subscribers.ts'

/** auth_on_register_only has changed: those whose entry says nothing of their own follow it, registered or not. */
export const applyProofSetting = (
  { list }: Pick<Subscribers, 'list'>,
  { setProveOnRegisterOnly }: Pick<Registrations, 'setProveOnRegisterOnly'>,
  on: boolean,
): void => {
  for (const subscriber of list) if (subscriber.followsProofSetting) setProveOnRegisterOnly(subscriber, on)
}
