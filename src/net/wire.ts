import { err, ok, type Result } from '#lib/result'
import type { Endpoint, Flow, Transport, Trust, WireUser } from '#lib/wire'
import { canonical } from './address.ts'
import { type BindProblem, toBindProblem } from './bind-problem.ts'
import { Connections } from './connections.ts'
import { Inbox } from './inbox.ts'
import { DEFAULT_LIMITS, type OpenWire, type WireOptions } from './options.ts'
import { createPlace, type Place } from './place.ts'
import type { StreamPorts } from './stream-flow.ts'
import { openTcp, openTls, type StreamBinding } from './streams.ts'
import { openUdp } from './udp.ts'
import { attachWebSocket, openWebSocket } from './web-socket.ts'

const GRACE_MS = 1000
const ORDER: readonly Transport[] = ['udp', 'tcp', 'tls', 'ws', 'wss']

/** One bound transport of one listener. */
type Port = {
  readonly place: Place
  /** Datagrams given up; streams have none. */
  readonly dropped?: number
  /** A flow to this peer that needs no opened connection, or a new connection. */
  flowTo(to: Endpoint, trust?: Trust): Flow | undefined
  close(): Promise<void>
}

/** A browser cannot be called: only connections that stand serve. */
const nobody = (): undefined => undefined

type Making = { options: WireOptions; ports: StreamPorts }

const openPort = async (
  transport: Transport,
  binding: StreamBinding,
  { options, ports }: Making,
): Promise<Result<Port, string>> => {
  const { tls } = options
  if (transport === 'udp') return openUdp(binding, ports.inbox, options.native !== false)
  if (transport === 'ws' || transport === 'wss') {
    const opened = await openWebSocket(transport, binding, options, ports)
    return opened.ok ? ok({ ...opened.value, flowTo: nobody }) : opened
  }
  if (transport === 'tls' && !tls) return err('ECERT')
  const opened =
    tls && transport === 'tls' ? await openTls(binding, tls, ports) : await openTcp(binding, ports)
  if (!opened.ok) return opened
  const { place, connect, close } = opened.value
  return ok({ place, flowTo: connect, close })
}

/** `::` takes IPv4 too, unless another item wants that port for IPv4 itself. */
const isDual = (options: WireOptions, transport: Transport, at: Endpoint): boolean =>
  at.address === '::' &&
  !options.listeners.some(({ transports }) => {
    const other = transports[transport]
    return other !== undefined && other.port === at.port && !other.address.includes(':')
  })

const openAll = async (making: Making, open: Port[]): Promise<BindProblem | undefined> => {
  const { options } = making
  for (const [listener, { transports, advertised }] of options.listeners.entries()) {
    for (const transport of ORDER) {
      const at = transports[transport]
      if (!at) continue
      const dual = isDual(options, transport, at)
      const placeAt = (port: number): Place =>
        createPlace(transport, listener, { address: at.address, port }, advertised, dual)
      const known = canonical(at.address) !== undefined
      const opened = known ? await openPort(transport, { at, dual, placeAt }, making) : err('EADDRESS')
      if (!opened.ok) return toBindProblem(transport, at, opened.error)
      open.push(opened.value)
    }
  }
  return undefined
}

/** The port to leave from: of that listener if one is named, else the first that suits, else the first that reaches. */
const portsFor = (
  open: Port[],
  transport: Transport,
  address: string,
  listener: number | undefined,
): Port[] => {
  const able = open.filter(
    ({ place }) =>
      place.transport === transport &&
      (listener === undefined || place.listener === listener) &&
      place.reaches(address),
  )
  return able.length < 2
    ? able
    : able.sort((x, y) => Number(y.place.suits(address)) - Number(x.place.suits(address)))
}

const flowFrom = (
  open: Port[],
  connections: Connections,
  transport: Transport,
  to: Endpoint,
  listener: number | undefined,
  trust: Trust | undefined,
): Flow | undefined => {
  const address = canonical(to.address)
  if (address === undefined || !(to.port > 0 && to.port < 65_536)) return undefined
  const able = portsFor(open, transport, address, listener)
  if (transport !== 'udp') {
    for (const { place } of able) {
      const known = connections.find(transport, place.listener, { address, port: to.port }, trust)
      if (known) return known
    }
  }
  return able[0]?.flowTo({ address, port: to.port }, trust)
}

/** Binds every listener; the first that cannot be bound undoes the rest. Nothing is delivered before `start`. */
export const openWire = async (options: WireOptions): Promise<Result<OpenWire, BindProblem>> => {
  const limits = { ...DEFAULT_LIMITS, ...options.limits }
  const inbox = new Inbox(options.log)
  const connections = new Connections(limits, options.exempt ?? (() => false), inbox)
  const open: Port[] = []
  const ports: StreamPorts = { inbox, connections, limits }
  const problem = await openAll({ options, ports }, open)
  const closeAll = async (): Promise<void> => {
    const closing = open.map((port) => port.close())
    await connections.close(GRACE_MS)
    await Promise.all(closing)
  }
  if (problem) {
    await closeAll()
    return err(problem)
  }
  const bound: Partial<Record<Transport, number>>[] = options.listeners.map(() => ({}))
  for (const { place } of open) (bound[place.listener] ?? {})[place.transport] = place.bound.port
  let closed: Promise<void> | undefined
  return ok({
    bound,
    start: (user: WireUser) => inbox.start(user),
    flowTo: (transport, to, listener, trust) =>
      closed ? undefined : flowFrom(open, connections, transport, to, listener, trust),
    close: () => (closed ??= closeAll()),
    attachSipWebSocket: (server, { transport, listener, bound }) => {
      const place = createPlace(
        transport,
        listener,
        bound,
        options.listeners[listener]?.advertised,
        bound.address === '::',
      )
      open.push({ ...attachWebSocket(server, place, options, ports), flowTo: nobody })
    },
    figures: () => ({
      connections: connections.count,
      refused: connections.refused,
      dropped: open.reduce((sum, port) => sum + (port.dropped ?? 0), 0),
    }),
  })
}
