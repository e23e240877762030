import type { Credentials, IceDropped, IceLite, IceOutcome, IceSource } from './agent.ts'
import { isSigned } from './integrity.ts'
import { type Known, Sources } from './sources.ts'
import { BINDING_ERROR, BINDING_REQUEST, BINDING_SUCCESS, createScan, scanStun } from './stun.ts'
import { StunWriter } from './writer.ts'

type Keys = { credentials: Credentials; ufrag: Uint8Array; pwd: Uint8Array }

const keysOf = (credentials: Credentials): Keys => ({
  credentials: { ...credentials },
  ufrag: new TextEncoder().encode(credentials.ufrag),
  pwd: new TextEncoder().encode(credentials.pwd),
})

/**
 * Peers after RFC 5245 may nominate every pair they have ("aggressive"), where the highest priority wins; those after
 * RFC 8445 nominate one, and another when their network changes. A source that is nominated again within this time,
 * although another is selected, is of the former.
 */
const RIVAL_MS = 5000

const scan = createScan()

class Agent implements IceLite {
  readonly #writer = new StunWriter(new Uint8Array(128))
  readonly #sources = new Sources()
  readonly #outcome: IceOutcome = {
    ...{ length: 0, authentic: false, dropped: undefined },
    ...{ validated: false, selected: false, restarted: false },
  }
  #keys: Keys
  /** Before a restart, until the first check after it. */
  #old: Keys | undefined
  #selected: Known | undefined
  #nominated = false
  readonly counted = { answered: 0, forged: 0, malformed: 0, conflicts: 0 }
  consentMs = -1

  constructor(credentials: Credentials) {
    this.#keys = keysOf(credentials)
  }

  get credentials(): Credentials {
    return this.#keys.credentials
  }

  get reply(): Uint8Array {
    return this.#writer.bytes
  }

  get selected(): IceSource | undefined {
    return this.#selected
  }

  isValid(source: IceSource): boolean {
    return this.#sources.find(source) !== undefined
  }

  restart(credentials: Credentials): void {
    // Two restarts before any check: what the peer may still use is what it was heard to use.
    this.#old ??= this.#keys
    this.#keys = keysOf(credentials)
  }

  handle(bytes: Uint8Array, at: number, length: number, source: IceSource, nowMs: number): IceOutcome {
    const outcome = this.#outcome
    outcome.length = 0
    outcome.authentic = outcome.validated = outcome.selected = outcome.restarted = false
    outcome.dropped = undefined
    if (scanStun(scan, bytes, at, length)) return this.#drop('malformed')
    if (scan.type !== BINDING_REQUEST) return this.#drop('not-a-check')
    const keys = this.#signer(bytes, at)
    if (!keys) return this.#drop('forged')
    outcome.authentic = true
    this.consentMs = nowMs
    if (scan.unknown.length > 0) this.#refuse(bytes, at, keys, 420, 'Unknown Attribute')
    else if (scan.controlled >= 0) {
      // RFC 8445 §7.3.1.1: a lite agent cannot take the other role, so the peer has to.
      this.counted.conflicts++
      this.#refuse(bytes, at, keys, 487, 'Role Conflict')
    } else this.#accept(bytes, at, keys, source, nowMs)
    return outcome
  }

  #drop(why: IceDropped): IceOutcome {
    if (why === 'malformed') this.counted.malformed++
    if (why === 'forged') this.counted.forged++
    this.#outcome.dropped = why
    return this.#outcome
  }

  /** Whose credentials the check was made with, or undefined. Only who knows the ufrag costs us an HMAC. */
  #signer(bytes: Uint8Array, at: number): Keys | undefined {
    if (scan.username < 0 || scan.integrity < 0) return undefined
    const keys = isFor(bytes, this.#keys) ? this.#keys : this.#old
    if (!keys || (keys === this.#old && !isFor(bytes, keys))) return undefined
    return isSigned(bytes, at, scan.integrity, keys.pwd) ? keys : undefined
  }

  #accept(bytes: Uint8Array, at: number, keys: Keys, source: IceSource, nowMs: number): void {
    const outcome = this.#outcome
    if (this.#old && keys === this.#keys) {
      this.#old = undefined
      this.#nominated = false
      outcome.restarted = true
    }
    let known = this.#sources.find(source)
    outcome.validated = known === undefined
    known ??= this.#sources.add(source, this.#selected)
    known.priority = Math.max(scan.priority, 0)
    if (scan.useCandidate) this.#nominate(known, nowMs)
    else if (!this.#selected || outcome.restarted) this.#select(known)
    const writer = this.#writer
    writer.begin(BINDING_SUCCESS, bytes, at + 8)
    writer.mapped(source.address, source.port)
    this.#send(keys)
    this.counted.answered++
  }

  #nominate(known: Known, nowMs: number): void {
    const rival = this.#nominated && nowMs - known.nominatedMs < RIVAL_MS
    known.nominatedMs = nowMs
    if (rival && this.#selected && known.priority <= this.#selected.priority) return
    this.#nominated = true
    this.#select(known)
  }

  #select(known: Known): void {
    this.#outcome.selected = known !== this.#selected
    this.#selected = known
  }

  #refuse(bytes: Uint8Array, at: number, keys: Keys, code: number, phrase: string): void {
    const writer = this.#writer
    writer.begin(BINDING_ERROR, bytes, at + 8)
    writer.error(code, phrase)
    if (code === 420) writer.unknown(scan.unknown)
    this.#send(keys)
  }

  #send(keys: Keys): void {
    this.#writer.integrity(keys.pwd)
    this.#writer.fingerprint()
    this.#outcome.length = this.#writer.length
  }
}

/** RFC 8445 §7.3: ours, a colon, and theirs, which a lite agent need not know. */
const isFor = (bytes: Uint8Array, { ufrag }: Keys): boolean => {
  const { username, usernameLength } = scan
  if (usernameLength <= ufrag.length || bytes[username + ufrag.length] !== 0x3a) return false
  for (let i = 0; i < ufrag.length; i++) if (bytes[username + i] !== ufrag[i]) return false
  return true
}

export const createIceLite = (credentials: Credentials): IceLite => new Agent(credentials)

/** RFC 8445 §5.3: 24 and 128 bits at least. `bytes` gives unpredictable octets. */
export const createCredentials = (bytes: (length: number) => Uint8Array): Credentials => ({
  ufrag: toIceText(bytes(6)),
  pwd: toIceText(bytes(18)),
})

/** RFC 8839 §5.4: letters, digits, + and /, which is base64 of whole groups of three. */
const toIceText = (octets: Uint8Array): string => octets.toBase64()
