import type { Binding, Subscriber } from '#core'
import type { BindingView, UserView } from '../contract.ts'

const sourceOf = (address: string, port: number): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`

const bindingViewOf = (binding: Binding, wallMs: number): BindingView => ({
  contact: binding.contact,
  expiresInS: Math.max(0, Math.round((binding.expiresAtMs - wallMs) / 1000)),
  q: binding.q / 1000,
  source: sourceOf(binding.address, binding.port),
  transport: binding.transport,
  ...(binding.userAgent !== '' && { userAgent: binding.userAgent }),
  ...(binding.instance !== undefined && { instance: binding.instance }),
})

/** `calls`: how many this user has in progress. */
export const userViewOf = (
  subscriber: Subscriber,
  bindings: readonly Binding[],
  calls: number,
  wallMs: number,
): UserView => {
  const number = subscriber.msisdn ?? subscriber.identities.find(({ uri }) => uri.startsWith('tel:'))?.user
  return {
    impi: subscriber.impi,
    impus: subscriber.identities.map(({ uri }) =>
      uri.startsWith('tel:') ? uri : `${uri}@${subscriber.domain}`,
    ),
    ...(number !== undefined && { number }),
    registered: bindings.length > 0,
    bindings: bindings.map((binding) => bindingViewOf(binding, wallMs)),
    calls,
  }
}
