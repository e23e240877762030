import {
  type AkaAlgorithm,
  createSim,
  decodeAuts,
  decodeNonce,
  encodeNonce,
  nextSqn,
  type Sim,
  sqnFromBytes,
  type Vector,
} from '#aka'
import type { SimCard, Store, Subscriber } from '#core'
import { equal, xor } from '#lib/bytes'
import type { Clock } from '#lib/clock'
import { hash32 } from '#lib/hash'
import type { Random } from '#lib/random'

/** A vector sent to a handset and not yet forgotten. */
export type Challenge = {
  nonce: string
  vector: Vector
  algorithm: AkaAlgorithm
  issuedMs: number
  /** Address that was challenged. */
  source: string
  /** Highest nonce count that came with a right answer. */
  count: number
  /** Sent because the handset could not verify the one before. */
  again: boolean
}

/** reg-await-auth, TS 24.229 table 7.8.1. */
export const AWAIT_AUTH_MS = 4 * 60_000
/** Handsets of one subscription that may be in the middle of a registration. */
const MOST_OPEN = 8
/** Under this name the numbers of challenges to nobody are kept. */
const NOBODY = ''

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
  const decoys = createDecoys(clock, random)

  const simOf = (impi: string, { sqn: _sqn, amf: _amf, ...secrets }: SimCard): Sim => {
    const known = sims.get(impi)
    if (known) return known
    const sim = createSim(secrets)
    sims.set(impi, sim)
    return sim
  }

  const alive = (impi: string): Challenge[] =>
    (open.get(impi) ?? []).filter(({ issuedMs }) => clock.nowMs() - issuedMs < AWAIT_AUTH_MS)

  const forget = (impi: string, challenge: Challenge): void => {
    const rest = alive(impi).filter((other) => other !== challenge)
    if (rest.length > 0) open.set(impi, rest)
    else open.delete(impi)
  }

  const remember = (impi: string, challenge: Challenge): void => {
    const list = alive(impi)
    // Who asks too often loses challenges of its own first, not those of a handset elsewhere.
    if (list.length >= MOST_OPEN) {
      const own = list.findIndex(({ source }) => source === challenge.source)
      list.splice(Math.max(own, 0), 1)
    }
    open.set(impi, [...list, challenge])
  }

  /** False when the disk does not take it: then nothing is said to the handset. */
  const save = (impi: string, sqn: bigint): Promise<boolean> =>
    store.saveSqn(impi, sqn).then(
      () => true,
      () => false,
    )

  /**
   * Makes a challenge; resolves once its sequence number is on disk, so that it is never used twice. Undefined: there is
   * no SIM.
   */
  const issue = async (
    { impi, sim: card }: Subscriber,
    algorithm: AkaAlgorithm,
    source: string,
    again = false,
  ): Promise<Challenge | 'unsaved' | undefined> => {
    if (!card) return undefined
    // The slot (IND) is the one of the configured number: two centres that share a SIM own different ones, annex C.3.
    const sqn = nextSqn(sqns.get(impi) ?? card.sqn, Number(card.sqn & 31n))
    sqns.set(impi, sqn)
    const vector = simOf(impi, card).vector({ rand: random.bytes(16), sqn, amf: card.amf })
    const nonce = encodeNonce(vector.rand, vector.autn)
    if (!(await save(impi, sqn))) return 'unsaved'
    const challenge = { nonce, vector, algorithm, source, again, issuedMs: clock.nowMs(), count: 0 }
    remember(impi, challenge)
    return challenge
  }

  return {
    issue,
    find: (impi: string, nonce: string): Challenge | undefined =>
      alive(impi).find((challenge) => challenge.nonce === nonce),
    forget,
    /** RFC 3310 §3.4: takes over the SIM's number. False when AUTS does not fit the challenge. */
    resynchronise({ impi, sim: card }: Subscriber, challenge: Challenge, auts: string): boolean {
      const bytes = decodeAuts(auts)
      const sqnMs =
        card && bytes.ok ? simOf(impi, card).verifyAuts(challenge.vector.rand, bytes.value) : undefined
      if (sqnMs === undefined) return false
      sqns.set(impi, sqnMs)
      forget(impi, challenge)
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
    /** A challenge that nobody can answer, for users that do not exist. It takes as long as one for those that do. */
    async decoy(source: string, again = false): Promise<string | undefined> {
      const { nonce, sqn } = decoys.make(source, again)
      return (await save(NOBODY, sqn)) ? nonce : undefined
    },
    /** Whether the nonce is of such a challenge: which of the two a handset gets, and whether this address got it. */
    decoyOf: (nonce: string, source: string): Decoy | undefined => decoys.find(nonce, source),
    /** Subscriptions with a challenge open. */
    get size(): number {
      return open.size
    },
  }
}
export type SimChallenges = ReturnType<typeof createSimChallenges>

export type Decoy = { again: boolean; isFrom: boolean }

const SOURCE_BITS = 16n

/**
 * Challenges from a SIM that nobody has. They are known again without being kept: the number under the mask tells the
 * time, the kind and the address (in part), and its MAC that we made it.
 */
const createDecoys = (clock: Clock, random: Random) => {
  const sim = createSim({ algo: 'miln', k: random.bytes(16), opc: random.bytes(16) })
  const amf = 0x8000
  const periodNow = (): bigint => BigInt(Math.floor(clock.nowMs() / AWAIT_AUTH_MS))
  const markOf = (source: string): bigint => BigInt.asUintN(Number(SOURCE_BITS), BigInt(hash32(source)))

  return {
    make(source: string, again: boolean): { nonce: string; sqn: bigint } {
      const when = periodNow() * 2n + (again ? 1n : 0n)
      const sqn = BigInt.asUintN(48, (when << SOURCE_BITS) | markOf(source))
      const { rand, autn } = sim.vector({ rand: random.bytes(16), sqn, amf })
      return { nonce: encodeNonce(rand, autn), sqn }
    },
    find(nonce: string, source: string): Decoy | undefined {
      const parts = decodeNonce(nonce)
      if (!parts.ok) return undefined
      const { rand, autn } = parts.value
      const { ak } = sim.vector({ rand, sqn: 0n, amf })
      const sqn = sqnFromBytes(xor(autn.subarray(0, 6), ak))
      if (!equal(sim.vector({ rand, sqn, amf }).autn, autn)) return undefined
      const when = sqn >> SOURCE_BITS
      if (periodNow() - when / 2n > 1n) return undefined
      return { again: (when & 1n) === 1n, isFrom: BigInt.asUintN(16, sqn) === markOf(source) }
    },
  }
}
