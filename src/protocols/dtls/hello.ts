import { concat, EMPTY } from '#lib/bytes'
import { Reader, uint, vector } from './reader.ts'
import { DTLS12 } from './record.ts'

export const ECDHE_ECDSA_AES128_GCM = 0xc02b
const RENEGOTIATION_SCSV = 0x00ff

export const [SECP256R1, X25519] = [0x0017, 0x001d]
export const ECDSA_SHA256 = 0x0403

const EXTENSION = {
  groups: 10,
  pointFormats: 11,
  signatures: 13,
  useSrtp: 14,
  extendedMasterSecret: 23,
  renegotiation: 0xff01,
} as const

/** What both hellos have of RFC 4492, 5246, 5764, 7627 and 5746, as far as it matters here. */
export type ClientHello = {
  version: number
  random: Uint8Array
  session: Uint8Array
  cookie: Uint8Array
  suites: number[]
  groups: number[]
  /** Undefined: not said, which means SHA-1 (RFC 5246 §7.4.1.4.1). */
  signatures: number[] | undefined
  srtp: number[]
  extendedMasterSecret: boolean
}

export type ServerHello = {
  version: number
  random: Uint8Array
  suite: number
  /** Undefined: the server knows no use_srtp. */
  srtp: number | undefined
  extendedMasterSecret: boolean
}

const numbers = (bytes: Uint8Array): number[] => {
  const list: number[] = []
  for (let i = 0; i + 1 < bytes.length; i += 2)
    list.push(((bytes[i] as number) << 8) | (bytes[i + 1] as number))
  return list
}

const list = (values: readonly number[]): Uint8Array => vector(2, ...values.map((value) => uint(value, 2)))

const extension = (type: number, data: Uint8Array): Uint8Array => concat(uint(type, 2), vector(2, data))

/** By type; undefined when they are damaged. A hello may end before them. */
const readExtensions = (reader: Reader): Map<number, Uint8Array> | undefined => {
  const found = new Map<number, Uint8Array>()
  if (reader.left === 0) return reader.failed ? undefined : found
  const block = new Reader(reader.vector(2))
  while (block.left > 0 && !block.failed) {
    const type = block.uint(2)
    const data = block.vector(2)
    // RFC 5246 §7.4.1.4: no type twice.
    if (found.has(type)) return undefined
    found.set(type, data)
  }
  return block.failed || !reader.done() ? undefined : found
}

/** RFC 5764 §4.1.1: profiles, and a master key identifier that we never use. */
const readSrtp = (data: Uint8Array | undefined): number[] | undefined => {
  if (!data) return []
  const reader = new Reader(data)
  const profiles = numbers(reader.vector(2))
  reader.vector(1)
  return reader.done() ? profiles : undefined
}

/** Of a two octet length and as many two octet numbers. */
const readList = (data: Uint8Array | undefined): number[] | undefined => {
  if (!data) return undefined
  const reader = new Reader(data)
  const values = numbers(reader.vector(2))
  return reader.done() ? values : []
}

export const decodeClientHello = (body: Uint8Array): ClientHello | undefined => {
  const reader = new Reader(body)
  const version = reader.uint(2)
  const random = reader.take(32)
  const session = reader.vector(1)
  const cookie = reader.vector(1)
  const suites = numbers(reader.vector(2))
  const compressions = reader.vector(1)
  const extensions = readExtensions(reader)
  const srtp = readSrtp(extensions?.get(EXTENSION.useSrtp))
  if (reader.failed || !extensions || !srtp || !compressions.includes(0)) return undefined
  return {
    ...{ version, random, session, cookie, suites, srtp },
    groups: readList(extensions.get(EXTENSION.groups)) ?? [SECP256R1],
    signatures: readList(extensions.get(EXTENSION.signatures)),
    extendedMasterSecret: extensions.has(EXTENSION.extendedMasterSecret),
  }
}

export const encodeClientHello = (
  random: Uint8Array,
  cookie: Uint8Array,
  profiles: readonly number[],
): Uint8Array =>
  concat(
    uint(DTLS12, 2),
    random,
    vector(1),
    vector(1, cookie),
    list([ECDHE_ECDSA_AES128_GCM, RENEGOTIATION_SCSV]),
    vector(1, uint(0, 1)),
    vector(
      2,
      extension(EXTENSION.groups, list([X25519, SECP256R1])),
      extension(EXTENSION.pointFormats, vector(1, uint(0, 1))),
      extension(EXTENSION.signatures, list([ECDSA_SHA256])),
      extension(EXTENSION.useSrtp, concat(list(profiles), vector(1))),
      extension(EXTENSION.extendedMasterSecret, EMPTY),
    ),
  )

export const decodeServerHello = (body: Uint8Array): ServerHello | undefined => {
  const reader = new Reader(body)
  const version = reader.uint(2)
  const random = reader.take(32)
  reader.vector(1)
  const suite = reader.uint(2)
  const compression = reader.uint(1)
  const extensions = readExtensions(reader)
  const srtp = readSrtp(extensions?.get(EXTENSION.useSrtp))
  if (reader.failed || !extensions || !srtp || compression !== 0 || srtp.length > 1) return undefined
  // RFC 5764 §4.1.3: we offer no master key identifier, so there is none; it would be in every packet.
  if (srtp.length === 1 && extensions.get(EXTENSION.useSrtp)?.at(-1) !== 0) return undefined
  const extendedMasterSecret = extensions.has(EXTENSION.extendedMasterSecret)
  return { version, random, suite, srtp: srtp[0], extendedMasterSecret }
}

export const encodeServerHello = (
  random: Uint8Array,
  srtp: number,
  { extendedMasterSecret }: ClientHello,
): Uint8Array =>
  concat(
    uint(DTLS12, 2),
    random,
    vector(1),
    uint(ECDHE_ECDSA_AES128_GCM, 2),
    uint(0, 1),
    vector(
      2,
      extension(EXTENSION.renegotiation, vector(1)),
      extension(EXTENSION.pointFormats, vector(1, uint(0, 1))),
      extension(EXTENSION.useSrtp, concat(list([srtp]), vector(1))),
      ...(extendedMasterSecret ? [extension(EXTENSION.extendedMasterSecret, EMPTY)] : []),
    ),
  )

/** RFC 6347 §4.2.1; the version stays 1.0 there for older clients. */
export const encodeHelloVerifyRequest = (cookie: Uint8Array): Uint8Array =>
  concat(uint(0xfeff, 2), vector(1, cookie))

export const decodeHelloVerifyRequest = (body: Uint8Array): Uint8Array | undefined => {
  const reader = new Reader(body)
  reader.uint(2)
  const cookie = reader.vector(1)
  return reader.done() ? cookie : undefined
}
