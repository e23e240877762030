/** Registration state as its watchers are told it: RFC 3680 §5, application/reginfo+xml. */
export const REGINFO_TYPE = 'application/reginfo+xml'
export const REGINFO_NAMESPACE = 'urn:ietf:params:xml:ns:reginfo'

export const CONTACT_EVENTS = [
  'registered',
  'created',
  'refreshed',
  'shortened',
  'expired',
  'deactivated',
  'probation',
  'unregistered',
  'rejected',
] as const
/** Why a contact is in its state, RFC 3680 §4.7.1. */
export type ContactEvent = (typeof CONTACT_EVENTS)[number]

export const REGISTRATION_STATES = ['init', 'active', 'terminated'] as const
export type RegistrationState = (typeof REGISTRATION_STATES)[number]

export type RegisteredContact = {
  /** Stays the same for one contact of one registration. */
  id: string
  state: 'active' | 'terminated'
  event: ContactEvent
  uri: string
  /** Seconds. */
  expires?: number
  /** With probation: seconds after which to register again. */
  retryAfter?: number
  /** 0 to 1. */
  q?: number
  callId?: string
  cseq?: number
  /** Parameters of the Contact that the standard has no place for: features. '' for one without a value. */
  params?: readonly (readonly [name: string, value: string])[]
}

export type Registration = {
  /** The identity that is registered, a URI. */
  aor: string
  id: string
  state: RegistrationState
  contacts: readonly RegisteredContact[]
}

export type Reginfo = {
  /** 0 at first, one more in each document of a subscription. */
  version: number
  state: 'full' | 'partial'
  registrations: readonly Registration[]
}
