/** Short-term credentials, RFC 8445 §5.3: ours, as the description gives them to the peer. */
export type Credentials = { ufrag: string; pwd: string }

/** Where a datagram came from: 4 or 16 octets of address, as on the wire. Copied when kept. */
export type IceSource = { address: Uint8Array; port: number }

/** Why a datagram got no success answer. Everything but `role` is silence: a stranger is never answered. */
export type IceDropped =
  /** No STUN, or damaged: fingerprint, lengths. */
  | 'malformed'
  /** An answer or an indication: nothing a lite agent has to do with. */
  | 'not-a-check'
  /** For other credentials, or signed with another password. */
  | 'forged'

/** Reused by the next `handle`: take what you want out of it at once. */
export type IceOutcome = {
  /** Octets to send back to the source from `agent.reply`, or 0. */
  length: number
  /** A check of the peer with the right password: consent (RFC 7675) was seen. False for every dropped one. */
  authentic: boolean
  dropped: IceDropped | undefined
  /** This source was not valid before. */
  validated: boolean
  /** This source is the selected pair from now on, and was not before: send there. */
  selected: boolean
  /** The first check with the new credentials after a restart: the old ones are void from here on. */
  restarted: boolean
}

/**
 * The lite end of ICE, RFC 8445 §2.5, always controlled, one component. It owns no socket, no clock and no
 * randomness, never waits for anything, and takes every peer as reflexive: candidates of the peer's description
 * are of no use to it.
 */
export type IceLite = {
  readonly credentials: Credentials
  /** Where answers of `handle` lie; `outcome.length` octets from its beginning. */
  readonly reply: Uint8Array
  /** Where to send, or undefined before anything was nominated (or validated: then the first valid source). */
  readonly selected: IceSource | undefined
  /** `nowMs` of the last authentic check; -1 before. The peer has gone when it is 30 s old (RFC 7675 §5.1). */
  readonly consentMs: number
  /** Running totals. */
  readonly counted: { answered: number; forged: number; malformed: number; conflicts: number }
  /** Handles the datagram of `length` octets at `at`. Any bytes will do. `source` is copied when kept. */
  handle(bytes: Uint8Array, at: number, length: number, source: IceSource, nowMs: number): IceOutcome
  /** Whether DTLS and SRTP of this source may be looked at: a check from there was authentic. */
  isValid(source: IceSource): boolean
  /**
   * New credentials, RFC 8445 §9. The old ones, their sources and the selected one serve until the first authentic
   * check with the new ones.
   */
  restart(credentials: Credentials): void
}
