/** G.711's two laws and 16 bit samples, by tables made once. */
const fromUlaw = (octet: number): number => {
  const value = ~octet & 0xff
  const magnitude = ((((value & 15) << 3) + 0x84) << ((value >> 4) & 7)) - 0x84
  return value & 0x80 ? -magnitude : magnitude
}

const fromAlaw = (octet: number): number => {
  const value = octet ^ 0x55
  const segment = (value >> 4) & 7
  const low = (value & 15) << 4
  const magnitude = segment === 0 ? low + 8 : (low + 0x108) << (segment - 1)
  return value & 0x80 ? magnitude : -magnitude
}

export const ULAW = Int16Array.from({ length: 256 }, (_, octet) => fromUlaw(octet))
export const ALAW = Int16Array.from({ length: 256 }, (_, octet) => fromAlaw(octet))

export const ULAW_SILENCE = 0xff

export const toUlaw = (sample: number): number => {
  const magnitude = Math.min(Math.abs(sample), 32_635) + 0x84
  const segment = Math.max(0, 24 - Math.clz32(magnitude))
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | ((magnitude >> (segment + 3)) & 15)) & 0xff
}

export const expand = (octets: Uint8Array, table: Int16Array): Int16Array => {
  const samples = new Int16Array(octets.length)
  for (let i = 0; i < octets.length; i++) samples[i] = table[octets[i] as number] as number
  return samples
}

/** Mean of what the samples weigh: below a hundred nobody speaks. */
export const loudnessOf = (samples: Int16Array): number => {
  let sum = 0
  for (const sample of samples) sum += Math.abs(sample)
  return samples.length === 0 ? 0 : sum / samples.length
}
