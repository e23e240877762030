import type { Endpoint, Flow } from '#lib/wire'
import { isMapped, parseAddress, printAddress, splitZone, type Words } from './address.ts'
import { scopeOf, zoneOf } from './interfaces.ts'
import type { Place } from './place.ts'

/** One bound UDP socket, as its flows see it. */
export type UdpSender = {
  readonly place: Place
  readonly open: boolean
  transmit(flow: UdpFlow, octets: string): boolean
}

/**
 * A peer's address as seen from one socket. Two objects may stand for the same peer:
 * compare addresses, not identities.
 */
export class UdpFlow implements Flow {
  readonly sender: UdpSender
  readonly address: string
  readonly port: number
  /** The address in memory order, see `Words`, and the zone of a link-local one. */
  readonly a: number
  readonly b: number
  readonly c: number
  readonly d: number
  readonly scope: number

  constructor(sender: UdpSender, a: number, b: number, c: number, d: number, port: number, scope: number) {
    this.sender = sender
    this.a = a
    this.b = b
    this.c = c
    this.d = d
    this.port = port
    this.scope = scope
    const text = printAddress(a, b, c, d)
    this.address = scope === 0 ? text : `${text}%${zoneOf(scope)}`
  }

  get transport(): 'udp' {
    return 'udp'
  }
  get reliable(): boolean {
    return false
  }
  get connection(): number {
    return 0
  }
  get listener(): number {
    return this.sender.place.listener
  }
  get local(): Endpoint {
    return this.sender.place.localTowards(this.address)
  }
  get open(): boolean {
    return this.sender.open
  }
  get ipv4(): boolean {
    return isMapped(this.a, this.b, this.c)
  }
  send(octets: string): boolean {
    return this.sender.transmit(this, octets)
  }
  close(): void {}
}

const KNOWN_TEXTS = 4096
type Parsed = { words: Words; scope: number }
let parsed = new Map<string, Parsed>()

/** Texts once read are remembered, since the same peers come again and again. */
const parse = (address: string): Parsed | undefined => {
  const known = parsed.get(address)
  if (known) return known
  const [text, zone] = splitZone(address)
  const words = parseAddress(text)
  if (!words) return undefined
  const fresh = { words, scope: zone === '' ? 0 : scopeOf(zone) }
  if (parsed.size >= KNOWN_TEXTS) parsed = new Map()
  // Keyed by a copy: the text may be a piece of a datagram, and would keep all of it.
  parsed.set(Buffer.from(address, 'latin1').latin1Slice(), fresh)
  return fresh
}

const SLOTS = 1 << 14

/** Remembers flows so that a datagram costs no allocation. A newcomer with the same hash takes the place: bounded by itself. */
export class UdpFlows {
  readonly #sender: UdpSender
  readonly #slots: (UdpFlow | undefined)[] = new Array<UdpFlow | undefined>(SLOTS).fill(undefined)

  constructor(sender: UdpSender) {
    this.#sender = sender
  }

  find(a: number, b: number, c: number, d: number, port: number, scope: number): UdpFlow {
    let hash = Math.imul(a ^ Math.imul(b, 0x85ebca6b) ^ c, 0xc2b2ae35) ^ Math.imul(d, 0x9e3779b1)
    hash = Math.imul(hash ^ (hash >>> 15) ^ port, 0x85ebca6b)
    const slot = (hash ^ (hash >>> 14)) & (SLOTS - 1)
    const known = this.#slots[slot]
    if (
      known !== undefined &&
      known.d === d &&
      known.port === port &&
      known.c === c &&
      known.b === b &&
      known.a === a &&
      known.scope === scope
    ) {
      return known
    }
    const flow = new UdpFlow(this.#sender, a, b, c, d, port, scope)
    this.#slots[slot] = flow
    return flow
  }

  /** Undefined when the text is no address. */
  findText(address: string, port: number): UdpFlow | undefined {
    const found = parse(address)
    if (!found) return undefined
    const [a, b, c, d] = found.words
    return this.find(a, b, c, d, port, found.scope)
  }
}
