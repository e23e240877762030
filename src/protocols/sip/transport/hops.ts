import { type Flow, trustLike, type Wire } from '#lib/wire'
import { printHost, sameHost } from '../grammar/host.ts'
import type { SipRequest } from '../grammar/message.ts'
import { printVia, readVia, type Via } from '../grammar/via.ts'

/** Ports where a Via names none, RFC 3261 §18.2.2, RFC 7118 §5. */
const defaultPorts = { udp: 5060, tcp: 5060, tls: 5061, ws: 80, wss: 443 }

/**
 * Writes into the request's own Via where it came from (RFC 3261 §18.2.1, RFC 3581 §4), so that every response
 * copies it. What the sender itself claims there is overwritten.
 */
export const stampSource = (request: SipRequest, hop: Via, { address, port }: Flow): void => {
  const asked = hop.rport !== undefined
  const claimed = hop.received !== undefined || typeof hop.rport === 'number'
  if (!asked && !claimed && (hop.host === address || sameHost(hop.host, address))) return
  const { names, values } = request.headers
  const at = names.indexOf('Via')
  const value = values[at] as string
  const end = asked && !claimed ? value.indexOf(';rport') + 6 : 0
  const simple = !claimed && !value.includes('"') && !value.includes(',')
  if (simple && end > 6 && (end === value.length || value.charCodeAt(end) === 59))
    values[at] = `${value.slice(0, end)}=${port};received=${address}${value.slice(end)}`
  else if (simple && !asked) values[at] = `${value};received=${address}`
  else values[at] = rewritten(value, address, port)
}

const rewritten = (value: string, address: string, port: number): string => {
  const via: Via = { transport: '', host: '', params: new Map() }
  const stop = readVia(value, 0, value.length, via)
  if (stop < 0) return value
  via.received = address
  if (via.rport !== undefined) via.rport = port
  return printVia(via) + value.slice(stop)
}

/**
 * Where responses go, RFC 3261 §18.2.2 and RFC 3581 §4: the connection the request came on, or a new one to its
 * sender when that is gone; for UDP the source address, with the source port when rport was asked for, else the
 * port of sent-by. maddr is not followed.
 */
export const replyFlow = (wire: Wire, flow: Flow, hop: Via): Flow => {
  if (flow.reliable ? flow.open : hop.rport !== undefined) return flow
  const port = hop.port ?? defaultPorts[flow.transport]
  if (!flow.reliable && port === flow.port) return flow
  return wire.flowTo(flow.transport, { address: flow.address, port }, flow.listener, trustLike(flow)) ?? flow
}

/** Our own Via of a request that leaves by that flow; `sentBy` is host and port as others reach us. */
export const ownVia = (flow: Flow, sentBy: string, branch: string): string =>
  `SIP/2.0/${viaTransports[flow.transport]} ${sentBy};branch=${branch};rport`

const viaTransports = { udp: 'UDP', tcp: 'TCP', tls: 'TLS', ws: 'WS', wss: 'WSS' }

export const sentByOf = ({ local }: Flow): string => `${printHost(local.address)}:${local.port}`
