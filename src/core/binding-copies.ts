import { keep as copy } from '#lib/text'
import type { Binding, BindingRequest } from './bindings.ts'
import type { Subscriber } from './subscribers.ts'

/** Few programs are in use and many phones: one copy of each name serves all. */
const programs = new Map<string, string>()
const programOf = (userAgent: string): string => {
  const known = programs.get(userAgent)
  if (known !== undefined) return known
  const own = copy(userAgent.slice(0, 200))
  if (programs.size < 1000) programs.set(own, own)
  return own
}

/** A binding of its own texts: a substring would pin its whole datagram. */
export const create = (subscriber: Subscriber, wish: BindingRequest, expiresAtMs: number): Binding => ({
  subscriber,
  contact: copy(wish.contact),
  expiresAtMs,
  q: wish.q,
  callId: copy(wish.callId),
  cseq: wish.cseq,
  transport: wish.transport,
  address: copy(wish.address),
  port: wish.port,
  listener: wish.listener,
  flow: wish.flow,
  path: wish.path.map(copy),
  instance: wish.instance === undefined ? undefined : copy(wish.instance),
  regId: wish.regId,
  features: copy(wish.features),
  userAgent: programOf(wish.userAgent),
})

/** A refresh copies only what changed. */
export const renew = (binding: Binding, wish: BindingRequest, expiresAtMs: number): void => {
  binding.expiresAtMs = expiresAtMs
  binding.q = wish.q
  binding.cseq = wish.cseq
  if (binding.callId !== wish.callId) binding.callId = copy(wish.callId)
  if (binding.address !== wish.address) binding.address = copy(wish.address)
  binding.transport = wish.transport
  binding.port = wish.port
  binding.listener = wish.listener
  binding.flow = wish.flow
  if (binding.path.length > 0 || wish.path.length > 0) binding.path = wish.path.map(copy)
  if (binding.instance !== wish.instance) binding.instance = wish.instance && copy(wish.instance)
  binding.regId = wish.regId
  if (binding.features !== wish.features) binding.features = copy(wish.features)
  if (binding.userAgent !== wish.userAgent) binding.userAgent = programOf(wish.userAgent)
}
