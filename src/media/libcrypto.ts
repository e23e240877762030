import koffi from 'koffi'
import { type AesGcm, createCryptoKit, type SrtpKit } from '#rtp'

/**
 * SRTP's ciphers by the OpenSSL that Node is linked with and exports to native code. An object of node:crypto per
 * packet costs several times what the cipher does; here a packet costs a handful of calls and no object. Numbers in
 * docs/performance.md, reasons in docs/decisions/0100.
 */
const loadCalls = () => {
  const lib = koffi.load(null)
  return {
    newContext: lib.func('int64_t EVP_CIPHER_CTX_new()') as () => number,
    aes128Gcm: lib.func('int64_t EVP_aes_128_gcm()') as () => number,
    aes256Gcm: lib.func('int64_t EVP_aes_256_gcm()') as () => number,
    aes128Ctr: lib.func('int64_t EVP_aes_128_ctr()') as () => number,
    init: lib.func('int EVP_CipherInit_ex(int64_t, int64_t, int64_t, int64_t, int64_t, int)') as Call,
    update: lib.func('int EVP_CipherUpdate(int64_t, int64_t, int64_t, int64_t, int)') as Call,
    final: lib.func('int EVP_CipherFinal_ex(int64_t, int64_t, int64_t)') as Call,
    control: lib.func('int EVP_CIPHER_CTX_ctrl(int64_t, int, int, int64_t)') as Call,
    clearErrors: lib.func('void ERR_clear_error()') as Call,
    sha1Init: lib.func('int SHA1_Init(int64_t)') as Call,
    sha1Update: lib.func('int SHA1_Update(int64_t, int64_t, int64_t)') as Call,
    sha1Final: lib.func('int SHA1_Final(int64_t, int64_t)') as Call,
  }
}

type Call = (...numbers: number[]) => number

const [GET_TAG, SET_TAG, TAG] = [0x10, 0x11, 16]
/** `SHA_CTX` of openssl/sha.h: 24 words. Plain data, so that a state in between can be copied. */
const STATE = 96
const SHA_BLOCK = 64
const NAMES: readonly AesGcm[] = ['aes-128-gcm', 'aes-256-gcm']

/** The kit's own block: offsets, all of them multiples of 8. */
const [IV, AAD, MAC, KEY, TOLD, REST, SHA, PAD] = [0, 16, 32, 56, 88, 96, 128, 256]
const BLOCK = 512

/** Throws where one of the calls is missing. One kit per thread: it works on one packet at a time. */
export const createNativeKit = (): SrtpKit => {
  const calls = loadCalls()
  const own = new Uint8Array(BLOCK)
  const at = Number(koffi.address(own))
  const ciphers = { 'aes-128-gcm': calls.aes128Gcm(), 'aes-256-gcm': calls.aes256Gcm() }
  const contexts = { 'aes-128-gcm': calls.newContext(), 'aes-256-gcm': calls.newContext() }
  const counter = calls.newContext()
  for (const name of NAMES) calls.init(contexts[name], ciphers[name], 0, 0, 0, 1)
  calls.init(counter, calls.aes128Ctr(), 0, 0, 0, 1)

  let array: Uint8Array = own
  let base = at
  /** Where the array lies: packets of a thread share one, so that it is asked for once. */
  const placeOf = (bytes: Uint8Array): number => {
    if (bytes === array) return base
    base = Number(koffi.address(bytes))
    array = bytes
    return base
  }

  const gcm = (
    cipher: AesGcm,
    key: Uint8Array,
    place: number,
    aadAt: number,
    aadLength: number,
    from: number,
    length: number,
    encrypt: 0 | 1,
  ): number => {
    const context = contexts[cipher]
    own.set(key, KEY)
    calls.init(context, 0, 0, at + KEY, at + IV, encrypt)
    if (encrypt === 0) calls.control(context, SET_TAG, TAG, place + from + length)
    calls.update(context, 0, at + TOLD, aadAt < 0 ? at + AAD : place + aadAt, aadLength)
    if (length > 0) calls.update(context, place + from, at + TOLD, place + from, length)
    const fits = calls.final(context, at + REST, at + TOLD)
    if (encrypt === 1) calls.control(context, GET_TAG, TAG, place + from + length)
    else if (fits !== 1) calls.clearErrors()
    return fits
  }

  const hash = (state: Uint8Array, from: number, place: number, length: number): void => {
    own.set(state.subarray(from, from + STATE), SHA)
    calls.sha1Update(at + SHA, place, length)
    calls.sha1Final(at + MAC, at + SHA)
  }

  return {
    iv: own.subarray(IV, IV + 16),
    aad: own.subarray(AAD, AAD + 12),
    mac: own.subarray(MAC, MAC + 20),
    seal: (cipher, key, bytes, aadAt, aadLength, from, length) => {
      gcm(cipher, key, placeOf(bytes), aadAt, aadLength, from, length, 1)
    },
    open: (cipher, key, bytes, aadAt, aadLength, from, length) =>
      gcm(cipher, key, placeOf(bytes), aadAt, aadLength, from, length, 0) === 1,
    crypt: (key, bytes, from, length) => {
      if (length === 0) return
      const place = placeOf(bytes) + from
      own.set(key, KEY)
      calls.init(counter, 0, 0, at + KEY, at + IV, 1)
      calls.update(counter, place, at + TOLD, place, length)
    },
    sign: (state, bytes, from, length) => {
      hash(state, 0, placeOf(bytes) + from, length)
      hash(state, STATE, at + MAC, 20)
    },
    // RFC 2104: the two states after the key's own block, so that a packet starts behind it.
    hmacKey: (key) => {
      const states = new Uint8Array(2 * STATE)
      for (const [index, pad] of [0x36, 0x5c].entries()) {
        for (let i = 0; i < SHA_BLOCK; i++) own[PAD + i] = (key[i] ?? 0) ^ pad
        calls.sha1Init(at + SHA)
        calls.sha1Update(at + SHA, at + PAD, SHA_BLOCK)
        states.set(own.subarray(SHA, SHA + STATE), index * STATE)
      }
      own.fill(0, PAD, PAD + SHA_BLOCK)
      return states
    },
  }
}

/** What a kit makes of one packet by everything it can. */
const proofOf = (kit: SrtpKit): string => {
  const bytes = new Uint8Array(256).map((_, i) => i)
  const key = bytes.slice(0, 32)
  kit.iv.set(bytes.subarray(100, 116))
  kit.aad.set(bytes.subarray(120, 132))
  kit.seal('aes-128-gcm', key.subarray(0, 16), bytes, 0, 12, 12, 100)
  kit.seal('aes-256-gcm', key, bytes, -1, 12, 12, 77)
  kit.iv.set(bytes.subarray(100, 116))
  kit.crypt(key.subarray(0, 16), bytes, 3, 150)
  kit.sign(kit.hmacKey(key.subarray(0, 20)), bytes, 1, 200)
  return bytes.toHex() + kit.mac.toHex()
}

/**
 * The native kit, or undefined where a call is missing or does not do what node:crypto does: another OpenSSL may arrange its
 * structures in another way.
 */
export const provedKit = (): SrtpKit | undefined => {
  try {
    const kit = createNativeKit()
    return proofOf(kit) === proofOf(createCryptoKit()) ? kit : undefined
  } catch {
    return undefined
  }
}
