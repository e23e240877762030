import type { Socket } from 'node:net'
import type { Endpoint, Flow, Transport, Trust } from '#lib/wire'
import { canonical } from './address.ts'
import type { Inbox } from './inbox.ts'
import type { WireLimits } from './options.ts'

/** A flow that lives on a connection. */
export type Connection = Flow & {
  /** Its peer has shown what peers called from here must show. */
  readonly proven: boolean
  /** Cuts it at once. */
  destroy(): void
}

let numbers = 0
/** Never used twice in the life of the process; never 0, which means UDP. */
export const nextConnection = (): number => ++numbers

const keyOf = (transport: Transport, listener: number, address: string, port: number): string =>
  `${transport} ${listener} ${address} ${port}`

/** Every connection: admitted by count, found by where the peer is, forgotten when it ends. */
export class Connections {
  refused = 0
  readonly #limits: WireLimits
  readonly #exempt: (address: string) => boolean
  readonly #inbox: Inbox
  readonly #byPeer = new Map<string, Connection>()
  readonly #all = new Set<Connection>()
  readonly #perSource = new Map<string, number>()
  #sockets = 0

  constructor(limits: WireLimits, exempt: (address: string) => boolean, inbox: Inbox) {
    this.#limits = limits
    this.#exempt = exempt
    this.#inbox = inbox
  }

  get count(): number {
    return this.#sockets
  }

  /** Counts a socket a peer opened until it closes; false (and the socket is cut) when there are too many. */
  admit(socket: Socket): boolean {
    const source = canonical(socket.remoteAddress ?? '')
    const ours = source === undefined ? 0 : (this.#perSource.get(source) ?? 0)
    const full = this.#sockets >= this.#limits.connections
    const greedy = source !== undefined && ours >= this.#limits.connectionsPerSource && !this.#exempt(source)
    // Without an address the peer is gone already.
    if (source === undefined || full || greedy) {
      this.refused++
      socket.destroy()
      return false
    }
    this.#perSource.set(source, ours + 1)
    this.#sockets++
    socket.once('close', () => {
      this.#sockets--
      const left = (this.#perSource.get(source) ?? 1) - 1
      if (left > 0) this.#perSource.set(source, left)
      else this.#perSource.delete(source)
    })
    return true
  }

  /** The same for a socket of our own making: only the total counts. */
  admitOwn(socket: Socket): boolean {
    if (this.#sockets >= this.#limits.connections) {
      this.refused++
      socket.destroy()
      return false
    }
    this.#sockets++
    socket.once('close', () => this.#sockets--)
    return true
  }

  add(connection: Connection): void {
    this.#all.add(connection)
    const { transport, listener, address, port } = connection
    this.#byPeer.set(keyOf(transport, listener, address, port), connection)
  }

  /** Called once, when the connection has ended. */
  remove(connection: Connection): void {
    if (!this.#all.delete(connection)) return
    const { transport, listener, address, port } = connection
    const key = keyOf(transport, listener, address, port)
    if (this.#byPeer.get(key) === connection) this.#byPeer.delete(key)
    this.#inbox.closed(connection)
  }

  find(
    transport: Transport,
    listener: number,
    { address, port }: Endpoint,
    trust?: Trust,
  ): Connection | undefined {
    const found = this.#byPeer.get(keyOf(transport, listener, address, port))
    return found?.open && (found.proven || trust === 'anyone') ? found : undefined
  }

  /** Polite first, certain after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    for (const connection of this.#all) connection.close()
    const end = performance.now() + graceMs
    while (this.#all.size > 0 && performance.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 5))
    for (const connection of this.#all) connection.destroy()
  }
}
