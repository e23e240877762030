import { createHmac } from 'node:crypto'
import { concat } from '#lib/bytes'

const hmac = (secret: Uint8Array, ...parts: Uint8Array[]): Uint8Array => {
  const made = createHmac('sha256', secret)
  for (const part of parts) made.update(part)
  return made.digest()
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

/** RFC 5246 §5, with SHA-256: P_hash over the label and the seed. */
export const prf = (secret: Uint8Array, label: string, seed: Uint8Array, length: number): Uint8Array => {
  const start = concat(ascii(label), seed)
  const out = new Uint8Array(length)
  let a = start
  for (let at = 0; at < length; at += 32) {
    a = hmac(secret, a)
    out.set(hmac(secret, a, start).subarray(0, length - at), at)
  }
  return out
}
