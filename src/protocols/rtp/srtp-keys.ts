import { createCipheriv } from 'node:crypto'
import type { HmacKey, SrtpKit } from './srtp-kit.ts'
import { SRTP_PROFILES, type SrtpKeys, type SrtpProfile } from './srtp-profile.ts'

/** What packets are treated with, made of the master key. */
export type Session = { key: Uint8Array; salt: Uint8Array; auth: HmacKey }
export type Sessions = { rtp: Session; rtcp: Session }

/** Labels of RFC 3711 §4.3.1 and §4.3.2. */
export const LABEL = { rtpKey: 0, rtpAuth: 1, rtpSalt: 2, rtcpKey: 3, rtcpAuth: 4, rtcpSalt: 5 } as const

/**
 * The AES-CM PRF of RFC 3711 §4.3.3 with a key derivation rate of zero. A salt of 12 octets (RFC 7714 §11) is filled
 * up with two zeros; keys of 32 octets make it AES-256 (RFC 6188 §3.1).
 */
export const deriveKey = ({ key, salt }: SrtpKeys, label: number, length: number): Uint8Array => {
  const x = new Uint8Array(16)
  x.set(salt)
  x[7] = (x[7] as number) ^ label
  const prf = createCipheriv(key.length === 32 ? 'aes-256-ctr' : 'aes-128-ctr', key, x)
  return new Uint8Array(prf.update(new Uint8Array(length)))
}

/** The keys' lengths must be the profile's. */
export const deriveSessions = (profile: SrtpProfile, keys: SrtpKeys, kit: SrtpKit): Sessions => {
  const { keyLength, saltLength, aead } = SRTP_PROFILES[profile]
  const session = (key: number, salt: number, auth: number): Session => ({
    key: deriveKey(keys, key, keyLength),
    salt: deriveKey(keys, salt, saltLength),
    auth: aead ? new Uint8Array(0) : kit.hmacKey(deriveKey(keys, auth, 20)),
  })
  return {
    rtp: session(LABEL.rtpKey, LABEL.rtpSalt, LABEL.rtpAuth),
    rtcp: session(LABEL.rtcpKey, LABEL.rtcpSalt, LABEL.rtcpAuth),
  }
}
