import { xor } from '#lib/bytes'
import type { AkaAnswer } from './functions.ts'

/**
 * What a SIM of the third generation answers a network of the second: TS 33.102 §6.8.1.2 conversion functions
 * c2 and c3, the first derivation of TS 55.205. RES longer than 4 octets is folded.
 */
export const gsmAnswer = ({ res, ck, ik }: AkaAnswer): { sres: Uint8Array; kc: Uint8Array } => {
  const sres = new Uint8Array(4)
  for (let i = 0; i < res.length; i++) sres[i & 3] = (sres[i & 3] as number) ^ (res[i] as number)
  const half = (key: Uint8Array) => xor(key.subarray(0, 8), key.subarray(8, 16))
  return { sres, kc: xor(half(ck), half(ik)) }
}

/** The second derivation of TS 55.205: simply the first four octets of RES. */
export const gsmSresCut = (res: Uint8Array): Uint8Array => res.slice(0, 4)
