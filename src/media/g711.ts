/** G.711's two laws, 16 bit samples, and each law in terms of the other: by tables made once. */
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

/** The octet whose sound is next to that of the other law's. */
const tableOf = (from: (octet: number) => number, to: (octet: number) => number): Uint8Array => {
  const sounds = Array.from({ length: 256 }, (_, octet) => to(octet))
  return Uint8Array.from({ length: 256 }, (_, octet) => {
    const sound = from(octet)
    let best = 0
    for (let i = 1; i < 256; i++)
      if (Math.abs((sounds[i] as number) - sound) < Math.abs((sounds[best] as number) - sound)) best = i
    return best
  })
}

/** µ-law has two zeros; half a step keeps them apart. */
const apart = (octet: number): number => (ULAW[octet] as number) + (octet & 0x80 ? 0.5 : -0.5)
const alaw = (octet: number): number => ALAW[octet] as number

export const ULAW_TO_ALAW = tableOf(apart, alaw)
export const ALAW_TO_ULAW = tableOf(alaw, apart)

export const translate = (bytes: Uint8Array, from: number, to: number, table: Uint8Array): void => {
  for (let i = from; i < to; i++) bytes[i] = table[bytes[i] as number] as number
}
