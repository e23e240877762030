import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import { createHandClock } from '#lib/timers'
import type { Endpoint, Flow, Transport, Wire } from '#lib/wire'
import type { ServerTransaction, TransactionUser } from '../contract.ts'
import { createResponse, type SipRequest, type SipResponse } from '../grammar/message.ts'
import { parseMessage } from '../grammar/parse.ts'
import { createSipEndpoint, type SipEndpoint, type SipEndpointPorts } from './endpoint.ts'

/** A path whose far end is an array. */
export type TestFlow = Flow & { sent: string[]; open: boolean; deaf: boolean }

export const createTestFlow = (
  transport: Transport = 'udp',
  peer: Endpoint = { address: '192.0.2.1', port: 5060 },
  connection = 0,
): TestFlow => {
  const sent: string[] = []
  const ipv6 = peer.address.includes(':')
  return {
    transport,
    reliable: transport !== 'udp',
    connection,
    listener: 0,
    local: { address: ipv6 ? '2001:db8::5' : '192.0.2.5', port: 5060 },
    ...peer,
    open: true,
    deaf: false,
    sent,
    send(octets) {
      if (!this.open || this.deaf) return false
      sent.push(octets)
      return true
    },
    close() {
      this.open = false
    },
  }
}

/** Opens test flows to wherever it is asked to, the same one to the same place. */
export const createTestWire = () => {
  const flows = new Map<string, TestFlow>()
  let connections = 1000
  const refused = new Set<Transport>()
  const wire: Wire = {
    flowTo(transport, to) {
      if (refused.has(transport)) return undefined
      const key = `${transport} ${to.address} ${to.port}`
      const known = flows.get(key)
      if (known?.open) return known
      const flow = createTestFlow(transport, to, transport === 'udp' ? 0 : ++connections)
      flows.set(key, flow)
      return flow
    },
    close: async () => {},
  }
  return { wire, flows, refused }
}

/** What the layer above was told, in order. */
export type Heard = {
  requests: { request: SipRequest; transaction: ServerTransaction }[]
  acks: SipRequest[]
  strays: SipResponse[]
}

export const createTestEndpoint = (
  ports: Partial<SipEndpointPorts> = {},
): {
  endpoint: SipEndpoint
  heard: Heard
  clock: ReturnType<typeof createHandClock>
  wire: ReturnType<typeof createTestWire>
} => {
  const clock = createHandClock()
  const wire = createTestWire()
  const heard: Heard = { requests: [], acks: [], strays: [] }
  const user: TransactionUser = {
    onRequest: (request, transaction) => void heard.requests.push({ request, transaction }),
    onAck: (request) => void heard.acks.push(request),
    onStrayResponse: (response) => void heard.strays.push(response),
  }
  const endpoint = createSipEndpoint({
    timers: clock,
    random: createRandom(),
    log: silentLog,
    wire: wire.wire,
    user,
    values: { t1: 500, t2: 4000, t4: 5000 },
    tcpThreshold: 1300,
    ...ports,
  })
  return { endpoint, heard, clock, wire }
}

export type RequestParts = {
  branch?: string
  via?: string
  uri?: string
  from?: string
  to?: string
  callId?: string
  seq?: number
  extra?: string
}

export const requestText = (method: string, parts: RequestParts = {}): string => {
  const { branch = 'z9hG4bKone', uri = 'sip:bob@example.com', from = '<sip:alice@example.com>;tag=a' } = parts
  const { to = '<sip:bob@example.com>', callId = 'call-1', seq = 1, extra = '' } = parts
  const via = parts.via ?? `SIP/2.0/UDP 192.0.2.1:5060;branch=${branch}`
  return `${method} ${uri} SIP/2.0\r\nVia: ${via}\r\nMax-Forwards: 70\r\nFrom: ${from}\r\nTo: ${to}\r\nCall-ID: ${callId}\r\nCSeq: ${seq} ${method}\r\n${extra}Content-Length: 0\r\n\r\n`
}

export const octetsOf = (text: string): Buffer => Buffer.from(text, 'latin1')

export const parsed = (text: string): SipRequest | SipResponse => {
  const result = parseMessage(octetsOf(text))
  if (!result.ok) throw new Error(`unreadable: ${result.error.reason}\n${text}`)
  return result.value
}

export const parsedRequest = (text: string): SipRequest => {
  const message = parsed(text)
  if (message.kind !== 'request') throw new Error(`no request: ${text}`)
  return message
}

export const parsedResponse = (text: string): SipResponse => {
  const message = parsed(text)
  if (message.kind !== 'response') throw new Error(`no response: ${text}`)
  return message
}

/** An answer with a To tag. */
export const answerTo = (request: SipRequest, status: number, tag = 'b', reason = 'Test'): SipResponse => {
  const response = createResponse(request, status, reason)
  const to = request.headers.get('To') ?? ''
  if (status > 100 && !to.includes(';tag=')) response.headers.set('To', `${to};tag=${tag}`)
  return response
}

/** Status of each response in a list of sent messages, method of each request. */
export const summary = (texts: string[]): (string | number)[] =>
  texts.map((text) => {
    const message = parsed(text)
    return message.kind === 'request' ? message.method : message.status
  })
