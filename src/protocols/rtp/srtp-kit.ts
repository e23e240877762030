import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'

export type AesGcm = 'aes-128-gcm' | 'aes-256-gcm'

/**
 * The ciphers under SRTP, all in place on a caller's octets, one packet at a time. `iv` and `aad` are set before a
 * call, `mac` is to be read after one; nothing is kept between packets, so one kit serves all transports of a thread.
 */
export type SrtpKit = {
  /** 12 octets for GCM, 16 for counter mode. */
  readonly iv: Uint8Array
  /** For the associated data that does not lie before what it is about; 12 octets. */
  readonly aad: Uint8Array
  /** 20 octets. */
  readonly mac: Uint8Array
  /**
   * Encrypts `length` octets at `from` and writes the tag behind them. The associated data are `aadLength` octets at
   * `aadAt` of the same array, or `aad` where `aadAt` is -1.
   */
  seal(
    cipher: AesGcm,
    key: Uint8Array,
    bytes: Uint8Array,
    aadAt: number,
    aadLength: number,
    from: number,
    length: number,
  ): void
  /** The same backwards, with the tag behind the octets; false when it is wrong, and the octets are spoilt. */
  open(
    cipher: AesGcm,
    key: Uint8Array,
    bytes: Uint8Array,
    aadAt: number,
    aadLength: number,
    from: number,
    length: number,
  ): boolean
  /** AES-128 in counter mode, both ways. */
  crypt(key: Uint8Array, bytes: Uint8Array, from: number, length: number): void
  /** HMAC-SHA1 of the octets into `mac`; `key` has 20. */
  sign(key: HmacKey, bytes: Uint8Array, at: number, length: number): void
  /** What `sign` wants, made once per key. */
  hmacKey(key: Uint8Array): HmacKey
}

/** The key itself, or whatever a kit prefers to make of it. */
export type HmacKey = Uint8Array

/** By node:crypto alone: a few new objects per packet, most of its time. */
export const createCryptoKit = (): SrtpKit => {
  const iv = new Uint8Array(16)
  const iv12 = iv.subarray(0, 12)
  const aad = new Uint8Array(12)
  const mac = new Uint8Array(20)
  const data = (bytes: Uint8Array, at: number, length: number): Uint8Array =>
    at < 0 ? aad : bytes.subarray(at, at + length)
  return {
    ...{ iv, aad, mac },
    seal: (cipher, key, bytes, aadAt, aadLength, from, length) => {
      const gcm = createCipheriv(cipher, key, iv12)
      gcm.setAAD(data(bytes, aadAt, aadLength))
      if (length > 0) bytes.set(gcm.update(bytes.subarray(from, from + length)), from)
      gcm.final()
      bytes.set(gcm.getAuthTag(), from + length)
    },
    open: (cipher, key, bytes, aadAt, aadLength, from, length) => {
      const gcm = createDecipheriv(cipher, key, iv12)
      gcm.setAAD(data(bytes, aadAt, aadLength))
      gcm.setAuthTag(bytes.subarray(from + length, from + length + 16))
      const plain = length > 0 ? gcm.update(bytes.subarray(from, from + length)) : undefined
      try {
        gcm.final()
      } catch {
        return false
      }
      if (plain) bytes.set(plain, from)
      return true
    },
    crypt: (key, bytes, from, length) => {
      if (length === 0) return
      const ctr = createCipheriv('aes-128-ctr', key, iv)
      bytes.set(ctr.update(bytes.subarray(from, from + length)), from)
    },
    sign: (key, bytes, at, length) =>
      mac.set(
        createHmac('sha1', key)
          .update(bytes.subarray(at, at + length))
          .digest(),
      ),
    hmacKey: (key) => key,
  }
}
