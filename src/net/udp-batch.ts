import { createSocket, type RemoteInfo, type Socket } from 'node:dgram'
import { err, ok, type Result } from '#lib/result'
import type { Endpoint } from '#lib/wire'
import { MAPPED, parseAddress, splitZone } from './address.ts'
import { codeOf } from './bind-problem.ts'
import { DatagramRing } from './datagram-ring.ts'
import type { Inbox } from './inbox.ts'
import { scopeOf } from './interfaces.ts'
import * as c from './libc.ts'
import type { Place } from './place.ts'
import type { OpenUdp, UdpBinding } from './udp-binding.ts'
import { type UdpFlow, UdpFlows } from './udp-flow.ts'
import { UdpOutbox } from './udp-outbox.ts'

const SLOTS = 64
/** Not a power of two, so that the slots' beginnings do not compete for the same cache lines. */
const STRIDE = 65_536 + 2112
const ROUNDS = 4
/** After a wake that found more than one datagram, so many wakes look for more; otherwise every eighth does. */
const CREDIT = 8
const BUFFER_OCTETS = 4 * 1024 * 1024

/** One receive ring serves all sockets: it is only in use within one call. */
type Intake = { ring: DatagramRing; room: Buffer }
let intake: Intake | undefined
const intakeOf = (libc: c.Libc): Intake => {
  if (intake) return intake
  const ring = new DatagramRing(libc, SLOTS)
  const room = Buffer.from(new ArrayBuffer(SLOTS * STRIDE))
  const at = libc.addressOf(room)
  for (let i = 0; i < SLOTS; i++) ring.setData(i, at + i * STRIDE, STRIDE)
  intake = { ring, room }
  return intake
}

class BatchUdp implements OpenUdp {
  readonly place: Place
  open = true
  readonly #libc: c.Libc
  readonly #fd: number
  readonly #socket: Socket
  readonly #inbox: Inbox
  readonly #flows: UdpFlows = new UdpFlows(this)
  readonly #outbox: UdpOutbox
  readonly #intake: Intake
  #credit = 0
  #wakes = 0

  constructor(libc: c.Libc, fd: number, socket: Socket, place: Place, inbox: Inbox) {
    this.#libc = libc
    this.#fd = fd
    this.#socket = socket
    this.place = place
    this.#inbox = inbox
    this.#outbox = new UdpOutbox(libc, fd, place.bound.address.includes(':'))
    this.#intake = intakeOf(libc)
    socket.on('message', (octets, from) => this.#wake(octets, from))
  }

  get dropped(): number {
    return this.#outbox.dropped
  }

  transmit(flow: UdpFlow, octets: string): boolean {
    return this.open && this.#outbox.put(flow, octets)
  }

  flowTo(to: Endpoint): UdpFlow | undefined {
    return this.#flows.findText(to.address, to.port)
  }

  /** The event brings one datagram and tells that there may be more: those are fetched without a further event each. */
  #wake(octets: Buffer, from: RemoteInfo): void {
    const flow = this.#flows.findText(from.address, from.port)
    this.#outbox.gathering = true
    if (flow) this.#inbox.data(flow, octets)
    if (this.#credit > 0 || (this.#wakes++ & 7) === 0) {
      this.#credit = this.#drain() > 0 ? CREDIT : this.#credit - 1
    }
    this.#outbox.gathering = false
    this.#outbox.flush()
  }

  #drain(): number {
    const { ring, room } = this.#intake
    let total = 0
    for (let round = 0; round < ROUNDS && this.open; round++) {
      const count = this.#libc.recvmmsg(this.#fd, ring.header(0), SLOTS, c.MSG_DONTWAIT, 0)
      if (count <= 0) break
      total += count
      for (let i = 0; i < count; i++) {
        const at = i * STRIDE
        this.#inbox.data(this.#sender(ring, i), room.subarray(at, at + ring.received(i)))
        ring.renew(i)
      }
      if (count < SLOTS) break
      this.#outbox.flush()
    }
    return total
  }

  #sender(ring: DatagramRing, i: number): UdpFlow {
    if (ring.isIpv4(i)) return this.#flows.find(0, 0, MAPPED, ring.name(i, 1), ring.port(i), 0)
    return this.#flows.find(
      ring.name(i, 2),
      ring.name(i, 3),
      ring.name(i, 4),
      ring.name(i, 5),
      ring.port(i),
      ring.name(i, 6),
    )
  }

  close(): Promise<void> {
    if (!this.open) return Promise.resolve()
    this.#outbox.close()
    this.open = false
    return new Promise((resolve) => this.#socket.close(() => resolve()))
  }
}

const setOption = (libc: c.Libc, fd: number, level: number, name: number, value: number): boolean => {
  const cell = Buffer.from(new ArrayBuffer(4))
  cell.writeInt32LE(value)
  return libc.setsockopt(fd, level, name, libc.addressOf(cell), 4) === 0
}

const bindTo = (libc: c.Libc, fd: number, at: Endpoint): boolean => {
  const [text, zone] = splitZone(at.address)
  const words = parseAddress(text)
  if (!words) return false
  const ipv6 = at.address.includes(':')
  const name = Buffer.from(new ArrayBuffer(28))
  name.writeUInt16LE(ipv6 ? c.AF_INET6 : c.AF_INET, 0)
  name.writeUInt16BE(at.port, 2)
  if (ipv6) {
    for (const [i, word] of words.entries()) name.writeInt32LE(word, 8 + 4 * i)
    name.writeUInt32LE(zone === '' ? 0 : scopeOf(zone), 24)
  } else name.writeInt32LE(words[3], 4)
  return libc.bind(fd, libc.addressOf(name), ipv6 ? 28 : 16) === 0
}

/** A bound descriptor with room for bursts, or the system's word for why not. */
const openDescriptor = (libc: c.Libc, { at, dual }: UdpBinding): Result<number, string> => {
  const ipv6 = at.address.includes(':')
  const fd = libc.socket(ipv6 ? c.AF_INET6 : c.AF_INET, c.SOCK_DGRAM_NONBLOCK_CLOEXEC, 0)
  if (fd < 0) return err(libc.errno())
  if (ipv6) setOption(libc, fd, c.IPPROTO_IPV6, c.IPV6_V6ONLY, dual ? 0 : 1)
  // FORCE may pass the system's ceiling but needs CAP_NET_ADMIN.
  if (!setOption(libc, fd, c.SOL_SOCKET, c.SO_RCVBUFFORCE, BUFFER_OCTETS)) {
    setOption(libc, fd, c.SOL_SOCKET, c.SO_RCVBUF, BUFFER_OCTETS)
  }
  setOption(libc, fd, c.SOL_SOCKET, c.SO_SNDBUF, BUFFER_OCTETS)
  if (bindTo(libc, fd, at)) return ok(fd)
  const code = libc.errno()
  libc.close(fd)
  return err(code)
}

/** UDP in batches: the descriptor is made here, dgram watches it, recvmmsg and sendmmsg carry the load. */
export const openBatchUdp = async (
  libc: c.Libc,
  binding: UdpBinding,
  inbox: Inbox,
): Promise<Result<OpenUdp, string>> => {
  const made = openDescriptor(libc, binding)
  if (!made.ok) return made
  const socket = createSocket(binding.at.address.includes(':') ? 'udp6' : 'udp4')
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind({ fd: made.value, exclusive: true }, resolve)
    })
  } catch (problem) {
    socket.close()
    libc.close(made.value)
    return err(codeOf(problem))
  }
  socket.removeAllListeners('error')
  // An ICMP answer concerns one datagram, not the socket.
  socket.on('error', () => {})
  const place = binding.placeAt(socket.address().port)
  return ok(new BatchUdp(libc, made.value, socket, place, inbox))
}
