/** How a protocol library meets the network: it is handed flows, opens nothing, and can be tested on arrays. */
export type Transport = 'udp' | 'tcp' | 'tls' | 'ws' | 'wss'

export type Endpoint = { address: string; port: number }

/**
 * One path to a peer: for UDP an address seen or chosen, else a connection.
 * Text is Latin-1: one character is one octet.
 */
export type Flow = {
  readonly transport: Transport
  /** TCP, TLS, WS, WSS: delivery is the transport's business. */
  readonly reliable: boolean
  /** Number of the connection, unique in the process's life; 0 for UDP. */
  readonly connection: number
  /** Index of the listener (an item of sip_addr) it belongs to, and what that listener tells others as its address. */
  readonly listener: number
  readonly local: Endpoint
  /** Where the peer is. */
  readonly address: string
  readonly port: number
  readonly open: boolean
  /** False: over TLS, by which it need not have shown who it is. */
  readonly proven?: boolean
  /** Queues the octets; they leave in a batch at the end of the turn. False when closed or when the peer does not read. */
  send(octets: string): boolean
  close(): void
}

export type Trust = 'anyone'

/** For another connection to the same peer. */
export const trustLike = ({ proven }: Pick<Flow, 'proven'>): Trust | undefined =>
  proven === false ? 'anyone' : undefined

/** Who receives: whole messages for UDP and WebSocket, stream pieces else. `octets` may be reused after the call returns. */
export type WireUser = {
  onData(flow: Flow, octets: Buffer): void
  /** A connection ended; UDP never calls it. */
  onClose(flow: Flow): void
}

/**
 * Outbound side: finds or opens the path. Undefined: no listener has that transport or address family. Whoever is reached
 * over TLS must show a certificate of the authorities that are named, if any are; `anyone`: it need not (phones have
 * certificates of their own).
 */
export type Wire = {
  flowTo(transport: Transport, to: Endpoint, listener?: number, trust?: Trust): Flow | undefined
  close(): Promise<void>
}
