import { Headers } from './message.ts'
import { readHeaders } from './parse.ts'
import { MAX_MESSAGE, startReading } from './reading.ts'
import { readStartLine } from './start-line.ts'

/** Why a stream cannot be read any further; the connection is to be closed. */
export type FramerProblem =
  | 'not-sip'
  | 'header-too-large'
  | 'message-too-large'
  | 'no-content-length'
  | 'bad-content-length'

/**
 * What a piece of a stream completed: a whole message; `ping`, to be answered with CRLF; `pong`, the peer's answer to
 * our own; or the problem that ends the stream, with the header fields (when whole) so that they can be answered.
 */
export type Framed = Buffer | 'ping' | 'pong' | { problem: FramerProblem; head: Buffer }

export type FramerLimits = {
  /** Largest head and largest whole message in octets. */
  headOctets?: number
  messageOctets?: number
  /** RFC 5626 §4.4.1: who accepted the connection gets pings, who opened it gets pongs. Default: accepted. */
  opened?: boolean
}

/**
 * Cuts a TCP or TLS stream into messages by Content-Length, RFC 3261 §18.3, which is mandatory there. Messages are
 * parts of the pushed buffer or of the framer's own: they are good until the next `push`. Each octet is looked at
 * once, whatever the size of the pieces.
 */
export type Framer = {
  push(octets: Buffer): Framed[]
  /** Octets of an unfinished message: a caller ends connections where they wait too long. */
  readonly pending: number
}

const NOTHING = Buffer.alloc(0)

export const createFramer = (limits: FramerLimits = {}): Framer => new StreamFramer(limits)

class StreamFramer implements Framer {
  readonly #headLimit: number
  readonly #messageLimit: number
  readonly #opened: boolean
  /** What is being read: octets from `at` to `end` are unread, those before `scanned` hold no end of the head. */
  #data: Buffer = NOTHING
  #at = 0
  #end = 0
  #scanned = 0
  #line = 0
  /** Where the message ends, once its head was read. */
  #total = 0
  #crlfs = 0
  #dead = false

  constructor({ headOctets = MAX_MESSAGE, messageOctets = MAX_MESSAGE, opened = false }: FramerLimits) {
    this.#headLimit = headOctets
    this.#messageLimit = messageOctets
    this.#opened = opened
  }

  get pending(): number {
    return this.#end - this.#at
  }

  push(octets: Buffer): Framed[] {
    const framed: Framed[] = []
    if (this.#dead) return framed
    const own = this.pending > 0
    if (own) this.#append(octets)
    else this.#restart(octets)
    while (
      !this.#dead &&
      this.#skipEmptyLines(framed) &&
      this.#readHead(framed) &&
      this.#end >= this.#total
    ) {
      framed.push(this.#data.subarray(this.#at, this.#total))
      this.#begin(this.#total)
    }
    if (this.#dead || this.pending === 0) this.#restart(NOTHING)
    else if (!own) this.#keep()
    return framed
  }

  /** A message begins there. */
  #begin(at: number): void {
    this.#at = at
    this.#scanned = at
    this.#line = at
    this.#total = 0
  }

  #restart(octets: Buffer): void {
    this.#data = octets
    this.#end = octets.length
    this.#begin(0)
  }

  /** The pushed buffer is the caller's: what is unfinished moves to one of our own. */
  #keep(): void {
    const rest = this.#data.subarray(this.#at, this.#end)
    this.#data = Buffer.allocUnsafe(Math.max(rest.length * 2, 512))
    rest.copy(this.#data)
    this.#move(this.#at)
  }

  #move(by: number): void {
    this.#at -= by
    this.#end -= by
    this.#scanned -= by
    this.#line -= by
    if (this.#total > 0) this.#total -= by
  }

  #append(octets: Buffer): void {
    if (this.#at > 0) {
      this.#data.copyWithin(0, this.#at, this.#end)
      this.#move(this.#at)
    }
    const size = this.#end + octets.length
    if (size > this.#data.length) {
      const larger = Buffer.allocUnsafe(Math.max(size, this.#data.length * 2))
      this.#data.copy(larger, 0, 0, this.#end)
      this.#data = larger
    }
    octets.copy(this.#data, this.#end)
    this.#end = size
  }

  /** Between messages: two CRLF are a ping (one a pong, to who opened), RFC 5626 §4.4.1. False: no message begins yet. */
  #skipEmptyLines(framed: Framed[]): boolean {
    if (this.#total > 0 || this.#scanned > this.#at) return true
    const data = this.#data
    let at = this.#at
    while (at < this.#end && (data[at] === 13 || data[at] === 10)) {
      if (data[at] === 13 && at + 1 === this.#end) break
      at += data[at] === 13 && data[at + 1] === 10 ? 2 : 1
      if (++this.#crlfs < 2 && !this.#opened) continue
      this.#crlfs = 0
      const sign = this.#opened ? 'pong' : 'ping'
      // A flood of empty lines in one piece is one ping.
      if (framed.at(-1) !== sign) framed.push(sign)
    }
    this.#begin(at)
    if (at === this.#end || data[at] === 13) return false
    this.#crlfs = 0
    return true
  }

  /** True once the head is whole and its length known. */
  #readHead(framed: Framed[]): boolean {
    if (this.#total > 0) return true
    const data = this.#data
    const headEnd = this.#findHeadEnd()
    if ((headEnd || this.#end) - this.#at > this.#headLimit)
      return this.#fail(framed, 'header-too-large', NOTHING)
    if (headEnd === 0) return false
    const head = data.subarray(this.#at, headEnd)
    const reading = startReading(head)
    if (readStartLine(reading) === undefined) return this.#fail(framed, 'not-sip', head)
    readHeaders(reading, new Headers())
    if (reading.length < 0) {
      const given = reading.problem?.reason === 'bad Content-Length'
      return this.#fail(framed, given ? 'bad-content-length' : 'no-content-length', head)
    }
    this.#total = headEnd + reading.length
    if (this.#total - this.#at > this.#messageLimit) return this.#fail(framed, 'message-too-large', head)
    return true
  }

  /** Place after the empty line, found just as the parser finds it; 0 while it did not come. */
  #findHeadEnd(): number {
    const data = this.#data
    let line = this.#line
    for (let i = this.#scanned; i < this.#end; i++) {
      if (data[i] !== 10) continue
      if (i === line || (i === line + 1 && data[line] === 13)) return i + 1
      line = i + 1
    }
    this.#line = line
    this.#scanned = this.#end
    return 0
  }

  #fail(framed: Framed[], problem: FramerProblem, head: Buffer): boolean {
    framed.push({ problem, head })
    this.#dead = true
    return false
  }
}
