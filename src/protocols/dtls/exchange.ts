import { createECDH, createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto'
import { SECP256R1, X25519 } from './hello.ts'

/** Our half of an ephemeral key exchange. `agree`: undefined when the peer's point is none. */
export type KeyShare = {
  group: number
  publicKey: Uint8Array
  agree(peer: Uint8Array): Uint8Array | undefined
}

/** SubjectPublicKeyInfo of an X25519 key, RFC 8410 §4, up to its 32 octets. */
const X25519_SPKI = Uint8Array.fromHex('302a300506032b656e032100')

const x25519Share = (): KeyShare => {
  const { privateKey, publicKey } = generateKeyPairSync('x25519')
  return {
    group: X25519,
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).subarray(X25519_SPKI.length),
    agree: (peer) => {
      if (peer.length !== 32) return undefined
      const key = Buffer.concat([X25519_SPKI, peer])
      // A point of low order gives all zeros, which OpenSSL refuses (RFC 7748 §6.1).
      return attempt(() =>
        diffieHellman({ privateKey, publicKey: createPublicKey({ key, type: 'spki', format: 'der' }) }),
      )
    },
  }
}

const p256Share = (): KeyShare => {
  const ecdh = createECDH('prime256v1')
  return {
    group: SECP256R1,
    publicKey: ecdh.generateKeys(),
    // RFC 8422 §5.4.1: uncompressed points only.
    agree: (peer) =>
      peer.length === 65 && peer[0] === 4 ? attempt(() => ecdh.computeSecret(peer)) : undefined,
  }
}

const attempt = (compute: () => Uint8Array): Uint8Array | undefined => {
  try {
    return compute()
  } catch {
    return undefined
  }
}

/** Cheapest first: X25519 takes half the time of P-256. */
export const GROUPS: readonly number[] = [X25519, SECP256R1]

export const createShare = (group: number): KeyShare => (group === X25519 ? x25519Share() : p256Share())
