import type { Server as HttpServer } from 'node:http'
import type { Log } from '#lib/log'
import type { Endpoint, Transport, Wire, WireUser } from '#lib/wire'

/** One item of sip_addr: an address per transport (port 0: any free one). */
export type ListenerOptions = {
  transports: Partial<Record<Transport, Endpoint>>
  /** Told to others instead of the bound address; without it a listener on every address tells the one nearest to the peer. */
  advertised?: string
}

export type WireLimits = {
  /** A connection without octets in either direction ends after this. */
  idleMs: number
  connectMs: number
  /** TLS handshake, and the HTTP request that opens a WebSocket. */
  handshakeMs: number
  /** Octets a peer may leave unread before its connection is cut. */
  unreadOctets: number
  connectionsPerSource: number
  connections: number
  /** WebSocket pings; a peer that missed one is dropped at the next. */
  pingMs: number
  webSocketOctets: number
}

export const DEFAULT_LIMITS: WireLimits = {
  idleMs: 30 * 60_000,
  connectMs: 10_000,
  handshakeMs: 10_000,
  unreadOctets: 1024 * 1024,
  connectionsPerSource: 200,
  connections: 20_000,
  pingMs: 30_000,
  webSocketOctets: 64 * 1024,
}

export type WireOptions = {
  listeners: ListenerOptions[]
  /**
   * PEM texts. `authorities`: peers called over TLS must show a certificate of these; without it any is taken. `peers`:
   * it must be for one of these names or addresses too.
   */
  tls?: { certificate: string; key: string; authorities?: string; peers?: readonly string[] }
  log: Log
  limits?: Partial<WireLimits>
  /** Sources free of the per-source limit: trunks, proxies. */
  exempt?: (address: string) => boolean
  /** WebSocket Origin; the default lets everyone in. */
  allowOrigin?: (origin: string | undefined) => boolean
  /** False: UDP by Node's own sockets even where batches would work. */
  native?: boolean
}

export type WireFigures = {
  connections: number
  /** Connections turned away by a limit. */
  refused: number
  /** UDP datagrams that could not be sent. */
  dropped: number
}

/** Where an attached server listens, and the listener its flows count to. */
export type AttachedPlace = { transport: 'ws' | 'wss'; listener: number; bound: Endpoint }

export type OpenWire = Wire & {
  /** Begins delivery; what came since the binding is delivered first. */
  start(user: WireUser): void
  /** The real port per listener and transport. */
  readonly bound: Partial<Record<Transport, number>>[]
  figures(): WireFigures
  /** Lets another HTTP server answer subprotocol `sip` too (RFC 7118); upgrades to anything else are left to their owner. */
  attachSipWebSocket(server: HttpServer, as: AttachedPlace): void
}
