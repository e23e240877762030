import { createHmac } from 'node:crypto'
import { read16, STUN_HEADER, write16 } from './stun.ts'

export const INTEGRITY_SIZE = 24

/**
 * MESSAGE-INTEGRITY of RFC 8489 §14.5 for the attribute at `integrity`: what lies before it, with a header that counts
 * up to its end. The header's length is changed for that moment.
 */
const hmacOf = (bytes: Uint8Array, at: number, integrity: number, password: Uint8Array): Uint8Array => {
  const told = read16(bytes, at + 2)
  write16(bytes, at + 2, integrity + INTEGRITY_SIZE - at - STUN_HEADER)
  const hmac = createHmac('sha1', password).update(bytes.subarray(at, integrity)).digest()
  write16(bytes, at + 2, told)
  return hmac
}

/** In the same time whatever the difference. */
export const isSigned = (bytes: Uint8Array, at: number, integrity: number, password: Uint8Array): boolean => {
  const hmac = hmacOf(bytes, at, integrity, password)
  let different = 0
  for (let i = 0; i < 20; i++) different |= (hmac[i] as number) ^ (bytes[integrity + 4 + i] as number)
  return different === 0
}

/** Writes the attribute's value. */
export const sign = (bytes: Uint8Array, at: number, integrity: number, password: Uint8Array): void => {
  bytes.set(hmacOf(bytes, at, integrity, password), integrity + 4)
}
