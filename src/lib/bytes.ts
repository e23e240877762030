/** Byte strings in the three spellings the field uses: raw, hexadecimal, base64. */
export const EMPTY = new Uint8Array(0)

export const toHex = (bytes: Uint8Array): string => bytes.toHex()

/** Undefined when the text is not an even number of hexadecimal digits. */
export const fromHex = (text: string): Uint8Array | undefined =>
  text.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(text) ? Uint8Array.fromHex(text) : undefined

export const toBase64 = (bytes: Uint8Array): string => bytes.toBase64()

/** Undefined when the text is not base64; missing padding is accepted. */
export const fromBase64 = (text: string): Uint8Array | undefined => {
  try {
    return Uint8Array.fromBase64(text)
  } catch {
    return undefined
  }
}

/** Byte-wise exclusive or, as long as the shorter of the two. */
export const xor = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const out = new Uint8Array(Math.min(a.length, b.length))
  for (let i = 0; i < out.length; i++) out[i] = (a[i] as number) ^ (b[i] as number)
  return out
}

export const concat = (...parts: Uint8Array[]): Uint8Array => {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

export const equal = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  let different = 0
  for (let i = 0; i < a.length; i++) different |= (a[i] as number) ^ (b[i] as number)
  return different === 0
}
