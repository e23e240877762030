import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import type { Random } from '#lib/random'
import type { Flow, Wire, WireUser } from '#lib/wire'
import type { ClientEvents, ClientTransaction, TimerValues, TransactionUser } from '../contract.ts'
import type { SipMessage, SipRequest, SipResponse } from '../grammar/message.ts'
import { ClientTable } from '../transactions/client-table.ts'
import { ServerTable } from '../transactions/server-table.ts'
import { createConnections } from '../transport/connections.ts'
import { sentByOf } from '../transport/hops.ts'
import { createKeepAlive, type KeepAlive } from '../transport/keep-alive.ts'
import { defaultLimits, type SipLimits } from '../transport/limits.ts'
import { createPort } from '../transport/port.ts'
import { createRefusals } from '../transport/refusals.ts'
import { createReceiver } from './receiver.ts'
import { createSender } from './sender.ts'

export type SipEndpointPorts = {
  timers: Timers
  random: Random
  log: Log
  wire: Wire
  user: TransactionUser
  values: TimerValues
  /** A request larger than so many octets goes by TCP instead of UDP, RFC 3261 §18.1.1. */
  tcpThreshold: number
  limits?: Partial<SipLimits>
  /** Addresses to which `invitesPerSource` does not apply: trunks, neighbouring proxies. */
  exempt?: (address: string) => boolean
  /** `host:port` for our Via on that flow; its local address otherwise. */
  advertise?: (flow: Flow) => string
  /** Adds what every message of ours bears; may see the same message twice. */
  stamp?: (message: SipMessage) => void
  /** Sees every well formed message that came, repetitions too; `stamp` sees those that go. */
  seen?: (message: SipMessage) => void
  /** Sees every message as it comes and goes. */
  trace?: (direction: 'in' | 'out', flow: Flow, text: string) => void
}

export type SipEndpoint = WireUser & {
  /**
   * Sends a copy of the request with our Via on top; one too large for UDP by TCP where there is a way.
   * No event comes before this returns. `branch`: that of an earlier life of this server, so that the request is a
   * mere repeat to who has seen it before (RFC 3261 §17.2.3); nobody outside may be able to guess it.
   */
  request(request: SipRequest, flow: Flow, events: ClientEvents, branch?: string): ClientTransaction
  /** The ACK of a 2xx: outside every transaction, with a branch of its own. */
  sendAck(request: SipRequest, flow: Flow): void
  /** A response outside every transaction, along that flow. */
  send(response: SipResponse, flow: Flow): void
  /** For who registers by that flow: keeps the connection alive, and tells of its end, RFC 5626 §4.4.1. */
  keep: KeepAlive['keep']
  /** Sizes of all tables, and counters since the start. */
  figures(): Record<string, number>
  /** What came and went since the start, by the names of `SIP_COUNTERS`, and what went wrong (`SIP_ERRORS`). */
  counters(): { messages: Record<string, number>; errors: Record<string, number> }
}

/** Transactions over a wire, RFC 3261 §17 and §18: what stands above sees each request and each answer once. */
export const createSipEndpoint = (ports: SipEndpointPorts): SipEndpoint => {
  const { timers, values, user, wire, random, tcpThreshold, advertise = sentByOf } = ports
  const limits = { ...defaultLimits, ...ports.limits }
  const port = createPort(ports)
  const refusals = createRefusals({ random, port })
  const exempt = ports.exempt ?? (() => false)
  const servers = new ServerTable({ timers, values, random, user, limits, exempt, port, refusals })
  const clients = new ClientTable({ timers, values, user, limits, port })
  const receiver = createReceiver({
    clock: timers.clock,
    port,
    refusals,
    badAnswersPerSecond: limits.badAnswersPerSecond,
    seen: ports.seen,
    onRequest: (request, flow, via, octets) => servers.accept(request, flow, via, octets),
    onResponse: (response, flow, branch, method) => clients.onResponse(response, flow, branch, method),
  })
  const keepAlive = createKeepAlive({ timers, random })
  const connections = createConnections({ timers, limits, keepAlive, ...receiver })
  const figures = () => ({
    ...servers.figures(),
    ...clients.figures(),
    ...receiver.figures(),
    ...connections.figures(),
    ...port.figures(),
    keptConnections: keepAlive.size,
  })
  return {
    onData: connections.onData,
    onClose(flow) {
      connections.onClose(flow)
      clients.onClose(flow)
      keepAlive.onClose(flow)
    },
    keep: keepAlive.keep,
    ...createSender({ random, wire, clients, port, tcpThreshold, advertise }),
    figures,
    counters: () => ({ messages: port.counts.named(), errors: errorsOf(figures()) }),
  }
}

/** Those that occurred. */
const errorsOf = (figures: Record<string, number>): Record<string, number> => {
  const { malformed, badAnswers, timeouts, strays, refused, unsent, bugs } = figures
  const all = {
    sip_malformed: malformed,
    sip_bad_answered: badAnswers,
    sip_timeout: timeouts,
    sip_stray: strays,
    sip_overload: refused,
    sip_unsent: unsent,
    sip_bug: bugs,
  }
  const errors: Record<string, number> = {}
  for (const [name, count] of Object.entries(all)) if (count) errors[name] = count
  return errors
}
