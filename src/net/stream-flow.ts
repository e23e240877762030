import type { Socket } from 'node:net'
import type { Endpoint } from '#lib/wire'
import { type Connection, type Connections, nextConnection } from './connections.ts'
import type { Inbox } from './inbox.ts'
import type { WireLimits } from './options.ts'
import type { Place } from './place.ts'

const LINGER_MS = 2000

/** What every stream of the room shares. */
export type StreamPorts = { inbox: Inbox; connections: Connections; limits: WireLimits }

const uncork = (flow: StreamFlow): void => flow.release()

/** A TCP or TLS connection. Writes of one turn leave together; before the connection stands they wait in the socket. */
export class StreamFlow implements Connection {
  readonly connection: number = nextConnection()
  readonly address: string
  readonly port: number
  readonly local: Endpoint
  readonly proven: boolean
  readonly #socket: Socket
  readonly #place: Place
  readonly #unread: number
  #corked = false

  constructor(socket: Socket, place: Place, peer: Endpoint, ports: StreamPorts, proven: boolean) {
    this.#socket = socket
    this.#place = place
    this.#unread = ports.limits.unreadOctets
    this.address = peer.address
    this.port = peer.port
    this.proven = proven
    this.local = place.localTowards(peer.address)
    socket.setNoDelay(true)
    socket.setKeepAlive(true, 60_000)
    socket.on('data', (octets: Buffer) => {
      if (this.open) ports.inbox.data(this, octets)
    })
    socket.on('timeout', () => socket.destroy())
    // The cause of an end is of no use to the layers above: they learn of it by `close`.
    socket.on('error', () => {})
    socket.on('close', () => ports.connections.remove(this))
    ports.connections.add(this)
  }

  get transport(): 'tcp' | 'tls' {
    return this.#place.transport as 'tcp' | 'tls'
  }
  get reliable(): boolean {
    return true
  }
  get listener(): number {
    return this.#place.listener
  }
  get open(): boolean {
    return !this.#socket.destroyed && !this.#socket.writableEnded
  }

  send(octets: string): boolean {
    if (!this.open) return false
    if (!this.#corked) {
      this.#corked = true
      this.#socket.cork()
      process.nextTick(uncork, this)
    }
    this.#socket.write(octets, 'latin1')
    if (this.#socket.writableLength <= this.#unread) return true
    // Much may be written in one turn: it counts as unread only once the kernel would not take it.
    this.release()
    if (this.#socket.writableLength <= this.#unread) return true
    this.#socket.destroy()
    return false
  }

  release(): void {
    if (!this.#corked) return
    this.#corked = false
    this.#socket.uncork()
  }

  close(): void {
    if (!this.open) return
    this.release()
    this.#socket.end()
    setTimeout(() => this.#socket.destroy(), LINGER_MS).unref()
  }

  destroy(): void {
    this.#socket.destroy()
  }
}
