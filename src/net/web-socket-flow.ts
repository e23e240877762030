import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { Endpoint } from '#lib/wire'
import { type Connection, nextConnection } from './connections.ts'
import type { Place } from './place.ts'
import type { StreamPorts } from './stream-flow.ts'

const LINGER_MS = 2000
const GOING_AWAY = 1001

const strict = new TextDecoder('utf-8', { fatal: true })
const isUtf8 = (octets: Buffer): boolean => {
  try {
    strict.decode(octets)
    return true
  } catch {
    return false
  }
}

const uncork = (flow: WebSocketFlow): void => flow.release()

/** SIP over WebSocket, RFC 7118: one WebSocket message is one SIP message, text or binary. */
export class WebSocketFlow implements Connection {
  readonly transport: 'ws' | 'wss'
  readonly connection: number = nextConnection()
  readonly address: string
  readonly port: number
  readonly local: Endpoint
  /** Nobody is called by WebSocket. */
  readonly proven = true
  readonly #webSocket: WebSocket
  readonly #socket: Socket
  readonly #place: Place
  readonly #unread: number
  #corked = false
  #alive = true

  constructor(webSocket: WebSocket, socket: Socket, place: Place, peer: Endpoint, ports: StreamPorts) {
    this.transport = place.transport === 'wss' ? 'wss' : 'ws'
    this.#webSocket = webSocket
    this.#socket = socket
    this.#place = place
    this.#unread = ports.limits.unreadOctets
    this.address = peer.address
    this.port = peer.port
    this.local = place.localTowards(peer.address)
    webSocket.on('message', (octets: Buffer) => {
      this.#alive = true
      if (this.open) ports.inbox.data(this, octets)
    })
    webSocket.on('pong', () => {
      this.#alive = true
    })
    webSocket.on('error', () => {})
    webSocket.on('close', () => ports.connections.remove(this))
    ports.connections.add(this)
  }

  get reliable(): boolean {
    return true
  }
  get listener(): number {
    return this.#place.listener
  }
  get open(): boolean {
    return this.#webSocket.readyState === this.#webSocket.OPEN
  }

  send(octets: string): boolean {
    if (!this.open) return false
    if (!this.#corked) {
      this.#corked = true
      this.#socket.cork()
      process.nextTick(uncork, this)
    }
    const data = Buffer.from(octets, 'latin1')
    // A text frame must be UTF-8, RFC 6455 §5.6; a body of other octets goes as binary.
    this.#webSocket.send(data, { binary: !isUtf8(data) })
    if (this.#webSocket.bufferedAmount <= this.#unread) return true
    this.release()
    if (this.#webSocket.bufferedAmount <= this.#unread) return true
    this.#webSocket.terminate()
    return false
  }

  release(): void {
    if (!this.#corked) return
    this.#corked = false
    this.#socket.uncork()
  }

  /** Asks for a sign of life; a peer that gave none since the last question is gone. */
  ping(): void {
    if (!this.#alive) this.destroy()
    this.#alive = false
    if (this.open) this.#webSocket.ping()
  }

  close(): void {
    if (!this.open) return
    this.release()
    this.#webSocket.close(GOING_AWAY)
    setTimeout(() => this.destroy(), LINGER_MS).unref()
  }

  destroy(): void {
    this.#webSocket.terminate()
  }
}
