import type { Endpoint, Flow, Transport } from '#lib/wire'
import { parseUri, type SipRequest, topVia } from '#sip'

export type Reach = { transport: Transport } & Endpoint

const isAddress = (host: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(host) || host.includes(':')

/** True when the sender sees itself under another address than we see it: a NAT lies between, RFC 3581. */
export const behindNat = (request: SipRequest, flow: Flow): boolean => {
  const via = topVia(request)
  if (!via) return true
  return via.host !== flow.address || (via.port ?? 5060) !== flow.port
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
  const { host, port, params } = parsed.value
  const wanted = params.get('transport')?.toLowerCase()
  const transport = wanted === 'tcp' || wanted === 'tls' ? wanted : 'udp'
  return { transport, address: host, port: port ?? 5060 }
}

/** Where a URI that is an address leads to (a Route, a Path); undefined for names, which are not looked up here. */
export const endpointOf = (text: string): Reach | undefined => {
  const parsed = parseUri(text)
  if (!parsed.ok || !isAddress(parsed.value.host)) return undefined
  const { scheme, host, port, params } = parsed.value
  const wanted = params.get('transport')?.toLowerCase()
  const secure = scheme === 'sips' || wanted === 'tls'
  const transport: Transport = secure ? 'tls' : wanted === 'tcp' ? 'tcp' : 'udp'
  return { transport, address: host, port: port ?? (secure ? 5061 : 5060) }
}
