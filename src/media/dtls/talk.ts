import type { HandshakeFailure, HandshakeKeys, HandshakeStart } from './handshaker.ts'

/** What the threads say to each other. `serial` stands for one association, as ids may come again. */
export type ToThread =
  | { op: 'start'; serial: number; start: Omit<HandshakeStart, 'id'> }
  | { op: 'feed'; serial: number; datagram: Uint8Array }
  | { op: 'close'; serial: number }

export type FromThread =
  | { op: 'send'; serial: number; datagram: Uint8Array }
  | { op: 'connected'; serial: number; keys: HandshakeKeys }
  | { op: 'failed'; serial: number; reason: HandshakeFailure }
  | { op: 'closed'; serial: number }
  /** The end of `close`, with a good-bye if the peer was there. */
  | { op: 'gone'; serial: number; goodbye: Uint8Array | undefined }
