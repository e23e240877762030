import {
  connect as connectTcp,
  createServer as createTcpServer,
  isIP,
  type Server,
  type Socket,
} from 'node:net'
import {
  checkServerIdentity,
  connect as connectTls,
  createServer as createTlsServer,
  type PeerCertificate,
} from 'node:tls'
import { err, ok, type Result } from '#lib/result'
import type { Endpoint, Trust } from '#lib/wire'
import { canonical } from './address.ts'
import { codeOf } from './bind-problem.ts'
import type { WireOptions } from './options.ts'
import { isWildcard, type Place } from './place.ts'
import { StreamFlow, type StreamPorts } from './stream-flow.ts'

export type StreamBinding = { at: Endpoint; dual: boolean; placeAt(port: number): Place }

export type OpenStreams = {
  readonly place: Place
  /** Undefined when the machine holds as many connections as it may. */
  connect(to: Endpoint, trust?: Trust): StreamFlow | undefined
  /** Stops taking connections; those that stand are the caller's. */
  close(): Promise<void>
}

export type Tls = NonNullable<WireOptions['tls']>

/** Binds and tells the real port, or the system's word for why not. */
export const listen = async (
  server: Server,
  { at, dual }: Omit<StreamBinding, 'placeAt'>,
): Promise<Result<number, string>> => {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      const ipv6Only = at.address.includes(':') && !dual
      server.listen({ port: at.port, host: at.address, ipv6Only, backlog: 1024, exclusive: true }, resolve)
    })
  } catch (problem) {
    return err(codeOf(problem))
  }
  server.removeAllListeners('error')
  // Accepting can fail for want of descriptors: that passes.
  server.on('error', () => {})
  const address = server.address()
  return ok(typeof address === 'object' && address ? address.port : at.port)
}

export const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve())
  })

/** Where an accepted socket's peer is; undefined when it has gone already. */
export const peerOf = (socket: Socket): Endpoint | undefined => {
  const address = canonical(socket.remoteAddress ?? '')
  return address === undefined || socket.remotePort === undefined
    ? undefined
    : { address, port: socket.remotePort }
}

/** Connections leave from the address the listener is bound to, so that the peer knows where they come from. */
const startOf = (place: Place): { localAddress?: string } =>
  isWildcard(place.bound.address) ? {} : { localAddress: place.bound.address }

const opened = (
  socket: Socket,
  ready: string,
  place: Place,
  to: Endpoint,
  ports: StreamPorts,
  proven = true,
): StreamFlow => {
  socket.setTimeout(ports.limits.connectMs)
  socket.once(ready, () => socket.setTimeout(ports.limits.idleMs))
  return new StreamFlow(socket, place, to, ports, proven)
}

export const openTcp = async (
  binding: StreamBinding,
  ports: StreamPorts,
): Promise<Result<OpenStreams, string>> => {
  let place: Place | undefined
  const server = createTcpServer((socket) => {
    if (!place || !ports.connections.admit(socket)) return
    const peer = peerOf(socket)
    if (!peer) return void socket.destroy()
    socket.setTimeout(ports.limits.idleMs)
    new StreamFlow(socket, place, peer, ports, true)
  })
  const listening = await listen(server, binding)
  if (!listening.ok) return listening
  const here = binding.placeAt(listening.value)
  place = here
  const connect = (to: Endpoint): StreamFlow | undefined => {
    const socket = connectTcp({ host: to.address, port: to.port, ...startOf(here) })
    return ports.connections.admitOwn(socket) ? opened(socket, 'connect', here, to, ports) : undefined
  }
  return ok({ place: here, connect, close: () => closeServer(server) })
}

const createSecureServer = (tls: Tls, handshakeMs: number): Result<Server, string> => {
  try {
    return ok(createTlsServer({ cert: tls.certificate, key: tls.key, handshakeTimeout: handshakeMs }))
  } catch {
    return err('ECERT')
  }
}

/** Most peers are known by address here: a name in the certificate has nothing to be compared with. */
const strangerTo = (peers: Tls['peers'], certificate: PeerCertificate): Error | undefined => {
  const faults = peers?.map((name) => checkServerIdentity(name, certificate)) ?? []
  return faults.includes(undefined) ? undefined : faults[0]
}

export const openTls = async (
  binding: StreamBinding,
  tls: Tls,
  ports: StreamPorts,
): Promise<Result<OpenStreams, string>> => {
  const made = createSecureServer(tls, ports.limits.handshakeMs)
  if (!made.ok) return made
  const server = made.value
  let place: Place | undefined
  server.on('connection', (socket) => ports.connections.admit(socket))
  server.on('tlsClientError', (_problem: Error, socket: Socket) => socket.destroy())
  server.on('secureConnection', (socket: Socket) => {
    const peer = peerOf(socket)
    if (!place || !peer) return void socket.destroy()
    socket.setTimeout(ports.limits.idleMs)
    // Who calls us is not asked for a certificate.
    new StreamFlow(socket, place, peer, ports, tls.authorities === undefined)
  })
  const listening = await listen(server, binding)
  if (!listening.ok) return listening
  const here = binding.placeAt(listening.value)
  place = here
  const peer = tls.peers?.find((name) => !isIP(name))
  const connect = (to: Endpoint, trust?: Trust): StreamFlow | undefined => {
    const isAsked = tls.authorities !== undefined && trust !== 'anyone'
    const socket = connectTls({
      host: to.address,
      port: to.port,
      ...startOf(here),
      ...(tls.authorities === undefined ? {} : { ca: tls.authorities }),
      rejectUnauthorized: isAsked,
      ...(peer !== undefined && { servername: peer }),
      checkServerIdentity: (_, certificate) => strangerTo(tls.peers, certificate),
    })
    if (!ports.connections.admitOwn(socket)) return undefined
    return opened(socket, 'secureConnect', here, to, ports, isAsked || tls.authorities === undefined)
  }
  return ok({ place: here, connect, close: () => closeServer(server) })
}
