import { AF_INET, AF_INET6, type Libc } from './libc.ts'

/*
 * struct mmsghdr, 64 octets, as 16 words of 32 bits (Linux, 64-bit, little-endian):
 *   0,1 msg_name   2 msg_namelen   4,5 msg_iov   6,7 msg_iovlen   8-11 control   12 msg_flags   14 msg_len
 * struct iovec, 16 octets: 0,1 iov_base   2,3 iov_len
 * struct sockaddr_in:  u16 family, u16 port (network order), 4 octets address
 * struct sockaddr_in6: u16 family, u16 port, u32 flow, 16 octets address, u32 scope
 */
export const HEADER = 64
const HEADER_WORDS = 16
const NAME_OCTETS = 28
const NAME_WORDS = 7

export const IPV4_NAME = 16
export const IPV6_NAME = 28

const wordsOf = (octets: Buffer): Uint32Array =>
  new Uint32Array(octets.buffer, octets.byteOffset, octets.length / 4)

const pin = (length: number): Buffer => Buffer.from(new ArrayBuffer(length))

const swap16 = (value: number): number => ((value & 0xff) << 8) | (value >>> 8)

/** `count` message headers with their address and length cells in fixed memory: what recvmmsg and sendmmsg work on. */
export class DatagramRing {
  readonly count: number
  readonly #headers: Uint32Array
  readonly #vectors: Uint32Array
  readonly #names: Uint32Array
  readonly #memory: Int32Array
  readonly #at: number

  constructor(libc: Libc, count: number) {
    this.count = count
    const headers = pin(count * HEADER)
    const vectors = pin(count * 16)
    const names = pin(count * NAME_OCTETS)
    this.#headers = wordsOf(headers)
    this.#vectors = wordsOf(vectors)
    this.#names = wordsOf(names)
    this.#memory = new Int32Array(names.buffer)
    this.#at = libc.addressOf(headers)
    const [vectorsAt, namesAt] = [libc.addressOf(vectors), libc.addressOf(names)]
    for (let i = 0; i < count; i++) {
      this.#point(this.#headers, i * HEADER_WORDS, namesAt + i * NAME_OCTETS)
      this.#headers[i * HEADER_WORDS + 2] = IPV6_NAME
      this.#point(this.#headers, i * HEADER_WORDS + 4, vectorsAt + i * 16)
      this.#headers[i * HEADER_WORDS + 6] = 1
    }
  }

  #point(cells: Uint32Array, at: number, address: number): void {
    cells[at] = address >>> 0
    cells[at + 1] = Math.floor(address / 0x1_0000_0000)
  }

  /** Address of header `i`, for the system call. */
  header(i: number): number {
    return this.#at + i * HEADER
  }

  setData(i: number, address: number, length: number): void {
    this.#point(this.#vectors, i * 4, address)
    this.#vectors[i * 4 + 2] = length
  }

  received(i: number): number {
    return this.#headers[i * HEADER_WORDS + 14] as number
  }

  /** The kernel wrote the address's length over the room given; give the room back. */
  renew(i: number): void {
    this.#headers[i * HEADER_WORDS + 2] = IPV6_NAME
  }

  isIpv4(i: number): boolean {
    return ((this.#names[i * NAME_WORDS] as number) & 0xffff) === AF_INET
  }

  port(i: number): number {
    return swap16((this.#names[i * NAME_WORDS] as number) >>> 16)
  }

  /** Word `n` of the name: 1 is the IPv4 address, 2 to 5 the IPv6 address, 6 its scope. */
  name(i: number, n: number): number {
    return this.#memory[i * NAME_WORDS + n] as number
  }

  setIpv4(i: number, address: number, port: number): void {
    this.#headers[i * HEADER_WORDS + 2] = IPV4_NAME
    this.#names[i * NAME_WORDS] = (AF_INET | (swap16(port) << 16)) >>> 0
    this.#memory[i * NAME_WORDS + 1] = address
  }

  setIpv6(i: number, a: number, b: number, c: number, d: number, port: number, scope: number): void {
    const at = i * NAME_WORDS
    this.#headers[i * HEADER_WORDS + 2] = IPV6_NAME
    this.#names[at] = (AF_INET6 | (swap16(port) << 16)) >>> 0
    this.#memory[at + 1] = 0
    this.#memory[at + 2] = a
    this.#memory[at + 3] = b
    this.#memory[at + 4] = c
    this.#memory[at + 5] = d
    this.#memory[at + 6] = scope
  }
}
