import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { err, ok, type Result } from '#lib/result'
import type { Endpoint } from '#lib/wire'
import { codeOf } from './bind-problem.ts'
import type { Inbox } from './inbox.ts'
import type { Place } from './place.ts'
import type { OpenUdp, UdpBinding } from './udp-binding.ts'
import { type UdpFlow, UdpFlows } from './udp-flow.ts'
import { LARGEST_DATAGRAM } from './udp-outbox.ts'

const QUEUED_OCTETS = 1024 * 1024
const BUFFER_OCTETS = 4 * 1024 * 1024

/** Addresses here are always literal: Node's own look-up would only cost time. */
const lookup = (
  host: string,
  _options: unknown,
  done: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void => done(null, host, host.includes(':') ? 6 : 4)

/** UDP with nothing but Node's own sockets: one system call per datagram. */
class PlainUdp implements OpenUdp {
  readonly place: Place
  open = true
  dropped = 0
  readonly #socket: Socket
  readonly #ipv6: boolean
  readonly #flows: UdpFlows = new UdpFlows(this)
  readonly #sent = (problem: Error | null): void => {
    if (problem) this.dropped++
  }

  constructor(socket: Socket, place: Place, inbox: Inbox) {
    this.#socket = socket
    this.place = place
    this.#ipv6 = place.bound.address.includes(':')
    socket.on('message', (octets: Buffer, from: RemoteInfo) => {
      const flow = this.#flows.findText(from.address, from.port)
      if (flow) inbox.data(flow, octets)
    })
  }

  transmit(flow: UdpFlow, octets: string): boolean {
    if (!this.open || octets.length > LARGEST_DATAGRAM) return false
    if (this.#socket.getSendQueueSize() > QUEUED_OCTETS) {
      this.dropped++
      return false
    }
    const address = this.#ipv6 && flow.ipv4 ? `::ffff:${flow.address}` : flow.address
    this.#socket.send(Buffer.from(octets, 'latin1'), flow.port, address, this.#sent)
    return true
  }

  flowTo(to: Endpoint): UdpFlow | undefined {
    return this.#flows.findText(to.address, to.port)
  }

  close(): Promise<void> {
    if (!this.open) return Promise.resolve()
    this.open = false
    return new Promise((resolve) => this.#socket.close(() => resolve()))
  }
}

export const openPlainUdp = async (
  { at, dual, placeAt }: UdpBinding,
  inbox: Inbox,
): Promise<Result<OpenUdp, string>> => {
  const ipv6 = at.address.includes(':')
  const socket = createSocket({ type: ipv6 ? 'udp6' : 'udp4', ipv6Only: ipv6 && !dual, lookup })
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind({ port: at.port, address: at.address, exclusive: true }, resolve)
    })
  } catch (problem) {
    socket.close()
    return err(codeOf(problem))
  }
  socket.removeAllListeners('error')
  socket.on('error', () => {})
  try {
    socket.setRecvBufferSize(BUFFER_OCTETS)
    socket.setSendBufferSize(BUFFER_OCTETS)
  } catch {
    // The system's own size then.
  }
  return ok(new PlainUdp(socket, placeAt(socket.address().port), inbox))
}
