import { randomBytes, verify } from 'node:crypto'
import { concat, equal } from '#lib/bytes'
import { fitsFingerprint, publicKeyOf } from './certificate.ts'
import type { DtlsFailure, DtlsOptions, DtlsRole, DtlsSrtpProfile } from './contract.ts'
import type { KeyShare } from './exchange.ts'
import type { FlightPart } from './flight.ts'
import type { Handshake } from './fragments.ts'
import { ECDSA_SHA256 } from './hello.ts'
import type { Signed } from './messages.ts'
import { ALERT } from './messages.ts'
import { createSecrets, type Secrets, verifyDataOf } from './secrets.ts'
import { Transcript } from './transcript.ts'

/** Why a handshake ends, and the alert that says so to the peer. */
export type Fault = { reason: DtlsFailure; alert: number }

/** What a message leads to: nothing yet, the next flight, a fault. */
export type Step = undefined | 'finished' | { flight: FlightPart[] } | Fault

export const fault = (reason: DtlsFailure, alert: number): Fault => ({ reason, alert })
export const WRONG_ORDER = fault('protocol', ALERT.unexpectedMessage)
export const DAMAGED = fault('protocol', ALERT.decodeError)

/** What both roles need of a handshake while it lasts. */
export class Part {
  readonly options: DtlsOptions
  readonly transcript = new Transcript()
  clientRandom = new Uint8Array(32)
  serverRandom = new Uint8Array(32)
  extendedMasterSecret = false
  profile: DtlsSrtpProfile | undefined
  share: KeyShare | undefined
  secrets: Secrets | undefined
  /** The peer's certificate, found to be the right one. */
  peer: ReturnType<typeof publicKeyOf>
  #nextSequence = 0

  constructor(options: DtlsOptions) {
    this.options = options
  }

  random(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(randomBytes(32))
  }

  /** Our next message, which counts in the transcript. */
  say(type: number, body: Uint8Array, counts = true): Handshake {
    const message = { type, sequence: this.#nextSequence++, body }
    if (counts) this.transcript.add(message)
    return message
  }

  takeCertificate(certificate: Uint8Array): Fault | undefined {
    if (!fitsFingerprint(certificate, this.options.fingerprints))
      return fault('fingerprint', ALERT.badCertificate)
    this.peer = publicKeyOf(certificate)
    return this.peer ? undefined : fault('no-common-ground', ALERT.badCertificate)
  }

  /** Whether the holder of the peer's certificate signed that. */
  signed({ algorithm, signature }: Signed, ...content: Uint8Array[]): boolean {
    if (algorithm !== ECDSA_SHA256 || !this.peer) return false
    try {
      return verify('sha256', concat(...content), this.peer, signature)
    } catch {
      return false
    }
  }

  /** After ClientKeyExchange has been added to the transcript. False when the point is none. */
  agree(point: Uint8Array): boolean {
    const agreed = this.share?.agree(point)
    this.share = undefined
    if (!agreed) return false
    const session = this.extendedMasterSecret ? this.transcript.hash() : undefined
    this.secrets = createSecrets(agreed, session, this.clientRandom, this.serverRandom)
    return true
  }

  verifyData(role: DtlsRole): Uint8Array {
    return this.secrets ? verifyDataOf(this.secrets, role, this.transcript.hash()) : new Uint8Array(0)
  }

  /** Of the peer's Finished, whose own message must not be in the transcript yet. */
  isFinished(body: Uint8Array): boolean {
    const peer = this.options.role === 'client' ? 'server' : 'client'
    return body.length === 12 && equal(body, this.verifyData(peer))
  }
}
