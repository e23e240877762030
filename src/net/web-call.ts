import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { bugText, type Log } from '#lib/log'
import type { LinkUser, MessageLink } from '#lib/message-link'
import { err, ok, type Result } from '#lib/result'
import type { Endpoint } from '#lib/wire'
import { type BindProblem, toBindProblem } from './bind-problem.ts'
import { Connections } from './connections.ts'
import { Inbox } from './inbox.ts'
import { DEFAULT_LIMITS, type OpenWire } from './options.ts'
import { closeServer, listen, peerOf } from './streams.ts'
import { createHttp, refuseProtocol, refuseUpgrade, wants, wantsSip } from './web-socket.ts'

export type WebCallOptions = {
  listeners: { at: Endpoint; secure: boolean }[]
  tls?: { certificate: string; key: string }
  /** The subprotocol that is answered here; `sip` on the same ports goes to `wire`. */
  subprotocol: string
  wire?: Pick<OpenWire, 'attachSipWebSocket'>
  /** `origin` is undefined for clients that are no pages. */
  allowOrigin: (origin: string | undefined, host: string | undefined, address: string) => boolean
  /** False: turned away at once. */
  admit: (address: string) => boolean
  onLink: (link: MessageLink) => LinkUser
  exempt?: (address: string) => boolean
  log: Log
  pingMs?: number
  /** Connections of one address; default 600. */
  perSource?: number
}

export type OpenWebCall = {
  readonly bound: { at: Endpoint; secure: boolean }[]
  /** Answers upgrades of a server that is not ours too: pages then need no second port, and no second certificate. */
  attach(server: HttpServer, at: Endpoint, secure: boolean): void
  close(): Promise<void>
}

const PING_MS = 20_000
/** A peer that answered none of so many pings is gone. */
const MOST_UNANSWERED = 2
const MOST_OCTETS = 64 * 1024
const MOST_UNREAD = 1024 * 1024
/** An office behind one address has many phones. */
const PER_SOURCE = 600
const LINGER_MS = 2000
const GOING_AWAY = 1001
/** RFC 6455 §7.4.1: a close without a code, and none at all. */
const [NO_CODE, NO_WORD] = [1005, 1006]

/** One WebSocket as the rest of the house sees it, and its signs of life. */
const createLink = (
  webSocket: WebSocket,
  request: IncomingMessage,
  ends: { peer: Endpoint; local: Endpoint; secure: boolean },
  limitMs: number,
) => {
  let unanswered = 0
  let isOurs = false
  let pings = 0
  /** By the number of the ping that went right behind what is to be proven. */
  const proofs = new Map<number, (had: boolean) => void>()
  const settle = (upTo: number, had: boolean): void => {
    for (const [number, done] of proofs) {
      if (number > upTo) continue
      proofs.delete(number)
      done(had)
    }
  }
  const isOpen = (): boolean => webSocket.readyState === webSocket.OPEN
  const link: MessageLink = {
    ...ends.peer,
    ...{ local: ends.local, secure: ends.secure },
    ...{ origin: request.headers.origin, host: request.headers.host },
    get open() {
      return isOpen()
    },
    send(text) {
      if (!isOpen()) return false
      webSocket.send(text)
      if (webSocket.bufferedAmount <= MOST_UNREAD) return true
      webSocket.terminate()
      return false
    },
    proven() {
      if (!isOpen()) return Promise.resolve(false)
      webSocket.ping(`${++pings}`)
      const { promise, resolve } = Promise.withResolvers<boolean>()
      // What it has not answered it may not have: nobody is to believe that it has, and it shall begin anew.
      const timer = setTimeout(() => webSocket.terminate(), limitMs).unref()
      proofs.set(pings, resolve)
      return promise.finally(() => clearTimeout(timer))
    },
    close(code = GOING_AWAY) {
      if (!isOpen()) return
      isOurs = true
      webSocket.close(code)
      setTimeout(() => webSocket.terminate(), LINGER_MS).unref()
    },
  }
  return {
    link,
    alive: () => {
      unanswered = 0
    },
    /** RFC 6455 §5.5.3: of several pings only the last one may be answered. */
    pong: (octets: Buffer) => {
      unanswered = 0
      const number = Number(octets.toString('latin1'))
      // RFC 6455 §5.5.3: one that answers none of our pings is allowed, and proves nothing.
      if (Number.isSafeInteger(number) && number <= pings) settle(number, true)
    },
    ping: () => {
      if (unanswered++ >= MOST_UNANSWERED) webSocket.terminate()
      else if (isOpen()) webSocket.ping(`${++pings}`)
    },
    closed: () => settle(pings, false),
    /** What the peer has said, not its echo of ours; 1005 and 1006 are nobody's words. */
    saidOf: (code: number): number | undefined =>
      isOurs || code === NO_CODE || code === NO_WORD ? undefined : code,
    end: () => webSocket.terminate(),
  }
}

/** Takes upgrades to the subprotocol and gives each connection to `onLink`. */
const createUpgrade = (options: WebCallOptions, admit: (socket: Socket) => boolean, secure: boolean) => {
  const { log, subprotocol } = options
  const ours = options.wire ? [subprotocol, 'sip'] : [subprotocol]
  const open = new Set<ReturnType<typeof createLink>>()
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MOST_OCTETS,
    handleProtocols: () => subprotocol,
  })
  const pinging = setInterval(() => {
    for (const { ping } of open) ping()
  }, options.pingMs ?? PING_MS)
  pinging.unref()

  const begin = (webSocket: WebSocket, request: IncomingMessage, socket: Socket, peer: Endpoint): void => {
    const local = { address: socket.localAddress ?? '', port: socket.localPort ?? 0 }
    const made = createLink(webSocket, request, { peer, local, secure }, options.pingMs ?? PING_MS)
    open.add(made)
    const user = options.onLink(made.link)
    // What one message does wrong ends its connection, not the house.
    const guarded = (run: () => void): void => {
      try {
        run()
      } catch (bug) {
        log.write('app', 'error', bugText(bug), { user: peer.address })
        made.end()
      }
    }
    webSocket.on('message', (octets: Buffer) => {
      made.alive()
      guarded(() => user.onMessage(octets.toString('utf8')))
    })
    webSocket.on('pong', made.pong)
    webSocket.on('error', () => {})
    webSocket.once('close', (code: number) => {
      open.delete(made)
      made.closed()
      guarded(() => user.onClose(made.saidOf(code)))
    })
  }

  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (options.wire !== undefined && wantsSip(request)) return
    socket.on('error', () => {})
    const peer = socket instanceof Socket ? peerOf(socket) : undefined
    if (!(socket instanceof Socket) || !peer) return void socket.destroy()
    if (!wants(request, subprotocol)) return refuseProtocol(socket, ...ours)
    if (!options.admit(peer.address)) return refuseUpgrade(socket, 429)
    if (!admit(socket)) return
    const { origin, host } = request.headers
    if (!options.allowOrigin(origin, host, peer.address)) return refuseUpgrade(socket, 403)
    server.handleUpgrade(request, socket, head, (webSocket) => begin(webSocket, request, socket, peer))
  }
  const close = (): void => {
    clearInterval(pinging)
    for (const { link } of open) link.close()
  }
  return { onUpgrade, close, end: () => [...open].forEach(({ end }) => void end()) }
}

/** Binds every listener; the first that cannot be bound undoes the rest. */
export const openWebCall = async (options: WebCallOptions): Promise<Result<OpenWebCall, BindProblem>> => {
  const limits = { ...DEFAULT_LIMITS, connectionsPerSource: options.perSource ?? PER_SOURCE }
  const connections = new Connections(limits, options.exempt ?? (() => false), new Inbox(options.log))
  const opened: { server: HttpServer; upgrade: ReturnType<typeof createUpgrade> }[] = []
  const attached: ReturnType<typeof createUpgrade>[] = []
  const bound: OpenWebCall['bound'] = []
  const serve = (
    server: HttpServer,
    at: Endpoint,
    secure: boolean,
    admit: (socket: Socket) => boolean,
  ): ReturnType<typeof createUpgrade> => {
    const upgrade = createUpgrade(options, admit, secure)
    server.on('upgrade', upgrade.onUpgrade)
    options.wire?.attachSipWebSocket(server, { transport: secure ? 'wss' : 'ws', listener: 0, bound: at })
    return upgrade
  }
  const close = async (): Promise<void> => {
    for (const upgrade of [...attached, ...opened.map((one) => one.upgrade)]) upgrade.close()
    const closing = opened.map(({ server }) => closeServer(server))
    await new Promise((done) => setTimeout(done, opened.length > 0 ? 50 : 0))
    for (const upgrade of attached) upgrade.end()
    for (const { upgrade, server } of opened) {
      upgrade.end()
      server.closeAllConnections()
    }
    await Promise.all(closing)
  }
  for (const { at, secure } of options.listeners) {
    const transport = secure ? 'wss' : 'ws'
    const made = createHttp(secure, options, limits.handshakeMs)
    const listening = made.ok ? await listen(made.value, { at, dual: at.address === '::' }) : made
    if (!made.ok || !listening.ok) {
      await close()
      return err(toBindProblem(transport, at, listening.ok ? '' : listening.error))
    }
    const place = { address: at.address, port: listening.value }
    // Of our own servers each connection counts from its beginning: many ask for nothing and go on asking.
    made.value.on('connection', (socket) => connections.admit(socket))
    opened.push({ server: made.value, upgrade: serve(made.value, place, secure, () => true) })
    bound.push({ at: place, secure })
  }
  const attach: OpenWebCall['attach'] = (server, at, secure) =>
    attached.push(serve(server, at, secure, (socket) => connections.admit(socket)))
  return ok({ bound, attach, close })
}
