import { type Binding, isWeb } from '#core'
import type { Endpoint, Flow, Transport, Wire } from '#lib/wire'
import { parseAddress, parseUri, type SipRequest, sameHost, topVia } from '#sip'

export type Reach = { transport: Transport } & Endpoint

const isAddress = (host: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(host) || host.includes(':')

/** True when the sender sees itself under another address than we see it: a NAT lies between, RFC 3581. */
const behindNat = (request: SipRequest, flow: Flow): boolean => {
  const via = topVia(request)
  if (!via) return true
  return (via.port ?? 5060) !== flow.port || !sameHost(via.host, flow.address)
}

/**
 * Where requests for a contact go. A connection is used as long as it stands (RFC 5626); over UDP the contact's own
 * address is believed when no NAT changed the sender's, else the address that we saw.
 */
export const reachOf = (contact: string, request: SipRequest, flow: Flow): Reach => {
  const seen: Reach = { transport: flow.transport, address: flow.address, port: flow.port }
  if (flow.reliable) return seen
  const parsed = parseUri(contact)
  if (!parsed.ok || !isAddress(parsed.value.host) || behindNat(request, flow)) return seen
  return endpointOf(contact) ?? seen
}

/** Where a URI that is an address leads to (a Route, a Path); undefined for names, which are not looked up here. */
export const endpointOf = (text: string): Reach | undefined => {
  const parsed = parseUri(text)
  if (!parsed.ok || !isAddress(parsed.value.host)) return undefined
  const { scheme, host, port, params } = parsed.value
  const wanted = params.get('transport')?.toLowerCase()
  // A browser cannot be called: RFC 7118 §5.
  if (wanted === 'ws' || wanted === 'wss') return undefined
  const secure = scheme === 'sips' || wanted === 'tls'
  const transport: Transport = secure ? 'tls' : wanted === 'tcp' ? 'tcp' : 'udp'
  return { transport, address: host, port: port ?? (secure ? 5061 : 5060) }
}

const uriIn = (value: string): string => {
  const parsed = parseAddress(value)
  return parsed.ok ? parsed.value.uri : value
}

/**
 * The path to a bound phone: by the first hop that its Path names, else by the connection it registered over, else to
 * where it is. A connection that is gone leads nowhere, unless the contact itself can be called and no NAT hides it. Phones
 * called over TLS show certificates of their own.
 */
export const flowToBinding = (wire: Wire, binding: Binding): Flow | undefined => {
  const { flow, transport, address, port, listener, contact } = binding
  if (isWeb(binding)) return undefined
  const [edge] = binding.path
  const hop = edge === undefined ? undefined : endpointOf(uriIn(edge))
  if (hop) return wire.flowTo(hop.transport, hop, listener, 'anyone')
  if (flow?.open) return flow
  if (transport === 'udp') return wire.flowTo(transport, { address, port }, listener)
  const own = endpointOf(contact)
  return own && sameHost(own.address, address)
    ? wire.flowTo(own.transport, own, listener, 'anyone')
    : undefined
}

/** Our own address as a bound phone reaches it, asked only of listeners that stand on several. */
export const createAddressTowards =
  (wire: Wire, listeners: readonly { any: boolean }[]) =>
  (binding: Binding): string | undefined =>
    listeners[binding.listener]?.any ? flowToBinding(wire, binding)?.local.address : undefined
