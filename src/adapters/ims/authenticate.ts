import { type AkaAlgorithm, akaAlgorithmOf, akaPassword, hashOf } from '#aka'
import type { Proof, Subscriber, Subscribers } from '#core'
import { PROOFS } from '#core'
import type { Flow } from '#lib/wire'
import { type Credentials, type DigestHash, ha1Of, printChallenge, type SipRequest } from '#sip'
import { countOf, credentialsOf, hashNamed, responds } from './digest-proof.ts'
import type { Nonces } from './nonces.ts'
import { createPasswords } from './passwords.ts'
import type { Challenge, SimChallenges } from './sim-challenges.ts'

/** What a request's proof of identity is worth. */
export type Verdict =
  | { kind: 'proved'; subscriber: Subscriber }
  /** Values of WWW-Authenticate (or Proxy-Authenticate), strongest first. */
  | { kind: 'challenge'; challenges: string[] }
  /** `counts`: the sender itself was challenged with what it failed at, so the failure is nobody else's. */
  | { kind: 'refused'; why: 'wrong-answer' | 'too-weak'; counts: boolean }
  /** Nothing can be proved now: the disk takes no sequence numbers. */
  | { kind: 'unavailable' }

export type AuthenticatePorts = {
  subscribers: Subscribers
  nonces: Nonces
  sims: SimChallenges
  /** Realm for those whom nobody knows. */
  domain: string
}

type Late = Verdict | Promise<Verdict>
type Attempt = { c: Credentials; request: SipRequest; flow: Flow }

/** A password that nobody has: strangers cost as much work as everybody else. */
const NO_PASSWORD = new TextEncoder().encode('nobody')

/**
 * Digest in all its flavours: passwords (RFC 7616), SIMs (RFC 3310, RFC 4169). Nobody learns from an answer, or from the
 * time it takes, whether a user exists: strangers are challenged like anyone and then refused like anyone with a wrong
 * answer. What was made of a nonce that is not ours, or too old, is not looked at, whoever sends it.
 */
export const createAuthenticate = ({ subscribers, nonces, sims, domain }: AuthenticatePorts) => {
  const passwords = createPasswords(subscribers)
  const usual = usualAka(subscribers)

  /** Which password digests a transport is offered: old phones on UDP and TCP stumble over more than MD5. */
  const hashesFor = (flow: Flow): DigestHash[] =>
    flow.transport === 'ws' || flow.transport === 'wss' ? ['SHA-256', 'MD5'] : ['MD5']

  const passwordChallenge = (realm: string, flow: Flow, stale = false): Verdict => ({
    kind: 'challenge',
    challenges: hashesFor(flow).map((algorithm) =>
      printChallenge({ realm, nonce: nonces.issue(flow.address), algorithm, qop: 'auth', stale }),
    ),
  })

  const akaChallenge = (realm: string, nonce: string, algorithm: AkaAlgorithm): Verdict => ({
    kind: 'challenge',
    challenges: [printChallenge({ realm, nonce, algorithm, qop: 'auth' })],
  })

  const decoyChallenge = async (
    realm: string,
    algorithm: AkaAlgorithm,
    { address }: Flow,
    again = false,
  ): Promise<Verdict> => {
    const nonce = await sims.decoy(address, again)
    return nonce === undefined ? { kind: 'unavailable' } : akaChallenge(realm, nonce, algorithm)
  }

  const simChallenge = async (
    subscriber: Subscriber,
    algorithm: AkaAlgorithm,
    flow: Flow,
    again = false,
  ): Promise<Verdict> => {
    const challenge = await sims.issue(subscriber, algorithm, flow.address, again)
    if (!challenge) return { kind: 'refused', why: 'wrong-answer', counts: false }
    if (challenge === 'unsaved') return { kind: 'unavailable' }
    return akaChallenge(subscriber.domain, challenge.nonce, algorithm)
  }

  /** The algorithm a handset names, if the subscription is content with it; else its own (manual, authent_type). */
  const challenge = (subscriber: Subscriber, flow: Flow, asked?: string): Late => {
    const named = akaOf(asked)
    // Who names too weak an algorithm, or has no SIM for it, is refused whatever it answers, as a stranger would be.
    if (named && (!subscriber.sim || isTooWeak(named, subscriber)))
      return decoyChallenge(subscriber.domain, named, flow)
    if (!usesSim(subscriber, asked)) return passwordChallenge(subscriber.domain, flow)
    return simChallenge(subscriber, named ?? leastAka(subscriber), flow)
  }

  const strangerChallenge = (name: string, flow: Flow, asked?: string): Late =>
    looksLikeSim(name, asked)
      ? decoyChallenge(domain, akaOf(asked) ?? usual, flow)
      : passwordChallenge(domain, flow)

  const wrong = (nonce: string, { address }: Flow): Verdict => ({
    kind: 'refused',
    why: 'wrong-answer',
    counts: nonces.isFrom(nonce, address),
  })

  const checkPassword = (subscriber: Subscriber | undefined, { c, request, flow }: Attempt): Verdict => {
    const realm = subscriber?.domain ?? domain
    if (!nonces.isOpen(c.nonce)) return passwordChallenge(realm, flow, true)
    const algorithm = hashNamed(c.algorithm)
    if (!algorithm) return wrong(c.nonce, flow)
    const { username } = c
    const ha1 = subscriber
      ? passwords(subscriber, algorithm, username, c.realm)
      : ha1Of({ algorithm, username, realm: c.realm, password: NO_PASSWORD })
    if (!responds(c, request, algorithm, ha1) || subscriber?.password === undefined)
      return wrong(c.nonce, flow)
    // A count that was used before earns nothing but a new nonce: SIP.js repeats one when it unregisters.
    return nonces.use(c.nonce, countOf(c)) === 'fresh'
      ? { kind: 'proved', subscriber }
      : passwordChallenge(realm, flow, true)
  }

  /** RES in whatever wrapping, or AUTS, for a challenge that is open. */
  const checkRes = (subscriber: Subscriber, open: Challenge, { c, request, flow }: Attempt): Late => {
    const failed: Verdict = { kind: 'refused', why: 'wrong-answer', counts: open.source === flow.address }
    if (c.auts !== undefined)
      return sims.resynchronise(subscriber, open, c.auts)
        ? simChallenge(subscriber, open.algorithm, flow)
        : failed
    if (c.response === '') {
      // The card took the network for an impostor: one more try, TS 24.229 §5.4.1.2.2, then it is no friend of ours.
      sims.forget(subscriber.impi, open)
      return open.again ? failed : simChallenge(subscriber, open.algorithm, flow, true)
    }
    const algorithm = hashOf[open.algorithm]
    const { xres, ck, ik } = open.vector
    const password = akaPassword(open.algorithm, { res: xres, ck, ik })
    const ha1 = ha1Of({ algorithm, username: c.username, realm: c.realm, password })
    if (!responds(c, request, algorithm, ha1)) return failed
    const count = countOf(c) ?? 1
    if (count <= open.count) return challenge(subscriber, flow, c.algorithm)
    open.count = count
    return { kind: 'proved', subscriber }
  }

  const checkSim = (subscriber: Subscriber | undefined, attempt: Attempt): Late => {
    const { c, flow } = attempt
    const open = subscriber && sims.find(subscriber.impi, c.nonce)
    if (subscriber && open) return checkRes(subscriber, open, attempt)
    const decoy = sims.decoyOf(c.nonce, flow.address)
    const realm = subscriber?.domain ?? domain
    if (decoy && !decoy.again && c.response === '' && c.auts === undefined)
      return decoyChallenge(realm, akaOf(c.algorithm) ?? usual, flow, true)
    const named = akaOf(c.algorithm)
    const isWeak = subscriber !== undefined && named !== undefined && isTooWeak(named, subscriber)
    if (decoy) return { kind: 'refused', why: isWeak ? 'too-weak' : 'wrong-answer', counts: decoy.isFrom }
    // Too old, or of another life of this server: a new challenge costs the handset nothing.
    return subscriber
      ? challenge(subscriber, flow, c.algorithm)
      : strangerChallenge(c.username, flow, c.algorithm)
  }

  /**
   * Judges a request. `claimed`: whom it says it is by its To (REGISTER) or its From, if we know that identity.
   */
  return (request: SipRequest, flow: Flow, claimed: () => Subscriber | undefined): Late => {
    const c = credentialsOf(request, (name) => subscribers.byImpi(name) !== undefined)
    const named = c ? subscribers.byImpi(c.username) : claimed()
    // Who needs no proof may call itself what it likes in its credentials.
    const subscriber = named ?? (c && claimed()?.proof === 'none' ? claimed() : undefined)
    if (subscriber?.proof === 'none') return { kind: 'proved', subscriber }
    if (!c || c.nonce === '')
      return subscriber
        ? challenge(subscriber, flow, c?.algorithm)
        : strangerChallenge(c?.username ?? '', flow, c?.algorithm)
    const attempt = { c, request, flow }
    const isSim = subscriber
      ? usesSim(subscriber, c.algorithm) || akaOf(c.algorithm) !== undefined
      : looksLikeSim(c.username, c.algorithm)
    if (isSim) return checkSim(subscriber, attempt)
    if (c.response === '') return passwordChallenge(subscriber?.domain ?? domain, flow)
    return checkPassword(subscriber, attempt)
  }
}
export type Authenticate = ReturnType<typeof createAuthenticate>

const akaOf = (asked: string | undefined): AkaAlgorithm | undefined =>
  asked === undefined ? undefined : akaAlgorithmOf(asked)

const leastAka = ({ proof }: Subscriber): AkaAlgorithm => (proof === 'AKAv2' ? 'AKAv2-MD5' : 'AKAv1-MD5')

/** Strangers are asked for what most of the house's own handsets are asked for. */
const usualAka = ({ list }: Subscribers): AkaAlgorithm => {
  const sims = list.filter(({ sim }) => sim)
  const newer = sims.filter(({ proof }) => proof === 'AKAv2').length
  return newer * 2 > sims.length ? 'AKAv2-MD5' : 'AKAv1-MD5'
}

const looksLikeSim = (name: string, asked: string | undefined): boolean =>
  /^\d{14,15}(@|$)/.test(name) || akaOf(asked) !== undefined

/**
 * A subscriber with a password alone is asked for that; with a SIM the SIM is asked, unless MD5 is all it must do and it
 * does not ask for more.
 */
const usesSim = ({ proof, sim, password }: Subscriber, asked: string | undefined): boolean =>
  sim !== undefined && (proof !== 'MD5' || password === undefined || akaOf(asked) !== undefined)

const isTooWeak = (named: AkaAlgorithm, { proof }: Subscriber): boolean => {
  const strength = (named === 'AKAv1-MD5' ? 'AKAv1' : 'AKAv2') satisfies Proof
  return PROOFS.indexOf(strength) < PROOFS.indexOf(proof)
}
