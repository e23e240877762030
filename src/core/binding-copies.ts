import { keep as copy } from '#lib/text'
import type { Binding, BindingRequest } from './bindings.ts'
import type { Subscriber } from './subscribers.ts'

/** Few programs, few proxies and few hosts are behind many phones: one copy of each name serves all. */
const shared = new Map<string, string>()
const MOST_SHARED = 2000

const share = (text: string): string => {
  const known = shared.get(text)
  if (known !== undefined) return known
  const own = copy(text)
  if (shared.size < MOST_SHARED) shared.set(own, own)
  return own
}

const programOf = (userAgent: string): string => share(userAgent.slice(0, 200))

const NO_PATH: readonly string[] = []
const pathOf = (path: readonly string[]): readonly string[] => (path.length === 0 ? NO_PATH : path.map(share))

/** A binding of its own texts: a substring would pin its whole datagram. */
export const create = (subscriber: Subscriber, wish: BindingRequest, expiresAtMs: number): Binding => ({
  subscriber,
  contact: copy(wish.contact),
  expiresAtMs,
  storedUntilMs: 0,
  q: wish.q,
  callId: copy(wish.callId),
  cseq: wish.cseq,
  transport: wish.transport,
  address: share(wish.address),
  port: wish.port,
  listener: wish.listener,
  flow: wish.flow,
  path: pathOf(wish.path),
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
  if (binding.address !== wish.address) binding.address = share(wish.address)
  binding.transport = wish.transport
  binding.port = wish.port
  binding.listener = wish.listener
  binding.flow = wish.flow
  if (binding.path.length > 0 || wish.path.length > 0) binding.path = pathOf(wish.path)
  if (binding.instance !== wish.instance) binding.instance = wish.instance && copy(wish.instance)
  binding.regId = wish.regId
  if (binding.features !== wish.features) binding.features = copy(wish.features)
  if (binding.userAgent !== wish.userAgent) binding.userAgent = programOf(wish.userAgent)
}

/**
 * Whether the store must hear of a refresh: not of one that only moves the end by less than a tenth of its time, as a
 * phone makes it that registers far more often than it must. After a restart such a binding ends that much earlier.
 */
export const isWorthSaving = (binding: Binding, wish: BindingRequest, expiresAtMs: number): boolean =>
  Math.abs(expiresAtMs - binding.storedUntilMs) >= wish.expiresS * 100 ||
  binding.address !== wish.address ||
  binding.port !== wish.port ||
  binding.transport !== wish.transport ||
  binding.listener !== wish.listener ||
  binding.q !== wish.q ||
  binding.features !== wish.features ||
  binding.instance !== wish.instance ||
  binding.regId !== wish.regId ||
  binding.path.length > 0 ||
  wish.path.length > 0
