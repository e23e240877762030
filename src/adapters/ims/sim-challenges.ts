import { type AkaAlgorithm, createSim, decodeAuts, encodeNonce, nextSqn, type Sim, type Vector } from '#aka'
import type { SimCard, Store, Subscriber } from '#core'
import type { Clock } from '#lib/clock'
import type { Random } from '#lib/random'

/** A vector sent to a handset and not yet forgotten. */
export type Challenge = {
  nonce: string
  vector: Vector
  algorithm: AkaAlgorithm
  issuedMs: number
  count: number
}

/** reg-await-auth, TS 24.229 table 7.8.1. */
export const AWAIT_AUTH_MS = 4 * 60_000
/** Handsets of one subscription that may be in the middle of a registration. */
const MOST_OPEN = 4

export type SimChallengePorts = {
  clock: Clock
  random: Random
  store: Pick<Store, 'saveSqn'>
  /** Sequence numbers kept from before, by IMPI. */
  sqns: Map<string, bigint>
}

/** The authentication centre: vectors, sequence numbers, resynchronisation (TS 33.102 §6.3, annex C). */
export const createSimChallenges = ({ clock, random, store, sqns }: SimChallengePorts) => {
  const sims = new Map<string, Sim>()
  const open = new Map<string, Challenge[]>()

  const simOf = (impi: string, { sqn: _sqn, amf: _amf, ...secrets }: SimCard): Sim => {
    const known = sims.get(impi)
    if (known) return known
    const sim = createSim(secrets)
    sims.set(impi, sim)
    return sim
  }

  const alive = (impi: string): Challenge[] =>
    (open.get(impi) ?? []).filter(({ issuedMs }) => clock.nowMs() - issuedMs < AWAIT_AUTH_MS)

  /** Makes a challenge; resolves once its sequence number is on disk, so that it is never used twice. */
  const issue = async (
    { impi, sim: card }: Subscriber,
    algorithm: AkaAlgorithm,
  ): Promise<Challenge | undefined> => {
    if (!card) return undefined
    // The slot (IND) is the one of the configured number: two centres that share a SIM own different ones, annex C.3.
    const sqn = nextSqn(sqns.get(impi) ?? card.sqn, Number(card.sqn & 31n))
    sqns.set(impi, sqn)
    const vector = simOf(impi, card).vector({ rand: random.bytes(16), sqn, amf: card.amf })
    const nonce = encodeNonce(vector.rand, vector.autn)
    const challenge = { nonce, vector, algorithm, issuedMs: clock.nowMs(), count: 0 }
    open.set(impi, [...alive(impi).slice(1 - MOST_OPEN), challenge])
    await store.saveSqn(impi, sqn)
    return challenge
  }

  return {
    issue,
    find: (impi: string, nonce: string): Challenge | undefined =>
      alive(impi).find((challenge) => challenge.nonce === nonce),
    /** RFC 3310 §3.4: takes over the SIM's number. False when AUTS does not fit the challenge. */
    resynchronise({ impi, sim: card }: Subscriber, challenge: Challenge, auts: string): boolean {
      const bytes = decodeAuts(auts)
      const sqnMs =
        card && bytes.ok ? simOf(impi, card).verifyAuts(challenge.vector.rand, bytes.value) : undefined
      if (sqnMs === undefined) return false
      sqns.set(impi, sqnMs)
      open.delete(impi)
      return true
    },
    /** Forgets what ran out: for the periodic sweep. */
    sweep(): void {
      for (const impi of open.keys()) {
        const rest = alive(impi)
        if (rest.length > 0) open.set(impi, rest)
        else open.delete(impi)
      }
    },
    /** A challenge that nobody can answer, for users that do not exist. */
    decoy: (): string => encodeNonce(random.bytes(16), random.bytes(16)),
  }
}
export type SimChallenges = ReturnType<typeof createSimChallenges>
