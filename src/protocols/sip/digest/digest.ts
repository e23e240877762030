import { hash } from 'node:crypto'
import { EMPTY } from '#lib/bytes'

/** Hash names of RFC 7616 §6.1; the AKA variants use one of them after their password was made (RFC 3310, 4169). */
export type DigestHash = 'MD5' | 'SHA-256' | 'SHA-512-256'

const HASHES = { MD5: 'md5', 'SHA-256': 'sha256', 'SHA-512-256': 'sha512-256' } as const

/** The hash behind an algorithm's name, `-sess` and AKA included; undefined for an unknown one. */
export const hashOf = (algorithm: string): DigestHash | undefined => {
  const name = algorithm
    .toUpperCase()
    .replace(/^AKAV[12]-/, '')
    .replace(/-SESS$/, '')
  return name === 'MD5' || name === 'SHA-256' || name === 'SHA-512-256' ? name : undefined
}

/** Password octets: an AKA RES may hold any octet, zero included. */
export type Ha1Input = { algorithm: DigestHash; username: string; realm: string; password: Uint8Array }

/** Names and URIs are Latin-1 text, one character an octet. Hexadecimal as all results here. */
export const ha1Of = ({ algorithm, username, realm, password }: Ha1Input): string => {
  const head = `${username}:${realm}:`
  const octets = Buffer.allocUnsafe(head.length + password.length)
  octets.latin1Write(head, 0)
  octets.set(password, head.length)
  return hash(HASHES[algorithm], octets)
}

export type ResponseInput = {
  algorithm: DigestHash
  nonce: string
  /** Empty for the `rspauth` of Authentication-Info, RFC 7616 §3.5. */
  method: string
  /** As it stands in the header, not as it was asked for. */
  uri: string
  /** As it stands in the header; without it the form of RFC 2069 is used, and nc and cnonce do not count. */
  qop?: string
  nc?: string
  cnonce?: string
  /** The message's body, for `auth-int`. */
  body?: Uint8Array
}

/** Digest response, RFC 7616 §3.4.1, from a password. */
export const digestResponse = (input: ResponseInput & Ha1Input): string =>
  digestFromHa1({ ...input, ha1: ha1Of(input) })

/** Digest response from a stored H(username:realm:password). */
export const digestFromHa1 = (input: ResponseInput & { ha1: string }): string => {
  const { algorithm, ha1, nonce, qop, nc = '', cnonce = '' } = input
  const ha2 = ha2Of(input)
  if (qop === undefined) return hashText(algorithm, `${ha1}:${nonce}:${ha2}`)
  return hashText(algorithm, `${ha1}:${nonce}:${nc}:${cnonce}:${qop}:${ha2}`)
}

export const ha2Of = ({ algorithm, method, uri, qop, body = EMPTY }: ResponseInput): string => {
  if (qop !== 'auth-int') return hashText(algorithm, `${method}:${uri}`)
  return hashText(algorithm, `${method}:${uri}:${hash(HASHES[algorithm], body)}`)
}

/** HA1 of the `-sess` algorithms, RFC 7616 §3.4.2. */
export const sessionHa1 = (algorithm: DigestHash, ha1: string, nonce: string, cnonce: string): string =>
  hashText(algorithm, `${ha1}:${nonce}:${cnonce}`)

/** Text is hashed as UTF-8 by Node, so what is not plain ASCII goes through its octets. */
const hashText = (algorithm: DigestHash, text: string): string =>
  hash(HASHES[algorithm], isAscii(text) ? text : Buffer.from(text, 'latin1'))

const isAscii = (text: string): boolean => /^[\0-\x7f]*$/.test(text)
