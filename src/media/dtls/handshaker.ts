import type { SrtpProfile } from '#rtp'

/** A transport's handshake; whoever starts it chooses the number. */
export type HandshakeId = number

/** Of the peer's description, RFC 8122: `sha-256` and the octets in hexadecimal with colons, any case. */
export type Fingerprint = { hash: string; value: string }

export type HandshakeStart = {
  id: HandshakeId
  /**
   * `client` (a=setup:active) speaks first, so start it when ICE has a selected source; `server` (a=setup:passive)
   * waits for as long as it takes, and its 15 s begin with the first datagram.
   */
  role: 'client' | 'server'
  /** The peer's certificate must fit one of these, or no keys are given out. */
  fingerprints: readonly Fingerprint[]
}

/** Keys for SRTP, RFC 5764 §4.2. The client writes with the client's key and salt. */
export type HandshakeKeys = {
  profile: SrtpProfile
  role: 'client' | 'server'
  clientKey: Uint8Array
  clientSalt: Uint8Array
  serverKey: Uint8Array
  serverSalt: Uint8Array
}

export type HandshakeFailure =
  /** 15 s were not enough. */
  | 'timeout'
  /** The peer's certificate is another than its description said. */
  | 'fingerprint'
  /** No common cipher, curve, signature, or SRTP profile; or the peer wants DTLS 1.3 only. */
  | 'no-common-ground'
  /** A signature, a Finished or the order of messages was wrong. */
  | 'protocol'
  /** The peer said so, with a fatal alert. */
  | 'refused'
  /** Too many handshakes at once, or the thread ended. */
  | 'busy'

export type HandshakerEvents = {
  /** To be sent to the transport's selected source. */
  onSend(id: HandshakeId, datagram: Uint8Array): void
  /** Once per `start`; the association lives on to answer repetitions until `close`. */
  onConnected(id: HandshakeId, keys: HandshakeKeys): void
  /** The id is forgotten; it may be started again. */
  onFailed(id: HandshakeId, reason: HandshakeFailure): void
  /** The peer said close_notify after `onConnected`; the id is forgotten. */
  onClosed(id: HandshakeId): void
}

/**
 * DTLS for any number of transports, in a thread of its own. Only datagrams of
 * sources that ICE has validated are to be fed. Calls never wait and never throw; unknown ids are ignored.
 */
export type Handshaker = {
  /** Of our own certificate: the value of `a=fingerprint:sha-256`. */
  readonly fingerprint: string
  /** The same id started twice: the first association is forgotten without a word. */
  start(start: HandshakeStart): void
  /** Datagrams before `start` are dropped: the peer repeats them. The octets are copied. */
  feed(id: HandshakeId, datagram: Uint8Array): void
  /** Forgets; one last `onSend` follows when it was connected: close_notify. No other event does. */
  close(id: HandshakeId): void
  figures(): { handshakes: number; connected: number; failed: number }
  /** Ends the thread. */
  end(): Promise<void>
}
