import { createServer, type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import { WebSocketServer } from 'ws'
import { err, ok, type Result } from '#lib/result'
import { createAdmission, type Refused, sourceOf } from './admission.ts'
import { type Attended, attend } from './client.ts'
import { configMessages } from './config-messages.ts'
import { dialogMessages } from './dialog-messages.ts'
import { createDispatch } from './dispatch.ts'
import { createRemoteEvents } from './events.ts'
import { createFuture } from './future.ts'
import { logMessages } from './log-messages.ts'
import type { RemoteDoor, RemoteHouse } from './ports.ts'
import { serverMessages } from './server-messages.ts'
import { smsMessages } from './sms-messages.ts'
import { userMessages } from './user-messages.ts'

export type RemoteApi = {
  /** Where it really listens. */
  at: { address: string; port: number }
  /** Clients connected. */
  readonly count: number
  close(): Promise<void>
}

type Duplex = Parameters<WebSocketServer['handleUpgrade']>[1]

/** `bind`: the address cannot be had; `certificate`: com_ssl_certificate or com_ssl_key are no use. */
export type RemoteFault = { kind: 'bind' | 'certificate'; text: string }

const MOST_CLIENTS = 100
/** Connections that have not yet said what they want are among these. */
const MOST_CONNECTIONS = 500
const MOST_OCTETS = 256 * 1024
const CLOSING_MS = 500
const HANDSHAKE_MS = 10_000
const TIMES = { headersTimeout: 10_000, requestTimeout: 10_000, keepAliveTimeout: 1000 }
const HINT = `The remote API is a WebSocket: npx tandem api '{"message":"help"}'\n`

const refuse = (socket: Duplex, { status, text }: NonNullable<Refused>): void => {
  const body = `${text}\n`
  const head = `Connection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}`
  socket.end(`HTTP/1.1 ${status}\r\n${head}\r\n\r\n${body}`, () => socket.destroy())
}

const createHttp = ({ tls }: RemoteDoor): Result<Server, RemoteFault> => {
  try {
    if (!tls) return ok(createServer(TIMES))
    const { certificate: cert, key, peerVerify } = tls
    const verify = peerVerify && { requestCert: true, rejectUnauthorized: true, ca: cert }
    return ok(
      createSecureServer({
        ...TIMES,
        cert,
        key,
        minVersion: 'TLSv1.2',
        handshakeTimeout: HANDSHAKE_MS,
        ...verify,
      }),
    )
  } catch (problem) {
    return err({ kind: 'certificate', text: `com_ssl_certificate: ${(problem as Error).message}` })
  }
}

const adviceOn = ({ code = '', message }: NodeJS.ErrnoException): string => {
  if (code === 'EADDRINUSE') return `${message}: stop the other program, or choose another port`
  if (code === 'EADDRNOTAVAIL') return `${message}: this machine has no such address`
  return message
}

const listen = (server: Server, { address, port }: RemoteDoor['at']): Promise<Result<number, RemoteFault>> =>
  new Promise((resolve) => {
    server.once('error', (error) => resolve(err({ kind: 'bind', text: `com_addr: ${adviceOn(error)}` })))
    server.listen({ host: address, port }, () => {
      const bound = server.address()
      resolve(ok(typeof bound === 'object' && bound ? bound.port : port))
    })
  })

/** Everything behind the door: what a client may say, and who hears of events. */
const createRoom = (house: RemoteHouse) => {
  const clients = new Set<Attended>()
  const forgetLogs = (): void => {
    for (const { desk } of clients) desk.logs.forget()
  }
  const { timers, log } = house
  const messages = [
    ...configMessages(house),
    ...logMessages(house, forgetLogs),
    ...serverMessages(house),
    ...userMessages(house),
    ...smsMessages(house),
    ...dialogMessages(house),
  ]
  const ports = {
    dispatch: createDispatch({ messages, log, wallMs: () => timers.clock.wallMs() }),
    future: createFuture(timers),
    ...{ log, timers },
  }
  const silence = createRemoteEvents(house, {
    hears: (event) => {
      for (const { desk } of clients) if (desk.events.has(event)) return true
      return false
    },
    tell: (event, text) => {
      for (const client of clients) client.tell(event, text)
    },
  })
  return { clients, ports, silence }
}

/** The remote API of the manual's section 6: JSON over WebSocket (RFC 6455) on com_addr. */
export const serveRemoteApi = async (
  house: RemoteHouse,
  door: RemoteDoor,
): Promise<Result<RemoteApi, RemoteFault>> => {
  const http = createHttp(door)
  if (!http.ok) return http
  const server = http.value
  const { clients, ports, silence } = createRoom(house)
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false, maxPayload: MOST_OCTETS })
  const admit = createAdmission(door)

  const onUpgrade = async (request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    socket.on('error', () => {})
    const refused = await admit(request)
    if (socket.destroyed) return
    if (refused) return refuse(socket, refused)
    if (clients.size >= MOST_CLIENTS)
      return refuse(socket, {
        status: '503 Service Unavailable',
        text: `${MOST_CLIENTS} clients are here already`,
      })
    sockets.handleUpgrade(request, socket, head, (webSocket) => {
      const client = attend(webSocket, `${sourceOf(request)}:${request.socket.remotePort ?? 0}`, ports)
      clients.add(client)
      webSocket.on('close', () => clients.delete(client))
    })
  }
  server.maxConnections = MOST_CONNECTIONS
  server.on('upgrade', (request, socket, head) => void onUpgrade(request, socket, head))
  server.on('request', (_request, response) => {
    response
      .writeHead(426, STATUS_CODES[426], { upgrade: 'websocket', 'content-type': 'text/plain' })
      .end(HINT)
  })
  const listening = await listen(server, door.at)
  if (!listening.ok) {
    silence()
    return listening
  }
  server.on('error', () => {})
  const close = async (): Promise<void> => {
    silence()
    const closed = new Promise((done) => server.close(done))
    for (const client of clients) client.close()
    const late = setTimeout(() => {
      for (const client of clients) client.terminate()
      server.closeAllConnections()
    }, CLOSING_MS)
    server.closeIdleConnections()
    await closed
    clearTimeout(late)
  }
  return ok({
    at: { address: door.at.address, port: listening.value },
    get count() {
      return clients.size
    },
    close,
  })
}
