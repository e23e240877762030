import { sameSecret } from '#lib/secret'
import { type Credentials, type DigestHash, digestFromHa1, parseCredentials, type SipRequest } from '#sip'

/** What a request brings as its proof: the credentials whose user is known here, else the first that can be read. */
export const credentialsOf = (
  { headers, method }: SipRequest,
  isKnown: (username: string) => boolean,
): Credentials | undefined => {
  const names = method === 'REGISTER' ? ['Authorization'] : ['Proxy-Authorization', 'Authorization']
  let first: Credentials | undefined
  for (const name of names)
    for (const value of headers.all(name)) {
      const parsed = parseCredentials(value)
      if (!parsed.ok) continue
      if (isKnown(parsed.value.username)) return parsed.value
      first ??= parsed.value
    }
  return first
}

/** The hash that a password digest names; undefined for one that is not offered here. */
export const hashNamed = (name: string | undefined): DigestHash | undefined => {
  if (name === undefined) return 'MD5'
  const upper = name.toUpperCase()
  return upper === 'MD5' || upper === 'SHA-256' || upper === 'SHA-512-256' ? upper : undefined
}

/** nc, which counts with qop only; 0 when it is no number of eight digits, which is never enough. */
export const countOf = ({ qop, nc }: Credentials): number | undefined => {
  if (qop === undefined || nc === undefined) return undefined
  return /^[0-9a-f]{1,8}$/i.test(nc) ? Number.parseInt(nc, 16) : 0
}

/**
 * Whether the response is the right one for H(username:realm:password). The digest's own uri counts, not the
 * Request-URI, which proxies may have changed on the way.
 */
export const responds = (
  c: Credentials,
  { method, body }: SipRequest,
  algorithm: DigestHash,
  ha1: string,
): boolean => {
  const input: Parameters<typeof digestFromHa1>[0] = {
    algorithm,
    ha1,
    nonce: c.nonce,
    uri: c.uri,
    method,
    body,
  }
  if (c.qop !== undefined) input.qop = c.qop
  if (c.nc !== undefined) input.nc = c.nc
  if (c.cnonce !== undefined) input.cnonce = c.cnonce
  return sameSecret(c.response.toLowerCase(), digestFromHa1(input))
}
