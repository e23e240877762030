import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import type { Random } from '#lib/random'
import type { Endpoint, Flow, Transport, Wire, WireUser } from '#lib/wire'
import {
  createLegs,
  createResponse,
  createSipEndpoint,
  type Legs,
  printHost,
  type ServerTransaction,
  type SipRequest,
  type SipResponse,
} from '#sip'
import { contactParams, type UeIdentity, userOf } from './ue-identity.ts'

export type UeStackPorts = {
  wire: Wire
  timers: Timers
  random: Random
  log: Log
  identity: UeIdentity
  server: Endpoint & { transport: Transport }
  video: boolean
  trace?: ((direction: 'in' | 'out', flow: Flow, text: string) => void) | undefined
  /** A request that belongs to no call. */
  onRequest(request: SipRequest, transaction: ServerTransaction): void
  /** The connection to the server ended. */
  onLost(): void
}

/** SIP below the handset: transactions and dialogues on one path to one server. */
export type UeStack = {
  readonly user: WireUser
  readonly legs: Legs
  /** The path to the server, opened anew when it broke. Throws when the wire has no way at all. */
  flow(): Flow
  /** Contact value on the present path, feature tags included. */
  contact(): string
  /** Resolves with the final response; 408 when none came, 503 when nothing could be sent. */
  ask(request: SipRequest): Promise<SipResponse>
}

/** Those of RFC 3261: with the 2 s that IMS wants towards a handset, each lost packet of a test would cost as much. */
const TIMER_VALUES = { t1: 500, t2: 4000, t4: 5000 }
const SESSION_EXPIRES = 1800

export const createUeStack = (ports: UeStackPorts): UeStack => {
  const { wire, timers, random, log, identity, server, video, trace, onLost } = ports
  let path: Flow | undefined
  const flow = (): Flow => {
    if (!path?.open) path = wire.flowTo(server.transport, server)
    if (!path) throw new Error(`no way to ${server.address}:${server.port} by ${server.transport}`)
    return path
  }
  const contactOn = ({ local, transport }: Flow): string => {
    const by = transport === 'udp' ? '' : `;transport=${transport}`
    const uri = `sip:${userOf(identity.impu)}@${printHost(local.address)}:${local.port}${by}${identity.emergency ? ';sos' : ''}`
    return `<${uri}>${contactParams(identity, video)}`
  }
  const endpoint = createSipEndpoint({
    timers,
    random,
    log,
    wire,
    user: {
      onRequest(request, transaction) {
        // A NOTIFY stands in a dialogue of its own, which is no call.
        if (request.method === 'NOTIFY' || !legs.onRequest(request, transaction))
          ports.onRequest(request, transaction)
      },
      onAck: (request) => legs.onAck(request),
      onStrayResponse: () => {},
    },
    values: TIMER_VALUES,
    tcpThreshold: Number.POSITIVE_INFINITY,
    ...(trace && { trace }),
  })
  const legs = createLegs({
    timers,
    random,
    values: TIMER_VALUES,
    sessionExpires: SESSION_EXPIRES,
    flowFor: flow,
    contact: contactOn,
    request: endpoint.request,
    sendAck: endpoint.sendAck,
  })
  const onClose = (gone: Flow): void => {
    endpoint.onClose(gone)
    if (gone === path) onLost()
  }
  return {
    user: { onData: endpoint.onData, onClose },
    legs,
    flow,
    contact: () => contactOn(flow()),
    ask: (request) =>
      new Promise((resolve) => {
        endpoint.request(request, flow(), {
          onResponse: (response) => {
            if (response.status >= 200) resolve(response)
          },
          onFailure: (why) => {
            const [status, reason] =
              why === 'timeout' ? ([408, 'no answer'] as const) : ([503, 'not reachable'] as const)
            resolve(createResponse(request, status, reason))
          },
        })
      }),
  }
}
