import { type AkaAlgorithm, akaAlgorithmOf, akaPassword, hashOf } from '#aka'
import type { Proof, Subscriber, Subscribers } from '#core'
import { PROOFS } from '#core'
import type { Flow } from '#lib/wire'
import {
  type Credentials,
  type DigestHash,
  digestFromHa1,
  ha1Of,
  parseCredentials,
  printChallenge,
  type SipRequest,
} from '#sip'
import type { Nonces } from './nonces.ts'
import { createPasswords } from './passwords.ts'
import type { SimChallenges } from './sim-challenges.ts'

/** What a request's proof of identity is worth. */
export type Verdict =
  | { kind: 'proved'; subscriber: Subscriber }
  /** Values of WWW-Authenticate (or Proxy-Authenticate), strongest first. `failed`: the answer to an earlier one was wrong. */
  | { kind: 'challenge'; challenges: string[] }
  | { kind: 'refused'; why: 'wrong-answer' | 'too-weak' }

export type AuthenticatePorts = {
  subscribers: Subscribers
  nonces: Nonces
  sims: SimChallenges
  /** Realm for those whom nobody knows. */
  domain: string
}

type Hash = DigestHash

/**
 * Digest in all its flavours: passwords (RFC 7616), SIMs (RFC 3310, RFC 4169). Nobody learns from an answer whether a
 * user exists: strangers are challenged like anyone and then refused like anyone with a wrong answer.
 */
export const createAuthenticate = ({ subscribers, nonces, sims, domain }: AuthenticatePorts) => {
  const passwords = createPasswords(subscribers)

  /** Which password digests a transport is offered: old phones on UDP and TCP stumble over more than MD5. */
  const hashesFor = (flow: Flow): Hash[] =>
    flow.transport === 'ws' || flow.transport === 'wss' ? ['SHA-256', 'MD5'] : ['MD5']

  const passwordChallenge = (realm: string, flow: Flow, stale = false): Verdict => ({
    kind: 'challenge',
    challenges: hashesFor(flow).map((algorithm) =>
      printChallenge({ realm, nonce: nonces.issue(), algorithm, qop: 'auth', stale }),
    ),
  })

  const simChallenge = async (subscriber: Subscriber, asked: string | undefined): Promise<Verdict> => {
    const least: AkaAlgorithm = subscriber.proof === 'AKAv2' ? 'AKAv2-MD5' : 'AKAv1-MD5'
    const named = asked === undefined ? undefined : akaAlgorithmOf(asked)
    const algorithm = named ?? least
    const challenge = await sims.issue(subscriber, algorithm)
    if (!challenge) return { kind: 'refused', why: 'wrong-answer' }
    const { nonce } = challenge
    return {
      kind: 'challenge',
      challenges: [printChallenge({ realm: subscriber.domain, nonce, algorithm, qop: 'auth' })],
    }
  }

  const challenge = (subscriber: Subscriber, flow: Flow, asked?: string): Verdict | Promise<Verdict> => {
    // A handset that names a weaker algorithm than its subscription demands is turned away: manual, authent_type.
    if (asked !== undefined && strength(asked) < PROOFS.indexOf(subscriber.proof) && subscriber.sim)
      return { kind: 'refused', why: 'too-weak' }
    return usesSim(subscriber) ? simChallenge(subscriber, asked) : passwordChallenge(subscriber.domain, flow)
  }

  const strangerChallenge = (name: string, flow: Flow, asked?: string): Verdict => {
    const looksLikeSim =
      /^\d{14,15}(@|$)/.test(name) || (asked !== undefined && akaAlgorithmOf(asked) !== undefined)
    if (!looksLikeSim) return passwordChallenge(domain, flow)
    const algorithm = (asked === undefined ? undefined : akaAlgorithmOf(asked)) ?? 'AKAv1-MD5'
    return {
      kind: 'challenge',
      challenges: [printChallenge({ realm: domain, nonce: sims.decoy(), algorithm, qop: 'auth' })],
    }
  }

  const checkPassword = (
    subscriber: Subscriber,
    c: Credentials,
    request: SipRequest,
    flow: Flow,
  ): Verdict => {
    const { password } = subscriber
    const algorithm = hashNamed(c.algorithm)
    if (password === undefined || !algorithm) return { kind: 'refused', why: 'wrong-answer' }
    const ha1 = passwords(subscriber, algorithm, c.username, c.realm)
    if (!responds(c, request, algorithm, ha1)) return { kind: 'refused', why: 'wrong-answer' }
    // A count that was used before earns nothing but a new nonce: SIP.js repeats one when it unregisters.
    return nonces.use(c.nonce, countOf(c)) === 'fresh'
      ? { kind: 'proved', subscriber }
      : passwordChallenge(subscriber.domain, flow, true)
  }

  const checkSim = (
    subscriber: Subscriber,
    c: Credentials,
    request: SipRequest,
    flow: Flow,
  ): Verdict | Promise<Verdict> => {
    const open = sims.find(subscriber.impi, c.nonce)
    // Too old, or of another life of this server: a new challenge costs the handset nothing.
    if (!open) return challenge(subscriber, flow, c.algorithm)
    if (c.auts !== undefined) {
      if (!sims.resynchronise(subscriber, open, c.auts)) return { kind: 'refused', why: 'wrong-answer' }
      return simChallenge(subscriber, open.algorithm)
    }
    const algorithm = hashOf[open.algorithm]
    const { xres, ck, ik } = open.vector
    const password = akaPassword(open.algorithm, { res: xres, ck, ik })
    const ha1 = ha1Of({ algorithm, username: c.username, realm: c.realm, password })
    if (!responds(c, request, algorithm, ha1)) return { kind: 'refused', why: 'wrong-answer' }
    const count = countOf(c) ?? 1
    if (count <= open.count) return challenge(subscriber, flow, c.algorithm)
    open.count = count
    return { kind: 'proved', subscriber }
  }

  /**
   * Judges a request. `claimed`: whom it says it is by its To (REGISTER) or its From, if we know that identity.
   */
  return (
    request: SipRequest,
    flow: Flow,
    claimed: () => Subscriber | undefined,
  ): Verdict | Promise<Verdict> => {
    const header = request.method === 'REGISTER' ? 'Authorization' : 'Proxy-Authorization'
    const credentials = digestOf(request, header) ?? digestOf(request, 'Authorization')
    const subscriber = credentials ? subscribers.byImpi(credentials.username) : claimed()
    if (subscriber?.proof === 'none') return { kind: 'proved', subscriber }
    if (!subscriber) {
      // The name of an unknown user is only looked at, never kept.
      const name = credentials?.username ?? ''
      if (credentials && credentials.response !== '') return { kind: 'refused', why: 'wrong-answer' }
      return strangerChallenge(name, flow, credentials?.algorithm)
    }
    const unanswered =
      !credentials || credentials.nonce === '' || (credentials.response === '' && !credentials.auts)
    if (unanswered) return challenge(subscriber, flow, credentials?.algorithm)
    return usesSim(subscriber)
      ? checkSim(subscriber, credentials, request, flow)
      : checkPassword(subscriber, credentials, request, flow)
  }
}
export type Authenticate = ReturnType<typeof createAuthenticate>

/** A subscriber with a password alone is asked for that; with a SIM the SIM is asked unless MD5 is all it must do. */
const usesSim = ({ proof, sim, password }: Subscriber): boolean =>
  sim !== undefined && (proof !== 'MD5' || password === undefined)

const strength = (algorithm: string): number => {
  const aka = akaAlgorithmOf(algorithm)
  if (!aka) return PROOFS.indexOf('MD5')
  return PROOFS.indexOf((aka === 'AKAv1-MD5' ? 'AKAv1' : 'AKAv2') satisfies Proof)
}

const hashNamed = (name: string | undefined): Hash | undefined => {
  if (name === undefined) return 'MD5'
  const upper = name.toUpperCase()
  return upper === 'MD5' || upper === 'SHA-256' || upper === 'SHA-512-256' ? upper : undefined
}

const countOf = ({ qop, nc }: Credentials): number | undefined =>
  qop === undefined || nc === undefined ? undefined : Number.parseInt(nc, 16) || 0

const digestOf = ({ headers }: SipRequest, name: string): Credentials | undefined => {
  for (const value of headers.all(name)) {
    const parsed = parseCredentials(value)
    if (parsed.ok) return parsed.value
  }
  return undefined
}

const responds = (c: Credentials, { method, body }: SipRequest, algorithm: Hash, ha1: string): boolean => {
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
  return constantTimeEqual(digestFromHa1(input), c.response.toLowerCase())
}

const constantTimeEqual = (a: string, b: string): boolean => {
  if (a.length !== b.length) return false
  let different = 0
  for (let i = 0; i < a.length; i++) different |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return different === 0
}
