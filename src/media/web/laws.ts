/** The two laws of G.711, each in terms of the other: 256 octets a table, made once. */
const fromUlaw = (octet: number): number => {
  const value = ~octet & 0xff
  const magnitude = (((value & 15) << 3) + 0x84) << ((value >> 4) & 7)
  // The law has two zeros; half a step keeps them apart.
  return value & 0x80 ? 131.5 - magnitude : magnitude - 131.5
}

const fromAlaw = (octet: number): number => {
  const value = octet ^ 0x55
  const segment = (value >> 4) & 7
  const low = (value & 15) << 4
  const magnitude = segment === 0 ? low + 8 : (low + 0x108) << (segment - 1)
  return value & 0x80 ? magnitude : -magnitude
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

export const ULAW_TO_ALAW = tableOf(fromUlaw, fromAlaw)
export const ALAW_TO_ULAW = tableOf(fromAlaw, fromUlaw)

export const translate = (bytes: Uint8Array, from: number, to: number, table: Uint8Array): void => {
  for (let i = from; i < to; i++) bytes[i] = table[bytes[i] as number] as number
}
