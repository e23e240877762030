import { DatagramRing } from './datagram-ring.ts'
import { type Libc, MSG_DONTWAIT } from './libc.ts'
import type { UdpFlow } from './udp-flow.ts'

const SLOTS = 128
const ROOM = 256 * 1024
export const LARGEST_DATAGRAM = 65_507
const RETRY_MS = 2

/** Full socket buffers: the same datagram may go a moment later. Anything else concerns that one datagram. */
const PASSING = new Set(['EAGAIN', 'ENOBUFS', 'ENOMEM'])

/** Datagrams on their way out, gathered over one turn of the loop and handed to the kernel together. */
export class UdpOutbox {
  /** While true the owner flushes by itself; otherwise the first datagram arranges for it. */
  gathering = false
  /** Datagrams the kernel refused or that found no room. */
  dropped = 0
  readonly #libc: Libc
  readonly #fd: number
  readonly #ipv6: boolean
  readonly #ring: DatagramRing
  readonly #room: Buffer
  readonly #roomAt: number
  #head = 0
  #tail = 0
  #used = 0
  #retry: NodeJS.Timeout | undefined = undefined
  #arranged = false
  readonly #arrangedFlush = (): void => {
    this.#arranged = false
    this.flush()
  }

  constructor(libc: Libc, fd: number, ipv6: boolean) {
    this.#libc = libc
    this.#fd = fd
    this.#ipv6 = ipv6
    this.#ring = new DatagramRing(libc, SLOTS)
    this.#room = Buffer.from(new ArrayBuffer(ROOM))
    this.#roomAt = libc.addressOf(this.#room)
  }

  /** False when it cannot be taken: too long, or the kernel has been taking nothing for a while. */
  put(flow: UdpFlow, octets: string): boolean {
    const length = octets.length
    if (length > LARGEST_DATAGRAM) return false
    if (this.#tail === SLOTS || this.#used + length > ROOM) {
      if (this.#retry === undefined) this.flush()
      if (this.#tail === SLOTS || this.#used + length > ROOM) {
        this.dropped++
        return false
      }
    }
    const i = this.#tail++
    this.#room.latin1Write(octets, this.#used, length)
    this.#ring.setData(i, this.#roomAt + this.#used, length)
    this.#used += length
    if (this.#ipv6) this.#ring.setIpv6(i, flow.a, flow.b, flow.c, flow.d, flow.port, flow.scope)
    else this.#ring.setIpv4(i, flow.d, flow.port)
    if (!this.gathering && !this.#arranged) {
      this.#arranged = true
      setImmediate(this.#arrangedFlush)
    }
    return true
  }

  flush(): void {
    if (this.#retry !== undefined) return
    while (this.#head < this.#tail) {
      const sent = this.#libc.sendmmsg(
        this.#fd,
        this.#ring.header(this.#head),
        this.#tail - this.#head,
        MSG_DONTWAIT,
      )
      if (sent > 0) {
        this.#head += sent
        continue
      }
      const why = this.#libc.errno()
      if (why === 'EINTR') continue
      if (PASSING.has(why)) {
        this.#retry = setTimeout(() => {
          this.#retry = undefined
          this.flush()
        }, RETRY_MS)
        return
      }
      this.dropped++
      this.#head++
    }
    this.#head = 0
    this.#tail = 0
    this.#used = 0
  }

  /** A last attempt; what the kernel does not take now is lost. */
  close(): void {
    clearTimeout(this.#retry)
    this.#retry = undefined
    this.flush()
    clearTimeout(this.#retry)
    this.#head = this.#tail
  }
}
