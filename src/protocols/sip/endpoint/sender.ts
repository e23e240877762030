import type { Random } from '#lib/random'
import type { Flow, Wire } from '#lib/wire'
import type { ClientEvents, ClientTransaction } from '../contract.ts'
import { Headers, type SipRequest, type SipResponse } from '../grammar/message.ts'
import type { Route } from '../transactions/client-machine.ts'
import type { ClientTable } from '../transactions/client-table.ts'
import { ownVia } from '../transport/hops.ts'
import type { Port } from '../transport/port.ts'

export type SenderPorts = {
  random: Random
  wire: Wire
  clients: ClientTable
  port: Port
  tcpThreshold: number
  advertise: (flow: Flow) => string
}

export type Sender = {
  request(request: SipRequest, flow: Flow, events: ClientEvents, branch?: string): ClientTransaction
  sendAck(request: SipRequest, flow: Flow): void
  send(response: SipResponse, flow: Flow): void
}

/** The user's message with our Via on top; a copy, since one request may go to several places. */
const withVia = (request: SipRequest, via: string): SipRequest => {
  const headers = new Headers()
  const { names, values } = request.headers
  headers.add('Via', via)
  for (let i = 0; i < names.length; i++) headers.add(names[i] as string, values[i] as string)
  return { kind: 'request', method: request.method, uri: request.uri, headers, body: request.body }
}

export const createSender = (ports: SenderPorts): Sender => {
  const { random, wire, clients, port, tcpThreshold, advertise } = ports
  const newBranch = (): string => `z9hG4bK${random.token(14)}`

  const routeBy = (flow: Flow, request: SipRequest, branch: string): Route => {
    const own = withVia(request, ownVia(flow, advertise(flow), branch))
    return { flow, request: own, text: port.print(own) }
  }

  /** The same request by TCP, where its size forbids UDP and the wire has a way, RFC 3261 §18.1.1. */
  const streamRoute = (route: Route, request: SipRequest, branch: string): Route | undefined => {
    const { address, port, listener, transport } = route.flow
    if (transport !== 'udp' || route.text.length <= tcpThreshold) return undefined
    const flow = wire.flowTo('tcp', { address, port }, listener)
    return flow && routeBy(flow, request, branch)
  }

  return {
    request(request, flow, events, branch = newBranch()) {
      const route = routeBy(flow, request, branch)
      const stream = streamRoute(route, request, branch)
      return stream ? clients.open(branch, events, stream, route) : clients.open(branch, events, route)
    },
    sendAck(request, flow) {
      const branch = newBranch()
      const route = routeBy(flow, request, branch)
      const { flow: way, text } = streamRoute(route, request, branch) ?? route
      port.transmit(way, text)
    },
    send: (response, flow) => void port.transmit(flow, port.print(response)),
  }
}
