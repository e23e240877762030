import { type Binding, type Found, ordinaryOf, type Registrations, sameEquipment, sipPhonesOf } from '#core'

/**
 * What a contact takes: SMS in `application/vnd.3gpp.sms`, which only those get that registered for it (TS 24.341
 * §5.3.2.2), plain text, or neither.
 */
export type Takes = 'sms' | 'text' | 'nothing'

const SMS = /;\s*\+g\.3gpp\.smsip(?:$|;|=(?!\s*"?FALSE))/i
const METHODS = /;\s*methods\s*=\s*"([^"]*)"/i
/** A handset of the IMS multimedia telephony service: what it takes it says. */
const HANDSET = /;\s*\+g\.3gpp\.icsi-ref\b/i
/** OMA's messaging in its pager mode is text in a MESSAGE. */
const PAGER = /;\s*\+g\.oma\.sip-im\b/i

/** By the features of RFC 3840 it registered; phones that tell none take text. */
export const takesOf = ({ features }: Binding): Takes => {
  if (features === '') return 'text'
  if (SMS.test(features)) return 'sms'
  const methods = METHODS.exec(features)?.[1]
  if (methods !== undefined) return /\bMESSAGE\b/i.test(methods) ? 'text' : 'nothing'
  return HANDSET.test(features) && !PAGER.test(features) ? 'nothing' : 'text'
}

/** Where the identity can be reached, but not for emergencies; with several handsets on one subscription it may belong to one of them. */
export const contactsOf = (registrations: Registrations, { subscriber, identity }: Found): Binding[] => {
  const bindings = sipPhonesOf(ordinaryOf(registrations.of(subscriber)))
  const { imeisv } = identity
  if (!subscriber.multiSim || imeisv === undefined) return bindings
  return bindings.filter(({ instance }) => sameEquipment(instance, imeisv))
}

/** Groups of equal preference, the most preferred first. */
export const byPreference = (bindings: Binding[]): Binding[][] => {
  const groups = new Map<number, Binding[]>()
  for (const binding of bindings) groups.set(binding.q, [...(groups.get(binding.q) ?? []), binding])
  return [...groups].sort(([a], [b]) => b - a).map(([, group]) => group)
}
