import type { KeyObject } from 'node:crypto'
import type { CertificateFingerprint } from './certificate.ts'

export type DtlsRole = 'client' | 'server'

/** A profile of use_srtp: its number, and the octets of its master key and salt. */
export type DtlsSrtpProfile = { number: number; keyLength: number; saltLength: number }

/** RFC 5764 §4.2. */
export type DtlsKeys = {
  /** The number of the profile. */
  profile: number
  clientKey: Uint8Array
  clientSalt: Uint8Array
  serverKey: Uint8Array
  serverSalt: Uint8Array
}

export type DtlsFailure =
  /** HANDSHAKE_LIMIT_MS were not enough. */
  | 'timeout'
  /** The peer's certificate is none of those its description named. */
  | 'fingerprint'
  /** No common version, cipher, curve, signature or SRTP profile. */
  | 'no-common-ground'
  /** A message, a signature or their order was wrong. */
  | 'protocol'
  /** The peer gave up, with an alert. */
  | 'refused'

export type DtlsOptions = {
  role: DtlsRole
  certificate: Uint8Array
  key: KeyObject
  /** One of them must fit the peer's certificate. */
  fingerprints: readonly CertificateFingerprint[]
  /** Best first. */
  profiles: readonly DtlsSrtpProfile[]
  /** As server, ask for a cookie first (RFC 6347 §4.2.1): needless for sources that ICE has validated. */
  cookie?: boolean
  events: DtlsEvents
}

export type DtlsEvents = {
  /** At most MTU octets. */
  send(datagram: Uint8Array): void
  connected(keys: DtlsKeys): void
  failed(reason: DtlsFailure): void
  /** close_notify of the peer, after `connected`. */
  closed(): void
}

/**
 * One association of DTLS 1.2 that exists for its SRTP keys. It owns no socket, no clock and no timer: feed it
 * datagrams, and call `tick` when `dueMs` has come. Any bytes will do.
 */
export type Dtls = {
  readonly state: 'handshaking' | 'connected' | 'ended'
  /** When `tick` wants to be called; Infinity: never. */
  readonly dueMs: number
  start(nowMs: number): void
  feed(datagram: Uint8Array, nowMs: number): void
  tick(nowMs: number): void
  /** Ends without an event. Gives the datagram with close_notify to send, when it was connected. */
  close(): Uint8Array | undefined
}

export const MTU = 1200
export const HANDSHAKE_LIMIT_MS = 15_000
