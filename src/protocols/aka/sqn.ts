/** Sequence numbers, TS 33.102 Annex C: SQN (48 bits) = SEQ ‖ IND. IND is 5 bits wide unless the network says else. */
export const IND_BITS = 5
const BITS = 48

/** The largest jump that a SIM accepts, in steps of SEQ: TS 33.102 §C.2.1. */
export const DELTA = 1n << 28n

/** The number after `current`: SEQ one up, in slot `ind`. Past 48 bits it begins anew. */
export const nextSqn = (current: bigint, ind = 0, indBits = IND_BITS): bigint => {
  const width = BigInt(indBits)
  const seq = BigInt.asUintN(BITS - indBits, (current >> width) + 1n)
  return (seq << width) | BigInt.asUintN(indBits, BigInt(ind))
}

export const sqnToBytes = (sqn: bigint): Uint8Array => {
  const out = new Uint8Array(6)
  for (let i = 5, rest = sqn; i >= 0; i--, rest >>= 8n) out[i] = Number(rest & 0xffn)
  return out
}

/** `bytes`: 6 octets, most significant first. */
export const sqnFromBytes = (bytes: Uint8Array): bigint => {
  let sqn = 0n
  for (const octet of bytes) sqn = (sqn << 8n) | BigInt(octet)
  return BigInt.asUintN(BITS, sqn)
}

export type Freshness = {
  /** True, and remembered, when the SIM would take this number: TS 33.102 §C.2. */
  accept(sqn: bigint): boolean
  /** SQN_MS: the highest number ever accepted, told to the network in AUTS. */
  readonly highest: bigint
}

export type FreshnessOptions = {
  indBits?: number
  delta?: bigint
  /** L of §C.2.2: how far SEQ may lie behind the highest; without it any age is accepted in its own slot. */
  ageLimit?: bigint
  /** SQN_MS to begin with: a SIM that has been in use, in every slot. */
  highest?: bigint
}

/** The SIM's memory: the highest SEQ of every slot, so that vectors of several networks may interleave. */
export const createFreshness = (options: FreshnessOptions = {}): Freshness => {
  const { indBits = IND_BITS, delta = DELTA, ageLimit, highest: start = 0n } = options
  const width = BigInt(indBits)
  const slots = new Map<bigint, bigint>()
  let highest = BigInt.asUintN(BITS, start)
  const startSeq = highest >> width

  const accept = (sqn: bigint): boolean => {
    const [seq, slot, seqMs] = [sqn >> width, BigInt.asUintN(indBits, sqn), highest >> width]
    if (seq - seqMs > delta) return false
    if (ageLimit !== undefined && seqMs - seq >= ageLimit) return false
    if (seq <= (slots.get(slot) ?? startSeq)) return false
    slots.set(slot, seq)
    if (sqn > highest) highest = sqn
    return true
  }
  return {
    accept,
    get highest() {
      return highest
    },
  }
}
