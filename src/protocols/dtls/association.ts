import { ClientPart } from './client.ts'
import { type Dtls, type DtlsFailure, type DtlsOptions, HANDSHAKE_LIMIT_MS } from './contract.ts'
import { type FlightPart, Writer } from './flight.ts'
import { Reassembly } from './fragments.ts'
import { ALERT, FATAL, WARNING } from './messages.ts'
import type { Step } from './part.ts'
import { CONTENT, type DtlsRecord, decodeRecords, open, type RecordKeys, ReplayWindow } from './record.ts'
import { recordKeysOf, srtpKeysOf } from './secrets.ts'
import { ServerPart } from './server.ts'

/** RFC 6347 §4.2.4.1 suggests a second, for peers far away; a call is waiting. Doubled each time. */
const FIRST_REPEAT_MS = 250
const SLOWEST_REPEAT_MS = 4000
/** However often a peer repeats itself, it hears us no more often. */
const LEAST_GAP_MS = 50
/** Sealed records that came before what they are sealed with. */
const MOST_EARLY = 8

class Association implements Dtls {
  readonly #options: DtlsOptions
  readonly #part: ClientPart | ServerPart
  readonly #writer: Writer
  readonly #reassembly = new Reassembly()
  readonly #window = new ReplayWindow()
  #readKeys: RecordKeys | undefined
  #early: DtlsRecord[] = []
  #flight: FlightPart[] = []
  #sentMs = Number.NEGATIVE_INFINITY
  #repeatMs = FIRST_REPEAT_MS
  #endsMs = Number.POSITIVE_INFINITY
  #repeatDueMs = Number.POSITIVE_INFINITY
  #nowMs = 0
  state: Dtls['state'] = 'handshaking'

  constructor(options: DtlsOptions) {
    this.#options = options
    this.#part = options.role === 'client' ? new ClientPart(options) : new ServerPart(options)
    this.#writer = new Writer(options.events.send)
  }

  get dueMs(): number {
    return Math.min(this.#repeatDueMs, this.#endsMs)
  }

  start(nowMs: number): void {
    this.#nowMs = nowMs
    if (this.#options.role === 'client') this.#endsMs = nowMs + HANDSHAKE_LIMIT_MS
    this.#say(this.#part.start())
  }

  feed(datagram: Uint8Array, nowMs: number): void {
    if (this.state === 'ended') return
    this.#nowMs = nowMs
    // A server's time begins when somebody speaks to it.
    if (this.state === 'handshaking' && this.#endsMs === Number.POSITIVE_INFINITY)
      this.#endsMs = nowMs + HANDSHAKE_LIMIT_MS
    let repeated = false
    for (const record of decodeRecords(datagram)) {
      if (this.#take(record)) repeated = true
      if (this.#isEnded()) return
    }
    if (repeated && nowMs - this.#sentMs >= LEAST_GAP_MS) this.#transmit()
  }

  tick(nowMs: number): void {
    this.#nowMs = nowMs
    if (this.state === 'ended') return
    if (nowMs >= this.#endsMs) return this.#fail('timeout', undefined)
    if (nowMs < this.#repeatDueMs) return
    this.#repeatMs = Math.min(2 * this.#repeatMs, SLOWEST_REPEAT_MS)
    this.#transmit()
  }

  close(): Uint8Array | undefined {
    const connected = this.state === 'connected'
    this.#end()
    return connected ? this.#writer.alert(WARNING, ALERT.closeNotify) : undefined
  }

  /** A getter would let the compiler think that no callee changes the state. */
  #isEnded(): boolean {
    return this.state === 'ended'
  }

  /** True when the peer repeats what it has said before. */
  #take(record: DtlsRecord): boolean {
    if (record.epoch === 0) return this.state === 'handshaking' && this.#takePlain(record)
    if (record.epoch !== 1) return false
    if (!this.#readKeys) {
      if (this.#early.length < MOST_EARLY) this.#early.push({ ...record, fragment: record.fragment.slice() })
      return false
    }
    if (!this.#window.isFresh(record.sequence)) return false
    const content = open(this.#readKeys, record)
    if (!content) return false
    this.#window.mark(record.sequence)
    return this.#takeSealed(record.type, content)
  }

  #takePlain({ type, fragment }: DtlsRecord): boolean {
    if (type === CONTENT.alert) this.#onAlert(fragment)
    if (type !== CONTENT.handshake) return false
    if (this.#readKeys) return this.#reassembly.isRepeat(fragment)
    const repeated = this.#reassembly.add(fragment)
    this.#proceed()
    return repeated
  }

  #takeSealed(type: number, content: Uint8Array): boolean {
    if (type === CONTENT.alert) this.#onAlert(content)
    if (type !== CONTENT.handshake) return false
    // A new handshake inside the old one is not to be had: what is no repetition is not heard.
    if (this.state === 'connected') return this.#reassembly.isRepeat(content)
    const repeated = this.#reassembly.add(content)
    this.#proceed()
    return repeated
  }

  #proceed(): void {
    while (this.state === 'handshaking') {
      const message = this.#reassembly.take()
      if (!message) return
      this.#do(this.#part.take(message))
      if (this.#isEnded()) return
      if (this.#part.awaitsFinished && !this.#readKeys) this.#changeKeys()
    }
  }

  /** From here on only sealed messages count; some may have been faster than the keys. */
  #changeKeys(): void {
    const { secrets } = this.#part
    if (!secrets) return
    this.#readKeys = recordKeysOf(secrets)[this.#options.role === 'client' ? 'server' : 'client']
    this.#reassembly.clear()
    const early = this.#early
    this.#early = []
    for (const record of early) if (!this.#isEnded()) this.#take(record)
  }

  #do(step: Step): void {
    if (step === undefined) return
    if (step === 'finished') return this.#connect()
    if ('reason' in step) return this.#fail(step.reason, step.alert)
    const last = step.flight.includes('change-cipher-spec')
    if (last && this.#part.secrets) this.#writer.keys = recordKeysOf(this.#part.secrets)[this.#options.role]
    this.#say(step.flight)
    if (last && this.#options.role === 'server') this.#connect()
  }

  #say(flight: FlightPart[]): void {
    this.#flight = flight
    this.#repeatMs = FIRST_REPEAT_MS
    this.#transmit()
  }

  #transmit(): void {
    if (this.#flight.length === 0) return
    this.#sentMs = this.#nowMs
    // The last flight of all is repeated only for who did not hear it.
    this.#repeatDueMs = this.state === 'handshaking' ? this.#nowMs + this.#repeatMs : Number.POSITIVE_INFINITY
    this.#writer.flight(this.#flight)
  }

  #connect(): void {
    const { secrets, profile } = this.#part
    if (!secrets || !profile) return this.#fail('protocol', ALERT.internalError)
    this.state = 'connected'
    this.#endsMs = this.#repeatDueMs = Number.POSITIVE_INFINITY
    if (this.#options.role === 'client') this.#flight = []
    this.#part.transcript.clear()
    this.#reassembly.clear()
    this.#options.events.connected(srtpKeysOf(secrets, profile))
  }

  #onAlert(content: Uint8Array): void {
    const [level, description] = content
    if (level !== FATAL && description !== ALERT.closeNotify) return
    const connected = this.state === 'connected'
    this.#end()
    if (connected) this.#options.events.closed()
    else this.#options.events.failed('refused')
  }

  #fail(reason: DtlsFailure, alert: number | undefined): void {
    if (alert !== undefined) this.#options.events.send(this.#writer.alert(FATAL, alert))
    this.#end()
    this.#options.events.failed(reason)
  }

  #end(): void {
    this.state = 'ended'
    this.#endsMs = this.#repeatDueMs = Number.POSITIVE_INFINITY
    this.#flight = []
    this.#early = []
    this.#reassembly.clear()
    this.#part.transcript.clear()
  }
}

export const createDtls = (options: DtlsOptions): Dtls => new Association(options)
