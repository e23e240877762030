import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingMessage,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { err, ok, type Result } from '#lib/result'
import type { WireOptions } from './options.ts'
import type { Place } from './place.ts'
import type { StreamPorts } from './stream-flow.ts'
import { closeServer, listen, peerOf, type StreamBinding } from './streams.ts'
import { WebSocketFlow } from './web-socket-flow.ts'

const SUBPROTOCOL = 'sip'
const CHECK_MS = 2000

export type OpenWebSocket = { readonly place: Place; close(): Promise<void> }

/** Answers HTTP upgrades that ask for SIP. */
export type SipUpgrade = {
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Ends the pinging; the connections are the caller's. */
  close(): void
}

/** True when the client offers that subprotocol, RFC 6455 §4.2.1. */
export const wants = (request: IncomingMessage, subprotocol: string): boolean =>
  (request.headers['sec-websocket-protocol'] ?? '').split(',').some((name) => name.trim() === subprotocol)

/** RFC 7118 §4. */
export const wantsSip = (request: IncomingMessage): boolean => wants(request, SUBPROTOCOL)

/** Ends an upgrade; `words` are for who writes the client. */
export const refuseUpgrade = (socket: Duplex, status: number, words = ''): void => {
  const type = words === '' ? '' : 'Content-Type: text/plain\r\n'
  const head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\n${type}`
  socket.end(`${head}Content-Length: ${words.length}\r\n\r\n${words}`, () => socket.destroy())
}

/** Ends an upgrade that asked for no subprotocol of ours. */
export const refuseProtocol = (socket: Duplex, ...ours: string[]): void =>
  refuseUpgrade(socket, 400, `A WebSocket has to ask for a subprotocol here: ${ours.join(' or ')}.\n`)

const createSipUpgrade = (
  placeOf: () => Place | undefined,
  allowOrigin: (origin: string | undefined) => boolean,
  ports: StreamPorts,
): SipUpgrade => {
  const flows = new Set<WebSocketFlow>()
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: ports.limits.webSocketOctets,
    handleProtocols: () => SUBPROTOCOL,
  })
  const pinging = setInterval(() => {
    for (const flow of flows) flow.ping()
  }, ports.limits.pingMs)
  pinging.unref()
  return {
    upgrade: (request, socket, head) => {
      socket.on('error', () => {})
      const place = placeOf()
      const peer = socket instanceof Socket ? peerOf(socket) : undefined
      if (!place || !peer || !(socket instanceof Socket)) return void socket.destroy()
      if (!wantsSip(request)) return refuseProtocol(socket, SUBPROTOCOL)
      if (!allowOrigin(request.headers.origin)) return refuseUpgrade(socket, 403)
      server.handleUpgrade(request, socket, head, (webSocket) => {
        const flow = new WebSocketFlow(webSocket, socket, place, peer, ports)
        flows.add(flow)
        webSocket.once('close', () => flows.delete(flow))
      })
    },
    close: () => clearInterval(pinging),
  }
}

const onPlainRequest = (_request: IncomingMessage, response: ServerResponse): void => {
  const text = 'Only WebSockets are served here (subprotocol sip, RFC 7118, or web-call-protocol).\n'
  response
    .writeHead(426, { Upgrade: 'websocket', Connection: 'close', 'Content-Type': 'text/plain' })
    .end(text)
}

export const createHttp = (
  secure: boolean,
  options: Pick<WireOptions, 'tls'>,
  handshakeMs: number,
): Result<HttpServer, string> => {
  const times = {
    headersTimeout: handshakeMs,
    requestTimeout: handshakeMs,
    keepAliveTimeout: 1000,
    connectionsCheckingInterval: Math.min(CHECK_MS, handshakeMs),
  }
  if (!secure) return ok(createHttpServer(times, onPlainRequest))
  if (!options.tls) return err('ECERT')
  const { certificate, key } = options.tls
  try {
    const tls = { cert: certificate, key, handshakeTimeout: handshakeMs, ALPNProtocols: ['http/1.1'] }
    return ok(createHttpsServer({ ...times, ...tls }, onPlainRequest))
  } catch {
    return err('ECERT')
  }
}

export const openWebSocket = async (
  transport: 'ws' | 'wss',
  binding: StreamBinding,
  options: WireOptions,
  ports: StreamPorts,
): Promise<Result<OpenWebSocket, string>> => {
  const made = createHttp(transport === 'wss', options, ports.limits.handshakeMs)
  if (!made.ok) return made
  const server = made.value
  let place: Place | undefined
  const sip = createSipUpgrade(() => place, options.allowOrigin ?? (() => true), ports)
  server.on('connection', (socket) => ports.connections.admit(socket))
  server.on('upgrade', sip.upgrade)
  const listening = await listen(server, binding)
  if (!listening.ok) {
    sip.close()
    return listening
  }
  place = binding.placeAt(listening.value)
  const close = async (): Promise<void> => {
    sip.close()
    const closing = closeServer(server)
    server.closeAllConnections()
    await closing
  }
  return ok({ place, close })
}

/** Answers `sip` upgrades of a server that is not ours. Its sockets are counted from the upgrade on. */
export const attachWebSocket = (
  server: HttpServer,
  place: Place,
  options: WireOptions,
  ports: StreamPorts,
): OpenWebSocket => {
  const sip = createSipUpgrade(() => place, options.allowOrigin ?? (() => true), ports)
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (!wantsSip(request)) return
    if (socket instanceof Socket && ports.connections.admit(socket)) sip.upgrade(request, socket, head)
  }
  server.on('upgrade', onUpgrade)
  const close = async (): Promise<void> => {
    server.off('upgrade', onUpgrade)
    sip.close()
  }
  return { place, close }
}
