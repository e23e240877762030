import {
  akaAlgorithmOf,
  akaPassword,
  createFreshness,
  createSim,
  decodeNonce,
  encodeAuts,
  hashOf,
} from '#aka'
import { EMPTY } from '#lib/bytes'
import type { Random } from '#lib/random'
import { octets } from '#lib/text'
import { type Challenge, type Credentials, type DigestAlgorithm, digestFromHa1, ha1Of } from '#sip'
import type { UeIdentity } from './ue-identity.ts'

/** What the handset makes of a challenge. `resync` and `mac-wrong` tell the server so, RFC 3310 §3.4. */
export type UeAnswer = {
  kind: 'answered' | 'resync' | 'mac-wrong'
  /** The algorithm as the challenge named it. */
  algorithm: string
  credentials: Credentials
}

export type Answerer = {
  /** The credentials without content of an IMS handset's first REGISTER; undefined for a SIP phone. */
  first(uri: string): Credentials | undefined
  /** Undefined when none of the challenges can be answered. */
  answer(
    challenges: Challenge[],
    request: { method: string; uri: string; body: Uint8Array },
  ): UeAnswer | undefined
}

/** SIM and password of one handset. The SIM's memory of sequence numbers lives as long as this. */
export const createAnswerer = (identity: UeIdentity, random: Random): Answerer => {
  const { impi, domain, password, algorithm: wanted } = identity
  const sim = identity.sim && createSim(identity.sim)
  const memory = createFreshness({ highest: identity.sim?.sqn ?? 0n })

  type Request = { method: string; uri: string; body: Uint8Array }
  type Proof = { secret: Uint8Array; auts?: string }

  const filled = (
    challenge: Challenge,
    { method, uri, body }: Request,
    { secret, auts }: Proof,
  ): Credentials => {
    const { realm, nonce, opaque, algorithm } = challenge
    const hash = hashFor(algorithm) ?? 'MD5'
    const ha1 = ha1Of({ algorithm: hash, username: impi, realm, password: secret })
    const qop = challenge.qop.includes('auth')
      ? 'auth'
      : challenge.qop.includes('auth-int')
        ? 'auth-int'
        : undefined
    const [nc, cnonce] = qop ? ['00000001', random.token(16)] : []
    const response = digestFromHa1({ algorithm: hash, ha1, nonce, uri, method, qop, nc, cnonce, body })
    return { username: impi, realm, nonce, uri, response, algorithm, opaque, qop, nc, cnonce, auts }
  }

  const bySim = (challenge: Challenge, request: Request): UeAnswer | undefined => {
    const flavour = akaAlgorithmOf(challenge.algorithm ?? '')
    if (!flavour || !sim) return undefined
    const algorithm = flavour
    const nonce = decodeNonce(challenge.nonce)
    const said = nonce.ok ? sim.answer(nonce.value.rand, nonce.value.autn, memory) : undefined
    if (said?.kind === 'ok') {
      const secret = akaPassword(flavour, said)
      return { kind: 'answered', algorithm, credentials: filled(challenge, request, { secret }) }
    }
    if (said?.kind === 'resync') {
      const proof = { secret: EMPTY, auts: encodeAuts(said.auts) }
      return { kind: 'resync', algorithm, credentials: filled(challenge, request, proof) }
    }
    const credentials = { ...filled(challenge, request, { secret: EMPTY }), response: '' }
    return { kind: 'mac-wrong', algorithm, credentials }
  }

  const byPassword = (challenge: Challenge, request: Request): UeAnswer | undefined => {
    const algorithm = challenge.algorithm ?? 'MD5'
    if (password === undefined || akaAlgorithmOf(algorithm) || !hashFor(algorithm)) return undefined
    const credentials = filled(challenge, request, { secret: octets(password) })
    return { kind: 'answered', algorithm, credentials }
  }

  return {
    first: (uri) => {
      if (!identity.sim) return undefined
      return { username: impi, realm: domain, nonce: '', uri, response: '', algorithm: wanted }
    },
    /** The algorithm asked for before others, then in the server's order, RFC 7616 §3.7. */
    answer(challenges, request) {
      const preferred = challenges.filter(
        ({ algorithm = 'MD5' }) => algorithm.toUpperCase() === wanted?.toUpperCase(),
      )
      for (const challenge of [...preferred, ...challenges]) {
        const answer = bySim(challenge, request) ?? byPassword(challenge, request)
        if (answer) return answer
      }
      return undefined
    },
  }
}

const hashFor = (algorithm = 'MD5'): DigestAlgorithm | undefined => {
  const aka = akaAlgorithmOf(algorithm)
  const name = aka ? hashOf[aka] : algorithm.toUpperCase()
  return name === 'MD5' || name === 'SHA-256' ? name : undefined
}
