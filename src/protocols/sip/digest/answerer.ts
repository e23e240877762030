import type { Random } from '#lib/random'
import { octets } from '#lib/text'
import type { SipRequest, SipResponse } from '../grammar/message.ts'
import { type Challenge, type Credentials, parseChallenge, printCredentials } from './credentials.ts'
import { digestFromHa1, ha1Of, hashOf } from './digest.ts'

/** Who we are to another server. Latin-1: one character is one octet. */
export type Login = { username: string; password: string }

/** Header fields that prove who we are, to be put into the request in place of earlier ones. */
export type ProofFields = [name: string, value: string][]

/** Proves who we are to those who ask, RFC 3261 §22.2 and §22.3, RFC 7616 §3.4. One for each dialogue or registration. */
export type DigestAnswerer = {
  /** What to try once more with; undefined: none of its challenges can be answered, or our proof was refused. */
  answer(request: SipRequest, response: SipResponse): ProofFields | undefined
  /** Proof by what was asked last, with the next count, so that a later request is not challenged again. */
  again(request: SipRequest): ProofFields
}

const ASKED_IN = { 401: 'WWW-Authenticate', 407: 'Proxy-Authenticate' } as const
const ANSWERED_IN = { 401: 'Authorization', 407: 'Proxy-Authorization' } as const
type Asked = keyof typeof ASKED_IN

const isAsked = (status: number): status is Asked => status === 401 || status === 407

/** The first that we know, in the server's order: RFC 7616 §3.7, RFC 8760 §2.3. */
const knownIn = (response: SipResponse, name: string): Challenge | undefined => {
  for (const value of response.headers.all(name)) {
    const challenge = parseChallenge(value)
    if (!challenge.ok) continue
    const { algorithm = 'MD5' } = challenge.value
    if (hashOf(algorithm) !== undefined && !/^AKA|-sess$/i.test(algorithm)) return challenge.value
  }
  return undefined
}

const qopOf = ({ qop }: Challenge): 'auth' | 'auth-int' | undefined => {
  const offered = qop?.toLowerCase().split(/[\s,]+/) ?? []
  if (offered.includes('auth')) return 'auth'
  return offered.includes('auth-int') ? 'auth-int' : undefined
}

export const createDigestAnswerer = ({ username, password }: Login, random: Random): DigestAnswerer => {
  const open = new Map<Asked, { challenge: Challenge; count: number }>()

  const credentialsFor = (
    request: SipRequest,
    { challenge, count }: { challenge: Challenge; count: number },
  ): Omit<Credentials, 'fields'> => {
    const { realm, nonce, opaque, algorithm } = challenge
    const hash = hashOf(algorithm ?? 'MD5') ?? 'MD5'
    const ha1 = ha1Of({ algorithm: hash, username, realm, password: octets(password) })
    const qop = qopOf(challenge)
    const counted = qop && { qop, nc: count.toString(16).padStart(8, '0'), cnonce: random.token(16) }
    const { method, uri, body } = request
    const response = digestFromHa1({ algorithm: hash, ha1, nonce, method, uri, body, ...counted })
    return {
      ...{ username, realm, nonce, uri, response },
      ...(algorithm !== undefined && { algorithm }),
      ...counted,
      ...(opaque !== undefined && { opaque }),
    }
  }
  const again = (request: SipRequest): ProofFields =>
    Array.from(open, ([status, one]) => {
      one.count++
      return [ANSWERED_IN[status], printCredentials(credentialsFor(request, one))]
    })

  return {
    answer(request, response) {
      const { status } = response
      const challenge = isAsked(status) ? knownIn(response, ASKED_IN[status]) : undefined
      if (!challenge || !isAsked(status)) return undefined
      const before = open.get(status)?.challenge
      const wasShown = request.headers.has(ANSWERED_IN[status])
      if (wasShown && before?.nonce === challenge.nonce && challenge.stale !== true) return undefined
      open.set(status, { challenge, count: 0 })
      return again(request)
    },
    again,
  }
}
