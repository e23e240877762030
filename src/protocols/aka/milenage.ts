import { createCipheriv } from 'node:crypto'
import { xor } from '#lib/bytes'
import type { AkaFunctions } from './functions.ts'

/** What makes one Milenage: TS 35.206 §4.1. `r` are left rotations of 0 to 127 bits, `c` constants of 16 octets. */
export type MilenageKeys = {
  k: Uint8Array
  opc: Uint8Array
  r?: readonly number[] | undefined
  c?: readonly Uint8Array[] | undefined
  /** Octets of RES that are used, at most 8. */
  resLen?: number
}

const R = [64, 0, 32, 64, 96] as const
const C = [0, 1, 2, 4, 8].map((last) => Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last))

type Block = (input: Uint8Array) => Uint8Array

const aesUnder = (k: Uint8Array): Block => {
  const cipher = createCipheriv('aes-128-ecb', k, null).setAutoPadding(false)
  return (input) => cipher.update(input)
}

/** OPc = E_K(OP) ⊕ OP, TS 35.206 §4.1. */
export const opcOf = (k: Uint8Array, op: Uint8Array): Uint8Array => xor(aesUnder(k)(op), op)

export const createMilenage = ({ k, opc, r = R, c = C, resLen = 8 }: MilenageKeys): AkaFunctions => {
  const tempOf = (aes: Block, rand: Uint8Array) => aes(xor(rand, opc))

  /** The whole of OUT1: f1 is its first half, f1* its second. */
  const out1 = (rand: Uint8Array, sqn: Uint8Array, amf: Uint8Array): Uint8Array => {
    const aes = aesUnder(k)
    const in1 = new Uint8Array(16)
    for (const half of [0, 8]) {
      in1.set(sqn, half)
      in1.set(amf, half + 6)
    }
    const input = turned(xor(in1, opc), r[0] as number, c[0] as Uint8Array)
    return xor(aes(xor(tempOf(aes, rand), input)), opc)
  }

  /** OUT2 to OUT5 (numbers `first` to `last`), enciphered in one go and set side by side. */
  const outs = (rand: Uint8Array, first: number, last: number): Uint8Array => {
    const aes = aesUnder(k)
    const base = xor(tempOf(aes, rand), opc)
    const input = new Uint8Array(16 * (last - first + 1))
    for (let n = first; n <= last; n++)
      input.set(turned(base, r[n - 1] as number, c[n - 1] as Uint8Array), 16 * (n - first))
    const out = Uint8Array.from(aes(input))
    for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) ^ (opc[i & 15] as number)
    return out
  }

  return {
    f1: (rand, sqn, amf) => out1(rand, sqn, amf).slice(0, 8),
    f1Star: (rand, sqn, amf) => out1(rand, sqn, amf).slice(8, 16),
    f2345: (rand) => {
      const out = outs(rand, 2, 4)
      return {
        res: out.slice(8, 8 + Math.min(resLen, 8)),
        ck: out.slice(16, 32),
        ik: out.slice(32, 48),
        ak: out.slice(0, 6),
      }
    },
    f5Star: (rand) => outs(rand, 5, 5).slice(0, 6),
  }
}

/** `block` rotated left by any number of bits, then ⊕ `constant`: operators' own r need not be whole octets. */
const turned = (block: Uint8Array, bits: number, constant: Uint8Array): Uint8Array => {
  const out = new Uint8Array(16)
  const whole = bits >> 3
  const rest = bits & 7
  for (let i = 0; i < 16; i++) {
    const high = block[(i + whole) & 15] as number
    const low = block[(i + whole + 1) & 15] as number
    out[i] = (((high << rest) | (low >> (8 - rest))) & 0xff) ^ (constant[i] as number)
  }
  return out
}
