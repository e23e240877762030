import { createHmac } from 'node:crypto'
import { concat, fromBase64, toBase64 } from '#lib/bytes'
import { err, ok, type Result } from '#lib/result'

/** The AKA flavours of digest: RFC 3310, RFC 4169 and its SHA-256 sibling as handsets name it. */
export const AKA_ALGORITHMS = ['AKAv1-MD5', 'AKAv2-MD5', 'AKAv2-SHA-256'] as const
export type AkaAlgorithm = (typeof AKA_ALGORITHMS)[number]

/** The digest algorithm under each flavour: what hashes A1, A2 and the response. */
export const hashOf: Record<AkaAlgorithm, 'MD5' | 'SHA-256'> = {
  'AKAv1-MD5': 'MD5',
  'AKAv2-MD5': 'MD5',
  'AKAv2-SHA-256': 'SHA-256',
}

/** Matches in any case, as RFC 7616 §3.3 wants of tokens. */
export const akaAlgorithmOf = (token: string): AkaAlgorithm | undefined =>
  AKA_ALGORITHMS.find((name) => name.length === token.length && name.toLowerCase() === token.toLowerCase())

export type AkaNonce = { rand: Uint8Array; autn: Uint8Array; serverData: Uint8Array }

const RAND = 16
const AUTN = 16

/** RFC 3310 §3.2: nonce = base64(RAND ‖ AUTN ‖ anything the server likes). */
export const encodeNonce = (rand: Uint8Array, autn: Uint8Array, serverData?: Uint8Array): string =>
  toBase64(serverData ? concat(rand, autn, serverData) : concat(rand, autn))

export const decodeNonce = (nonce: string): Result<AkaNonce, 'base64' | 'short'> => {
  const bytes = fromBase64(nonce)
  if (!bytes) return err('base64')
  if (bytes.length < RAND + AUTN) return err('short')
  return ok({
    rand: bytes.slice(0, RAND),
    autn: bytes.slice(RAND, RAND + AUTN),
    serverData: bytes.slice(RAND + AUTN),
  })
}

const AUTS = 14

/** RFC 3310 §3.4: the `auts` parameter is base64 of 14 octets. */
export const encodeAuts = (auts: Uint8Array): string => toBase64(auts)

export const decodeAuts = (parameter: string): Result<Uint8Array, 'base64' | 'length'> => {
  const bytes = fromBase64(parameter)
  if (!bytes) return err('base64')
  return bytes.length === AUTS ? ok(bytes) : err('length')
}

/** What AKA yields for the digest; `res` is RES on the handset's side and XRES on the network's. */
export type AkaKeys = { res: Uint8Array; ck: Uint8Array; ik: Uint8Array }

/**
 * The octets to use as the digest's password. Version 1 (RFC 3310 §3.3): RES itself, which may hold any octet.
 * Version 2 (RFC 4169 §3): base64 text of HMAC(RES ‖ IK ‖ CK, "http-digest-akav2-password").
 */
export const akaPassword = (algorithm: AkaAlgorithm, { res, ck, ik }: AkaKeys): Uint8Array => {
  if (algorithm === 'AKAv1-MD5') return res
  const key = concat(res, ik, ck)
  return new TextEncoder().encode(toBase64(prf(algorithm, key, 'http-digest-akav2-password')))
}

/** IK' and CK' of RFC 4169 §3, for the security agreement of a peer that wants them in place of IK and CK. */
export const akaV2SessionKeys = (
  algorithm: AkaAlgorithm,
  { ck, ik }: AkaKeys,
): { ck: Uint8Array; ik: Uint8Array } => ({
  ik: prf(algorithm, ik, 'http-digest-akav2-integritykey'),
  ck: prf(algorithm, ck, 'http-digest-akav2-cipherkey'),
})

const prf = (algorithm: AkaAlgorithm, key: Uint8Array, text: string): Uint8Array =>
  Uint8Array.from(
    createHmac(algorithm === 'AKAv2-SHA-256' ? 'sha256' : 'md5', key)
      .update(text)
      .digest(),
  )
