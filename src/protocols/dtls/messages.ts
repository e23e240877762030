import { concat, EMPTY } from '#lib/bytes'
import { ECDSA_SHA256 } from './hello.ts'
import { Reader, uint, vector } from './reader.ts'

/** RFC 5246 §7.4 and RFC 6347 §4.3.2. */
export const TYPE = {
  clientHello: 1,
  serverHello: 2,
  helloVerifyRequest: 3,
  certificate: 11,
  serverKeyExchange: 12,
  certificateRequest: 13,
  serverHelloDone: 14,
  certificateVerify: 15,
  clientKeyExchange: 16,
  finished: 20,
} as const

/** A list of certificates, of which the first is looked at; empty when there is none. */
export const decodeCertificate = (body: Uint8Array): Uint8Array | undefined => {
  const reader = new Reader(body)
  const list = new Reader(reader.vector(3))
  const first = list.left > 0 ? list.vector(3) : EMPTY
  return reader.done() && !list.failed ? first : undefined
}

export const encodeCertificate = (certificate: Uint8Array): Uint8Array => vector(3, vector(3, certificate))

export type Signed = { algorithm: number; signature: Uint8Array }

/** RFC 8422 §5.4: a named curve and a point; `params` is what the signature covers behind both randoms. */
export type ServerKeyExchange = Signed & { group: number; point: Uint8Array; params: Uint8Array }

const NAMED_CURVE = 3

export const encodeParams = (group: number, point: Uint8Array): Uint8Array =>
  concat(uint(NAMED_CURVE, 1), uint(group, 2), vector(1, point))

export const decodeServerKeyExchange = (body: Uint8Array): ServerKeyExchange | undefined => {
  const reader = new Reader(body)
  const type = reader.uint(1)
  const group = reader.uint(2)
  const point = reader.vector(1)
  const params = body.subarray(0, reader.at)
  const algorithm = reader.uint(2)
  const signature = reader.vector(2)
  return reader.done() && type === NAMED_CURVE ? { group, point, params, algorithm, signature } : undefined
}

/** Of CertificateVerify, and the end of a ServerKeyExchange. */
export const encodeSigned = (signature: Uint8Array): Uint8Array =>
  concat(uint(ECDSA_SHA256, 2), vector(2, signature))

export const decodeSigned = (body: Uint8Array): Signed | undefined => {
  const reader = new Reader(body)
  const algorithm = reader.uint(2)
  const signature = reader.vector(2)
  return reader.done() ? { algorithm, signature } : undefined
}

/** RFC 5246 §7.4.4: ecdsa_sign, and no names of authorities. */
export const CERTIFICATE_REQUEST = concat(vector(1, uint(64, 1)), vector(2, uint(ECDSA_SHA256, 2)), vector(2))

export const encodeClientKeyExchange = (point: Uint8Array): Uint8Array => vector(1, point)

export const decodeClientKeyExchange = (body: Uint8Array): Uint8Array | undefined => {
  const reader = new Reader(body)
  const point = reader.vector(1)
  return reader.done() ? point : undefined
}

/** RFC 5246 §7.2. */
export const ALERT = {
  closeNotify: 0,
  handshakeFailure: 40,
  badCertificate: 42,
  decodeError: 50,
  decryptError: 51,
  unexpectedMessage: 10,
  illegalParameter: 47,
  protocolVersion: 70,
  internalError: 80,
  noRenegotiation: 100,
} as const
export const [WARNING, FATAL] = [1, 2]
