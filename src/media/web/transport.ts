import {
  counterpartOf,
  type Direction,
  type Format,
  mirrored,
  type OwnAddress,
  printWeb,
  type Terms,
  type WebEnd,
  type WebKind,
  type WebLine,
  type WebSaid,
} from '#sdp'
import type { Pair } from '../ports.ts'
import { Numbering } from './numbering.ts'

export const WEB_KINDS: readonly WebKind[] = ['audio', 'video']

export type WebTerms = Partial<Record<WebKind, Terms>>

export type TransportParts = {
  id: number
  name: string
  pair: Pair
  addresses: readonly OwnAddress[]
  /** Of our certificate. */
  fingerprint: string
  credentials(): { ufrag: string; pwd: string }
  /** 1 to 2^32 - 1. */
  number(): number
}

/** What a description was to the transport. */
export type Heard = 'present' | 'offer' | 'answer'

const sessionOf = (origin: string): string => origin.split(' ', 2).join(' ')

const newSession = (before: WebSaid, after: WebSaid): boolean =>
  sessionOf(before.origin) !== sessionOf(after.origin) ||
  !after.fingerprints.some((one) =>
    before.fingerprints.some(({ value }) => value.toLowerCase() === one.value.toLowerCase()),
  )

/**
 * One browser's negotiation with the engine, RFC 8829: it outlives calls, keeps its media in their order, its payload types and
 * its DTLS role, and never says less than was agreed on. Nothing here moves a packet.
 */
export class Transport {
  readonly id: number
  readonly name: string
  readonly pair: Pair
  readonly addresses: readonly OwnAddress[]
  readonly ssrcs: Record<WebKind, number>
  readonly #parts: TransportParts
  readonly #end: WebEnd
  readonly #numbers = new Numbering()
  #lines: WebLine[] = []
  /** Those that were in force before an offer of ours, which may never reach the browser. */
  #before: WebLine[] = []
  /** So many media were named by us. */
  #named = 0
  #body = ''
  #state: 'new' | 'theirs' | 'ours' | 'stable' = 'new'
  #agreed: WebTerms = {}
  said: WebSaid | undefined
  /** Ours; undefined as long as nobody chose. */
  role: 'active' | 'passive' | undefined
  /** Grows with every DTLS association that the descriptions ask for. */
  association = 1
  /** The call that it speaks in. */
  call: string | undefined
  gone = false

  constructor(parts: TransportParts) {
    this.#parts = parts
    this.id = parts.id
    this.name = parts.name
    this.pair = parts.pair
    this.addresses = parts.addresses
    this.ssrcs = { audio: parts.number(), video: parts.number() }
    this.#end = {
      ...{ sessionId: String(1e12 + parts.number()), version: 0 },
      ...{ addresses: parts.addresses, port: parts.pair.port, ...parts.credentials() },
      ...{ fingerprint: parts.fingerprint, setup: 'actpass', cname: `tandem-${parts.number().toString(36)}` },
    }
  }

  get credentials(): { ufrag: string; pwd: string } {
    return { ufrag: this.#end.ufrag, pwd: this.#end.pwd }
  }

  get isStable(): boolean {
    return this.#state === 'stable'
  }

  /** Which payload types are which medium's: all that either side has named. */
  get types(): [type: number, kind: WebKind][] {
    return this.#numbers.types
  }

  /** New credentials of ours: the next description restarts ICE, RFC 8839 §4.4.1.1.1. */
  restart(): void {
    Object.assign(this.#end, this.#parts.credentials())
  }

  hear(said: WebSaid): Heard {
    const before = this.said
    if (before && before.origin === said.origin && before.ufrag === said.ufrag) {
      this.#withdraw()
      return 'present'
    }
    if (this.#state === 'ours' && said.setup !== 'actpass') return this.#hearAnswer(said)
    if (before && newSession(before, said)) this.#forget()
    else if (before && before.ufrag !== said.ufrag && before.pwd !== said.pwd) this.restart()
    this.said = said
    this.role ??= said.setup === 'active' ? 'passive' : 'active'
    for (const medium of said.media)
      if (medium.kind) for (const format of medium.formats) this.#numbers.note(format, medium.kind)
    this.#state = 'theirs'
    return 'offer'
  }

  /** The browser was not bothered with the last offer. */
  #withdraw(): void {
    if (this.#state !== 'ours') return
    this.#state = 'stable'
    this.#lines = this.#before
  }

  /** Another page, or another certificate: nothing of before counts but the place. */
  #forget(): void {
    this.restart()
    this.role = undefined
    this.association++
    this.#agreed = {}
    this.#lines = []
    this.#numbers.clear()
  }

  #hearAnswer(said: WebSaid): Heard {
    if (this.said && newSession(this.said, said)) this.association++
    this.said = said
    this.role = said.setup === 'active' ? 'passive' : 'active'
    this.#lines = this.#lines.map((line, index) => {
      const medium = said.media[index]
      if (!line.kind || line.formats.length === 0) return line
      const accepted = medium?.live && medium.kind === line.kind ? medium.formats : []
      const formats = line.formats.filter((format) => accepted.some(({ type }) => type === format.type))
      if (formats.length > 0)
        this.#agreed[line.kind] = { formats, direction: medium?.direction ?? 'inactive' }
      else delete this.#agreed[line.kind]
      return { ...line, formats }
    })
    this.#state = 'stable'
    return 'answer'
  }

  /** What the browser can do in a call: of an offer all of it, else what was agreed on. `said`: with the directions said there. */
  view(said?: WebSaid): WebTerms {
    const terms: WebTerms = {}
    const present = said ?? this.said
    for (const kind of WEB_KINDS) {
      const medium = present?.media.find((one) => one.kind === kind && one.live)
      const direction = medium?.direction ?? 'inactive'
      const formats = this.#state === 'theirs' ? medium?.formats : this.#agreed[kind]?.formats
      if (formats && formats.length > 0) terms[kind] = { formats, direction }
    }
    return terms
  }

  /** What it sends now, as far as was agreed. */
  speech(kind: WebKind): Format | undefined {
    return this.#agreed[kind]?.formats[0]
  }

  /**
   * The answer to its offer. `terms` are in the browser's own numbers, what is wanted most first. Once given, the answer stays
   * until the browser makes another offer: what changes behind it is the relay's business.
   */
  answer(terms: WebTerms): string {
    if (this.#state !== 'theirs') return this.#body
    const taken = new Set<WebKind>()
    this.#agreed = {}
    this.#lines = (this.said as WebSaid).media.map((medium) => {
      const { kind, type, protocol, word, mid, live } = medium
      const accepted = kind && live && !taken.has(kind) ? terms[kind] : undefined
      const line = { kind, type, protocol, word, mid, ssrc: this.ssrcs[kind ?? 'audio'] }
      if (!kind || !accepted || accepted.formats.length === 0)
        return { ...line, formats: [], direction: 'inactive' }
      taken.add(kind)
      this.#agreed[kind] = { formats: accepted.formats, direction: medium.direction }
      return { ...line, formats: accepted.formats, direction: mirrored(medium.direction) }
    })
    this.#state = 'stable'
    return this.#print(this.role ?? 'active')
  }

  /** An offer of ours: its media stay where they were; those that `terms` do not have any more are silent. */
  offer(terms: WebTerms): string {
    this.#withdraw()
    this.#before = this.#lines
    const added = new Set<WebKind>(WEB_KINDS.filter((kind) => (terms[kind]?.formats.length ?? 0) > 0))
    this.#lines = this.#lines.map((line) => {
      if (!line.kind || line.formats.length === 0) return line
      const wanted = added.delete(line.kind) ? terms[line.kind] : undefined
      if (!wanted) return { ...line, direction: 'inactive' as Direction }
      return { ...line, formats: this.#numbers.numbered(line.kind, wanted), direction: wanted.direction }
    })
    for (const kind of added) {
      const formats = this.#numbers.numbered(kind, terms[kind] as Terms)
      const named = { kind, type: kind, protocol: 'UDP/TLS/RTP/SAVPF', word: '0', ssrc: this.ssrcs[kind] }
      const line: WebLine = { ...named, mid: this.#freeMid(kind), formats, direction: 'sendrecv' }
      // RFC 3264 §8.1, RFC 8829 §5.2.2: a place where both sides said port 0 is taken again, else descriptions grow for ever.
      const free = this.#lines.findIndex((one) => one.formats.length === 0)
      if (free < 0) this.#lines.push(line)
      else this.#lines = this.#lines.with(free, line)
    }
    this.#state = 'ours'
    return this.#print('actpass')
  }

  /** One that no medium of this connection has had: a place taken again has another one, RFC 8829 §5.2.2. */
  #freeMid(kind: WebKind): string {
    for (;;) {
      const mid = this.#named === 0 ? kind : `${kind}${this.#named}`
      this.#named++
      if (!this.#lines.some((line) => line.mid === mid)) return mid
    }
  }

  /** The version grows with what is said, RFC 3264 §8. */
  #print(setup: WebEnd['setup']): string {
    this.#end.setup = setup
    const same = printWeb(this.#lines, this.#end) === this.#body
    if (!same) this.#end.version++
    this.#body = printWeb(this.#lines, this.#end)
    return this.#body
  }

  /** The formats of ours that `others` can take, what they like best first, then what else could be bridged to them. */
  static meet(ours: readonly Format[], others: readonly Format[]): Format[] {
    const met: Format[] = []
    const add = (format: Format | undefined): void => {
      if (format && !met.includes(format)) met.push(format)
    }
    for (const other of others) add(counterpartOf(other, ours))
    for (const format of ours) if (counterpartOf(format, others)) add(format)
    return met
  }
}
