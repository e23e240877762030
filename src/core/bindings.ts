import type { Flow, Transport } from '#lib/wire'
import type { Subscriber } from './subscribers.ts'

/**
 * Where one handset or phone can be reached, RFC 3261 §10. There may be a hundred thousand of them: members are
 * flat, texts are copies of their own, and what is usual (no path, no instance) costs nothing.
 */
export type Binding = {
  readonly subscriber: Subscriber
  /** Contact URI, raw: the binding's name within its subscriber. */
  contact: string
  /** Wall clock. */
  expiresAtMs: number
  /** The end that the store knows; it may lie a little before the true one. */
  storedUntilMs: number
  /** 0 to 1000: preference among several contacts. */
  q: number
  callId: string
  cseq: number
  /** Where requests are sent to, and by which listener. */
  transport: Transport
  address: string
  port: number
  listener: number
  /** The connection it was bound over; gone after a restart, and none over UDP. */
  flow?: Flow | undefined
  /** Path header values, outermost first; RFC 3327. */
  path: readonly string[]
  instance: string | undefined
  regId: number | undefined
  /** Contact parameters as they came: the features of RFC 3840. */
  features: string
  userAgent: string
}

/** A binding as a registrar asks for it; `expiresS` 0 removes. */
export type BindingRequest = Omit<Binding, 'subscriber' | 'expiresAtMs' | 'storedUntilMs'> & {
  expiresS: number
}
