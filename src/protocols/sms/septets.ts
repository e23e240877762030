/** Octets that so many septets fill, TS 23.038 §6.1.2.1. */
export const packedLength = (septets: number): number => (septets * 7 + 7) >> 3

/** Packs septets (one per octet) into `out`, first septet in the low bits, starting `bit` bits after its first octet. */
export const pack = (septets: Uint8Array, out: Uint8Array, bit = 0): void => {
  let at = bit >> 3
  let held = 0
  let bits = bit & 7
  for (let i = 0; i < septets.length; i++) {
    held |= ((septets[i] as number) & 0x7f) << bits
    bits += 7
    if (bits < 8) continue
    out[at] = (out[at] as number) | (held & 0xff)
    at++
    held >>= 8
    bits -= 8
  }
  if (bits > 0 && at < out.length) out[at] = (out[at] as number) | held
}

/** The other way round: `count` septets from `bit` bits on. What lies past the end reads as zero. */
export const unpack = (octets: Uint8Array, count: number, bit = 0): Uint8Array => {
  const out = new Uint8Array(count)
  for (let i = 0; i < count; i++, bit += 7) {
    const at = bit >> 3
    const two = (octets[at] ?? 0) | ((octets[at + 1] ?? 0) << 8)
    out[i] = (two >> (bit & 7)) & 0x7f
  }
  return out
}
