import type { Flow, Wire } from '#lib/wire'
import { printHost, sameHost } from './host.ts'
import type { SipMessage, SipRequest } from './message.ts'
import { printVia, readVia, topVia, type Via } from './via.ts'

/** Ports where a Via names none, RFC 3261 §18.2.2, RFC 7118 §5. */
const defaultPorts = { udp: 5060, tcp: 5060, tls: 5061, ws: 80, wss: 443 }

/**
 * What transactions need of the top Via. Without a branch `branch` is empty; `asked`: rport is there;
 * `claimed`: the sender itself filled received or rport.
 */
export type Hop = { host: string; port: number | undefined; branch: string; asked: boolean; claimed: boolean }

/** Undefined when the top Via is missing or malformed. */
export const hopOf = (message: SipMessage): Hop | undefined => {
  const value = message.headers.get('Via')
  if (value === undefined) return undefined
  const plain = plainHop(value)
  if (plain) return plain
  const via = topVia(message)
  if (!via) return undefined
  const { host, port, branch = '', rport, received } = via
  return {
    host,
    port,
    branch,
    asked: rport !== undefined,
    claimed: received !== undefined || typeof rport === 'number',
  }
}

/**
 * The shape nearly all Vias have, read in one pass: no quotes, brackets, lists, white space or capitals where they
 * matter. Undefined for any other; whether the value is well-formed was checked before.
 */
const plainHop = (value: string): Hop | undefined => {
  if (!value.startsWith('SIP/2.0/') || value.includes(',') || value.includes('"')) return undefined
  const hostAt = value.indexOf(' ', 8) + 1
  let at = hostAt
  let code = 0
  for (; at < value.length; at++) {
    code = value.charCodeAt(at)
    // Digits, small letters, dot and hyphen; a name with capitals is lowered by the grammar.
    if (!((code >= 97 && code <= 122) || (code >= 48 && code <= 57) || code === 46 || code === 45)) break
  }
  if (hostAt === 0 || at === hostAt || (at < value.length && code !== 58 && code !== 59)) return undefined
  const hop: Hop = {
    host: value.substring(hostAt, at),
    port: undefined,
    branch: '',
    asked: false,
    claimed: false,
  }
  if (code === 58 && at < value.length) {
    let port = 0
    for (at++; at < value.length; at++) {
      code = value.charCodeAt(at) - 48
      if (code < 0 || code > 9) break
      port = port * 10 + code
    }
    if (port === 0 || port > 65535 || (at < value.length && value.charCodeAt(at) !== 59)) return undefined
    hop.port = port
  }
  return plainParameters(value, at, hop) ? hop : undefined
}

const plainParameters = (value: string, from: number, hop: Hop): boolean => {
  let at = from
  while (at < value.length) {
    const start = at + 1
    at = value.indexOf(';', start)
    if (at < 0) at = value.length
    if (value.startsWith('branch=', start)) {
      if (hop.branch !== '') return false
      hop.branch = value.substring(start + 7, at)
    } else if (value.startsWith('rport', start)) {
      if (at !== start + 5) return false
      hop.asked = true
    } else if (!isForeign(value.charCodeAt(start))) return false
  }
  return !value.includes(' ', from)
}

/** Begins neither branch, rport nor received, in whatever case, nor white space. */
const isForeign = (code: number): boolean => (code | 32) !== 98 && (code | 32) !== 114 && code > 32

/**
 * Writes into the request's own Via where it came from (RFC 3261 §18.2.1, RFC 3581 §4), so that every response
 * copies it. What the sender itself claims there is overwritten.
 */
export const stampSource = (request: SipRequest, hop: Hop, { address, port }: Flow): void => {
  if (!hop.asked && !hop.claimed && (hop.host === address || sameHost(hop.host, address))) return
  const { names, values } = request.headers
  const at = names.indexOf('Via')
  const value = values[at] as string
  const end = hop.asked && !hop.claimed ? value.indexOf(';rport') + 6 : 0
  const simple = !hop.claimed && !value.includes('"') && !value.includes(',')
  if (simple && end > 6 && (end === value.length || value.charCodeAt(end) === 59))
    values[at] = `${value.slice(0, end)}=${port};received=${address}${value.slice(end)}`
  else if (simple && !hop.asked) values[at] = `${value};received=${address}`
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
export const replyFlow = (wire: Wire, flow: Flow, hop: Hop): Flow => {
  if (flow.reliable ? flow.open : hop.asked) return flow
  const port = hop.port ?? defaultPorts[flow.transport]
  if (!flow.reliable && port === flow.port) return flow
  return wire.flowTo(flow.transport, { address: flow.address, port }, flow.listener) ?? flow
}

/** Our own Via of a request that leaves by that flow; `sentBy` is host and port as others reach us. */
export const ownVia = (flow: Flow, sentBy: string, branch: string): string =>
  `SIP/2.0/${viaTransports[flow.transport]} ${sentBy};branch=${branch};rport`

const viaTransports = { udp: 'UDP', tcp: 'TCP', tls: 'TLS', ws: 'WS', wss: 'WSS' }

export const sentByOf = ({ local }: Flow): string => `${printHost(local.address)}:${local.port}`
