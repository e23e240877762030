import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto'
import { concat } from '#lib/bytes'
import { uint } from './reader.ts'

/** A self-signed certificate and its key (PKCS #8): what both DTLS roles show. DER. */
export type Certificate = { certificate: Uint8Array; privateKey: Uint8Array }

/** Of a description's `a=fingerprint` (RFC 8122 §5). */
export type CertificateFingerprint = { hash: string; value: string }

const der = (tag: number, ...parts: Uint8Array[]): Uint8Array => {
  const content = concat(...parts)
  const { length } = content
  const size =
    length < 128 ? uint(length, 1) : length < 256 ? uint(0x8100 | length, 2) : uint(0x820000 | length, 3)
  return concat(uint(tag, 1), size, content)
}

const [INTEGER, BIT_STRING, OID, UTF8, SEQUENCE, SET, TIME, EXPLICIT_0] = [
  2, 3, 6, 12, 0x30, 0x31, 0x17, 0xa0,
]
const ECDSA_WITH_SHA256 = der(SEQUENCE, der(OID, Uint8Array.fromHex('2a8648ce3d040302')))
const COMMON_NAME = Uint8Array.fromHex('550403')

const nameOf = (text: string): Uint8Array => {
  const value = der(UTF8, new TextEncoder().encode(text))
  return der(SEQUENCE, der(SET, der(SEQUENCE, der(OID, COMMON_NAME), value)))
}

/** UTCTime, RFC 5280 §4.1.2.5.1: good until 2049. */
const timeOf = (wallMs: number): Uint8Array => {
  const digits = new Date(wallMs).toISOString().replace(/[-:T]/g, '').slice(2, 14)
  return der(TIME, new TextEncoder().encode(`${digits}Z`))
}

const DAY_MS = 86_400_000

/** P-256, as browsers make them (RFC 8827 §6.5), valid for a year: nobody looks, the fingerprint is what counts. */
export const createCertificate = (wallMs: number, name = 'tandem'): Certificate => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const serial = randomBytes(9)
  serial[0] = 1
  const issuer = nameOf(name)
  const body = der(
    SEQUENCE,
    der(EXPLICIT_0, der(INTEGER, uint(2, 1))),
    der(INTEGER, serial),
    ECDSA_WITH_SHA256,
    issuer,
    der(SEQUENCE, timeOf(wallMs - DAY_MS), timeOf(wallMs + 365 * DAY_MS)),
    issuer,
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = sign('sha256', body, privateKey)
  return {
    certificate: der(SEQUENCE, body, ECDSA_WITH_SHA256, der(BIT_STRING, uint(0, 1), signature)),
    privateKey: new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' })),
  }
}

/** Throws for a key that is none: it is our own. */
export const keyOf = ({ privateKey }: Certificate): KeyObject =>
  createPrivateKey({ key: Buffer.from(privateKey), type: 'pkcs8', format: 'der' })

const octetsOf = (certificate: Uint8Array, hash: string): string =>
  createHash(hash)
    .update(certificate)
    .digest('hex')
    .toUpperCase()
    .replace(/(..)(?=.)/g, '$1:')

/** As `a=fingerprint:sha-256` wants it: octets in upper case with colons. */
export const fingerprintOf = (certificate: Uint8Array): string => octetsOf(certificate, 'sha256')

/** What RFC 8122 §5 has left of hash functions; MD5 and SHA-1 prove nothing any more. */
const HASHES: Readonly<Record<string, string>> = {
  'sha-256': 'sha256',
  'sha-384': 'sha384',
  'sha-512': 'sha512',
}

export const fitsFingerprint = (
  certificate: Uint8Array,
  wanted: readonly CertificateFingerprint[],
): boolean =>
  wanted.some(({ hash, value }) => {
    const known = HASHES[hash.toLowerCase()]
    return known !== undefined && octetsOf(certificate, known) === value.toUpperCase()
  })

/** The public key of a certificate on P-256, or undefined. */
export const publicKeyOf = (certificate: Uint8Array): KeyObject | undefined => {
  try {
    const { publicKey } = new X509Certificate(certificate)
    const known = publicKey.asymmetricKeyDetails?.namedCurve === 'prime256v1'
    return known ? publicKey : undefined
  } catch {
    return undefined
  }
}
