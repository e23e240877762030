import type { Flow, Transport } from '#lib/wire'
import type { Subscriber } from './subscribers.ts'

/** Where one handset or phone can be reached, RFC 3261 §10. */
export type Binding = {
  readonly subscriber: Subscriber
  /** Contact URI, raw: the binding's name within its subscriber. */
  readonly contact: string
  /** Wall clock. */
  readonly expiresAtMs: number
  /** 0 to 1000: preference among several contacts. */
  readonly q: number
  /** Where requests are sent to, and by which listener. */
  readonly transport: Transport
  readonly address: string
  readonly port: number
  readonly listener: number
  /** The connection it was bound over; gone after a restart, and none over UDP. */
  readonly flow?: Flow | undefined
  /** Path header values, outermost first; RFC 3327. */
  readonly path: readonly string[]
  readonly instance: string | undefined
  readonly regId: number | undefined
  /** Contact parameters as they came: the features of RFC 3840. */
  readonly features: string
  readonly userAgent: string
}

/** What the last REGISTER of a binding was: an earlier one that comes late changes nothing, RFC 3261 §10.3. */
export type RegisterOrder = { readonly callId: string; readonly cseq: number }

/** A binding as a registrar asks for it; `expiresS` 0 removes. */
export type BindingRequest = Omit<Binding, 'subscriber' | 'expiresAtMs'> &
  RegisterOrder & { expiresS: number }

/**
 * Bound for emergency calls, and for being called back after one: its contact's URI has the parameter `sos`, TS 24.229
 * §5.1.6. Such a binding lives beside the ordinary one of the same handset and is used for nothing else.
 */
export const isForEmergency = ({ contact }: { contact: string }): boolean =>
  /;sos(?=[;=?]|$)/i.test(contact.slice(contact.lastIndexOf('@') + 1))

/** Those that everything else may use. */
export const ordinaryOf = (bindings: Binding[]): Binding[] =>
  bindings.some(isForEmergency) ? bindings.filter((binding) => !isForEmergency(binding)) : bindings
