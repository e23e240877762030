import { akaAlgorithmOf, akaPassword, createFreshness, createSim, decodeNonce, encodeAuts } from '#aka'
import { EMPTY } from '#lib/bytes'
import type { Random } from '#lib/random'
import { octets } from '#lib/text'
import { type Challenge, type Credentials, digestFromHa1, ha1Of, hashOf } from '#sip'
import type { UeIdentity } from './ue-identity.ts'

export type UeCredentials = Omit<Credentials, 'fields'>

/** What the handset makes of a challenge. `resync` and `mac-wrong` tell the server so, RFC 3310 §3.4. */
export type UeAnswer = {
  kind: 'answered' | 'resync' | 'mac-wrong'
  algorithm: string
  credentials: UeCredentials
}

export type AnsweredRequest = { method: string; uri: string; body: Uint8Array }

export type Answerer = {
  /** What the first REGISTER carries: an IMS handset names itself in credentials without content, a SIP phone does not. */
  first(uri: string): UeCredentials | undefined
  /** Undefined when none of the challenges can be answered. */
  answer(challenges: Challenge[], request: AnsweredRequest): UeAnswer | undefined
  /** Proof by the last challenge that was answered, with the next count; undefined when there was none. */
  again(request: AnsweredRequest): UeCredentials | undefined
}

type Proof = { secret: Uint8Array; auts?: string }

/** SIM and password of one handset. The SIM's memory of sequence numbers lives as long as this. */
export const createAnswerer = (identity: UeIdentity, random: Random): Answerer => {
  const { impi, domain, password, algorithm: wanted } = identity
  const sim = identity.sim && createSim(identity.sim)
  const memory = createFreshness({ highest: identity.sim?.sqn ?? 0n })
  let last: { challenge: Challenge; proof: Proof; count: number } | undefined

  const filled = (challenge: Challenge, request: AnsweredRequest, proof: Proof, count = 1): UeCredentials => {
    const { realm, nonce, opaque, algorithm } = challenge
    const hash = hashOf(algorithm ?? 'MD5') ?? 'MD5'
    const ha1 = ha1Of({ algorithm: hash, username: impi, realm, password: proof.secret })
    const qop = qopOf(challenge)
    const counted = qop && { qop, nc: count.toString(16).padStart(8, '0'), cnonce: random.token(16) }
    const response = digestFromHa1({ algorithm: hash, ha1, nonce, ...request, ...counted })
    return {
      username: impi,
      realm,
      nonce,
      uri: request.uri,
      response,
      ...(algorithm !== undefined && { algorithm }),
      ...counted,
      ...(opaque !== undefined && { opaque }),
      ...(proof.auts !== undefined && { auts: proof.auts }),
    }
  }

  const answered = (challenge: Challenge, request: AnsweredRequest, proof: Proof): UeAnswer => {
    last = { challenge, proof, count: 1 }
    return {
      kind: 'answered',
      algorithm: challenge.algorithm ?? 'MD5',
      credentials: filled(challenge, request, proof),
    }
  }

  const bySim = (challenge: Challenge, request: AnsweredRequest): UeAnswer | undefined => {
    const algorithm = akaAlgorithmOf(challenge.algorithm ?? '')
    if (!algorithm || !sim) return undefined
    const nonce = decodeNonce(challenge.nonce)
    const said = nonce.ok ? sim.answer(nonce.value.rand, nonce.value.autn, memory) : undefined
    if (said?.kind === 'ok') return answered(challenge, request, { secret: akaPassword(algorithm, said) })
    last = undefined
    if (said?.kind === 'resync') {
      const proof = { secret: EMPTY, auts: encodeAuts(said.auts) }
      return { kind: 'resync', algorithm, credentials: filled(challenge, request, proof) }
    }
    const credentials = { ...filled(challenge, request, { secret: EMPTY }), response: '' }
    return { kind: 'mac-wrong', algorithm, credentials }
  }

  const byPassword = (challenge: Challenge, request: AnsweredRequest): UeAnswer | undefined => {
    const { algorithm = 'MD5' } = challenge
    const known = hashOf(algorithm) !== undefined && !/^AKA|-sess$/i.test(algorithm)
    if (password === undefined || !known) return undefined
    return answered(challenge, request, { secret: octets(password) })
  }

  return {
    first(uri) {
      if (!identity.sim) return undefined
      const empty = { username: impi, realm: domain, nonce: '', uri, response: '' }
      return wanted === undefined ? empty : { ...empty, algorithm: wanted }
    },
    /** The algorithm asked for before others, then in the server's order, RFC 7616 §3.7. */
    answer(challenges, request) {
      const isWanted = ({ algorithm = 'MD5' }: Challenge) => algorithm.toUpperCase() === wanted?.toUpperCase()
      for (const challenge of [...challenges.filter(isWanted), ...challenges]) {
        const answer = bySim(challenge, request) ?? byPassword(challenge, request)
        if (answer) return answer
      }
      return undefined
    },
    again(request) {
      if (!last || qopOf(last.challenge) === undefined) return undefined
      last.count++
      return filled(last.challenge, request, last.proof, last.count)
    },
  }
}

const qopOf = ({ qop }: Challenge): 'auth' | 'auth-int' | undefined => {
  const offered = qop?.toLowerCase().split(/[\s,]+/) ?? []
  if (offered.includes('auth')) return 'auth'
  return offered.includes('auth-int') ? 'auth-int' : undefined
}
