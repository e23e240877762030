import { xor } from '#lib/bytes'
import type { AkaFunctions } from './functions.ts'

/**
 * The algorithm of test SIMs, TS 34.108 §8.1.2: no cryptography at all. XDOUT = K ⊕ RAND is RES, CK and IK are its
 * rotations by one and two octets, AK is its middle. No separate f5* is given: AK serves.
 * `resLen`: octets of RES, 1 to 16; test equipment disagrees about it.
 */
export const createXor = ({ k, resLen = 8 }: { k: Uint8Array; resLen?: number }): AkaFunctions => {
  const mac = (rand: Uint8Array, sqn: Uint8Array, amf: Uint8Array): Uint8Array => {
    const out = xor(k, rand).slice(0, 8)
    for (let i = 0; i < 8; i++) out[i] = (out[i] as number) ^ ((i < 6 ? sqn[i] : amf[i - 6]) as number)
    return out
  }
  const middle = (rand: Uint8Array) => xor(k, rand).slice(3, 9)
  return {
    f1: mac,
    f1Star: mac,
    f2345: (rand) => {
      const xdout = xor(k, rand)
      return { res: xdout.slice(0, resLen), ck: rotated(xdout, 1), ik: rotated(xdout, 2), ak: middle(rand) }
    },
    f5Star: middle,
  }
}

const rotated = (block: Uint8Array, octets: number): Uint8Array =>
  block.map((_, i) => block[(i + octets) & 15] as number)
