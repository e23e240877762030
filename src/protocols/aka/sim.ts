import { concat, equal, xor } from '#lib/bytes'
import type { AkaFunctions } from './functions.ts'
import { createMilenage, opcOf } from './milenage.ts'
import { type SimSecrets, secretsFault } from './secrets.ts'
import { type Freshness, sqnFromBytes, sqnToBytes } from './sqn.ts'
import { createTuak, type TuakLengths, topcOf } from './tuak.ts'
import { createXor } from './xor.ts'

/** An authentication vector, TS 33.102 §6.3.2. */
export type Vector = {
  rand: Uint8Array
  autn: Uint8Array
  xres: Uint8Array
  ck: Uint8Array
  ik: Uint8Array
  ak: Uint8Array
}

/** What a SIM says to a challenge, TS 33.102 §6.3.3. */
export type SimAnswer =
  | { kind: 'ok'; res: Uint8Array; ck: Uint8Array; ik: Uint8Array; sqn: bigint }
  | { kind: 'resync'; auts: Uint8Array }
  | { kind: 'mac-wrong' }

/** Both halves of AKA under one set of secrets: the home's (`vector`, `verifyAuts`) and the SIM's (`answer`, `auts`). */
export type Sim = {
  /** `rand` 16 octets, `amf` 0 to 65535. */
  vector(input: { rand: Uint8Array; sqn: bigint; amf: number }): Vector
  /** SQN_MS when MAC-S fits the challenge `rand`; undefined when it does not, or for octets of any other length. */
  verifyAuts(rand: Uint8Array, auts: Uint8Array): bigint | undefined
  /** Judges a challenge of any octets and takes note of its number in `memory` when it is accepted. */
  answer(rand: Uint8Array, autn: Uint8Array, memory: Freshness): SimAnswer
  /** (SQN_MS ⊕ AK*) ‖ MAC-S, TS 33.102 §6.3.3. */
  auts(rand: Uint8Array, sqnMs: bigint): Uint8Array
}

/** MAC-S is made with this in place of AMF, TS 33.102 §6.3.3. */
const NO_AMF = new Uint8Array(2)

/** Throws when `secretsFault` has something to say: whoever reads secrets from outside asks that first. */
export const createSim = (secrets: SimSecrets): Sim => {
  const f = functionsOf(secrets)
  const auts = (rand: Uint8Array, sqnMs: bigint): Uint8Array => {
    const sqn = sqnToBytes(sqnMs)
    return concat(xor(sqn, f.f5Star(rand)), f.f1Star(rand, sqn, NO_AMF))
  }

  const vector: Sim['vector'] = ({ rand, sqn, amf }) => {
    const { res, ck, ik, ak } = f.f2345(rand)
    const [number, field] = [sqnToBytes(sqn), Uint8Array.of(amf >> 8, amf & 0xff)]
    const autn = concat(xor(number, ak), field, f.f1(rand, number, field))
    return { rand, autn, xres: res, ck, ik, ak }
  }

  const verifyAuts: Sim['verifyAuts'] = (rand, auts) => {
    if (rand.length !== 16 || auts.length !== 14) return undefined
    const sqn = xor(auts.subarray(0, 6), f.f5Star(rand))
    return equal(f.f1Star(rand, sqn, NO_AMF), auts.subarray(6)) ? sqnFromBytes(sqn) : undefined
  }

  const answer: Sim['answer'] = (rand, autn, memory) => {
    if (rand.length !== 16 || autn.length !== 16) return { kind: 'mac-wrong' }
    const { res, ck, ik, ak } = f.f2345(rand)
    const [number, amf] = [xor(autn.subarray(0, 6), ak), autn.subarray(6, 8)]
    if (!equal(f.f1(rand, number, amf), autn.subarray(8))) return { kind: 'mac-wrong' }
    const sqn = sqnFromBytes(number)
    const accepted = memory.accept(sqn)
    const fresh = secrets.algo === 'xor' ? testSimTakes(amf) : accepted
    return fresh ? { kind: 'ok', res, ck, ik, sqn } : { kind: 'resync', auts: auts(rand, memory.highest) }
  }

  return { vector, verifyAuts, answer, auts }
}

/** Test SIMs do not look at SQN; the AMF of all ones asks them to resynchronise, TS 34.108 §8.1.2.2. */
const testSimTakes = (amf: Uint8Array): boolean => !(amf[0] === 0xff && amf[1] === 0xff)

const functionsOf = (secrets: SimSecrets): AkaFunctions => {
  const fault = secretsFault(secrets)
  if (fault) throw new RangeError(`${fault.property}: expected ${fault.wanted}`)
  const { algo, k, r, c, keccakIter = 1, resLen = 8 } = secrets
  if (algo === 'xor') return createXor({ k, resLen })
  if (algo === 'miln')
    return createMilenage({ k, opc: secrets.opc ?? opcOf(k, secrets.op as Uint8Array), r, c, resLen })
  const topc = secrets.topc ?? topcOf(k, secrets.top as Uint8Array, keccakIter)
  return createTuak({ k, topc, iterations: keccakIter, lengths: { res: (8 * resLen) as TuakLengths['res'] } })
}
