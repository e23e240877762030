import type { AkaAnswer } from './functions.ts'
import { keccakF1600 } from './keccak.ts'

/** Lengths in bits that the network's owner chose, TS 35.231 §6; AUTN has room for a MAC of 64 only. */
export type TuakLengths = { mac: 64 | 128 | 256; res: 32 | 64 | 128 | 256; ck: 128 | 256; ik: 128 | 256 }

/** `k` 16 or 32 octets, `topc` 32 octets, `iterations` of Keccak-f[1600] per function (default 1). */
export type TuakKeys = {
  k: Uint8Array
  topc: Uint8Array
  iterations?: number
  lengths?: Partial<TuakLengths>
}

export type Tuak = {
  f1(rand: Uint8Array, sqn: Uint8Array, amf: Uint8Array): Uint8Array
  f1Star(rand: Uint8Array, sqn: Uint8Array, amf: Uint8Array): Uint8Array
  f2345(rand: Uint8Array): AkaAnswer
  f5Star(rand: Uint8Array): Uint8Array
}

const NAME = new TextEncoder().encode('TUAK1.0')
const NOTHING = new Uint8Array(16)
const K256 = 0x01
const [IK256, CK256] = [0x02, 0x04]
/** How INSTANCE tells the length of a MAC or RES: 32 is not coded, else a bit for each further length. */
const lengthBits: Record<TuakLengths['res'], number> = { 32: 0, 64: 0x08, 128: 0x10, 256: 0x20 }

/** TOPc from TOP, TS 35.231 §7.1. */
export const topcOf = (k: Uint8Array, top: Uint8Array, iterations = 1): Uint8Array =>
  read(run(k, top, { instance: k.length === 32 ? K256 : 0 }, iterations), 0, 32)

/** The functions f1 to f5* of TS 35.231 §7, in any of its lengths. */
export const createTuak = ({ k, topc, iterations = 1, lengths = {} }: TuakKeys): Tuak => {
  const { mac = 64, res = 64, ck = 128, ik = 128 } = lengths
  const key = k.length === 32 ? K256 : 0
  const macOf = (instance: number, rand: Uint8Array, sqn: Uint8Array, amf: Uint8Array) =>
    read(run(k, topc, { instance: instance | lengthBits[mac] | key, rand, sqn, amf }, iterations), 0, mac / 8)
  return {
    f1: (rand, sqn, amf) => macOf(0, rand, sqn, amf),
    f1Star: (rand, sqn, amf) => macOf(0x80, rand, sqn, amf),
    f2345: (rand) => {
      const wide = (ck === 256 ? CK256 : 0) | (ik === 256 ? IK256 : 0)
      const out = run(k, topc, { instance: 0x40 | lengthBits[res] | wide | key, rand }, iterations)
      return {
        res: read(out, 0, res / 8),
        ck: read(out, 32, ck / 8),
        ik: read(out, 64, ik / 8),
        ak: read(out, 96, 6),
      }
    },
    f5Star: (rand) => read(run(k, topc, { instance: 0xc0 | key, rand }, iterations), 96, 6),
  }
}

type Input = { instance: number; rand?: Uint8Array; amf?: Uint8Array; sqn?: Uint8Array }

/** Fills the permutation's 1600 bits as TS 35.231 §7 orders them and runs it. */
const run = (k: Uint8Array, top: Uint8Array, { instance, rand, amf, sqn }: Input, iterations: number) => {
  const state = new Uint8Array(200)
  put(state, 0, top)
  state[32] = instance
  put(state, 33, NAME)
  put(state, 40, rand ?? NOTHING)
  put(state, 56, amf ?? NOTHING.subarray(0, 2))
  put(state, 58, sqn ?? NOTHING.subarray(0, 6))
  put(state, 64, k)
  state[96] = 0x1f
  state[135] = 0x80
  keccakF1600(state, iterations)
  return state
}

/** Every field stands last octet first in the state, on its way in and on its way out. */
const put = (state: Uint8Array, from: number, field: Uint8Array): void => {
  for (let i = 0; i < field.length; i++) state[from + i] = field[field.length - 1 - i] as number
}

const read = (state: Uint8Array, from: number, length: number): Uint8Array =>
  state.slice(from, from + length).reverse()
