export { createHandshaker, type HandshakerPorts } from './crew.ts'
export type {
  Fingerprint,
  HandshakeFailure,
  HandshakeId,
  HandshakeKeys,
  Handshaker,
  HandshakerEvents,
  HandshakeStart,
} from './handshaker.ts'
