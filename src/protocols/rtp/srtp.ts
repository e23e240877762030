import { rtpHeaderLength } from './packet.ts'
import { deriveSessions, type Session, type Sessions } from './srtp-keys.ts'
import { type AesGcm, createCryptoKit, type SrtpKit } from './srtp-kit.ts'
import {
  type ProfileWords,
  SRTP_PROFILES,
  type Srtp,
  type SrtpCounters,
  type SrtpKeys,
  type SrtpProfile,
} from './srtp-profile.ts'
import { Streams } from './srtp-stream.ts'

export type SrtpOptions = {
  /** Default: one for the thread, by node:crypto. */
  kit?: SrtpKit
  /** SSRCs that are remembered per direction; default 64. None is ever forgotten: its indices must not come again. */
  streams?: number
}

const E_BIT = 0x80
const RTCP_HEAD = 8
const GCM_TAG = 16
const MOST_STREAMS = 64
/** 2^31: an SRTCP index never wraps (RFC 3711 §3.2.1, §9.2). */
const RTCP_INDICES = 0x80000000
const RTP_INDICES = 2 ** 48

let common: SrtpKit | undefined

const word = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)) >>>
  0

const putWord = (bytes: Uint8Array, at: number, value: number): void => {
  bytes[at] = value >>> 24
  bytes[at + 1] = value >>> 16
  bytes[at + 2] = value >>> 8
  bytes[at + 3] = value
}

const xorWord = (bytes: Uint8Array, at: number, value: number): void =>
  putWord(bytes, at, word(bytes, at) ^ value)

/** RFC 3711 for the counter mode profiles, RFC 7714 for those with GCM. */
export class Transform implements Srtp {
  readonly profile: SrtpProfile
  readonly counted: SrtpCounters = { malformed: 0, forged: 0, replayed: 0, crowded: 0 }
  readonly #words: ProfileWords
  readonly #cipher: AesGcm
  readonly #kit: SrtpKit
  readonly #rtp: Session
  readonly #rtcp: Session
  readonly #sending: Streams
  readonly #receiving: Streams
  readonly #receivingRtcp: Streams
  /** One for all SSRCs: each of them sees it rise. */
  #rtcpIndex = 0
  readonly #tag = new Uint8Array(GCM_TAG)

  constructor(profile: SrtpProfile, sessions: Sessions, kit: SrtpKit, limit = MOST_STREAMS) {
    this.profile = profile
    this.#words = SRTP_PROFILES[profile]
    this.#cipher = this.#words.keyLength === 32 ? 'aes-256-gcm' : 'aes-128-gcm'
    this.#kit = kit
    this.#rtp = sessions.rtp
    this.#rtcp = sessions.rtcp
    this.#sending = new Streams(limit)
    this.#receiving = new Streams(limit)
    this.#receivingRtcp = new Streams(limit)
  }

  protect(bytes: Uint8Array, at: number, length: number): number {
    const { tag, aead } = this.#words
    const head = rtpHeaderLength(bytes, at, length)
    if (head < 0 || at + length + tag > bytes.length) return this.#no('malformed')
    const ssrc = word(bytes, at + 8)
    const stream = this.#sending.get(ssrc)
    if (!stream) return this.#no('crowded')
    const index = stream.indexOf(word(bytes, at) & 0xffff)
    if (!stream.isFresh(index) || index >= RTP_INDICES) return this.#no('replayed')
    stream.mark(index)
    this.#sending.keep(ssrc, stream)
    const roc = Math.floor(index / 0x10000)
    const { key } = this.#rtp
    this.#setIv(this.#rtp.salt, ssrc, roc, index & 0xffff)
    if (aead) this.#kit.seal(this.#cipher, key, bytes, at, head, at + head, length - head)
    else {
      this.#kit.crypt(key, bytes, at + head, length - head)
      putWord(bytes, at + length, roc)
      this.#kit.sign(this.#rtp.auth, bytes, at, length + 4)
      for (let i = 0; i < tag; i++) bytes[at + length + i] = this.#kit.mac[i] as number
    }
    return length + tag
  }

  unprotect(bytes: Uint8Array, at: number, length: number): number {
    const { tag, aead } = this.#words
    const size = length - tag
    const head = at + length > bytes.length ? -1 : rtpHeaderLength(bytes, at, size)
    if (head < 0) return this.#no('malformed')
    const ssrc = word(bytes, at + 8)
    const stream = this.#receiving.get(ssrc)
    if (!stream) return this.#no('crowded')
    const index = stream.indexOf(word(bytes, at) & 0xffff)
    if (!stream.isFresh(index) || index >= RTP_INDICES) return this.#no('replayed')
    const roc = Math.floor(index / 0x10000)
    const { key } = this.#rtp
    this.#setIv(this.#rtp.salt, ssrc, roc, index & 0xffff)
    if (aead) {
      if (!this.#kit.open(this.#cipher, key, bytes, at, head, at + head, size - head))
        return this.#no('forged')
    } else {
      this.#saveTag(bytes, at + size, tag)
      putWord(bytes, at + size, roc)
      this.#kit.sign(this.#rtp.auth, bytes, at, size + 4)
      if (!this.#fits(tag)) return this.#no('forged')
      this.#kit.crypt(key, bytes, at + head, size - head)
    }
    stream.mark(index)
    this.#receiving.keep(ssrc, stream)
    return size
  }

  protectRtcp(bytes: Uint8Array, at: number, length: number): number {
    const { rtcpTag, aead } = this.#words
    if (!isRtcp(bytes, at, length) || at + length + rtcpTag + 4 > bytes.length) return this.#no('malformed')
    if (this.#rtcpIndex >= RTCP_INDICES - 1) return this.#no('replayed')
    const index = ++this.#rtcpIndex
    const end = at + length
    const { key, salt, auth } = this.#rtcp
    this.#setIv(salt, word(bytes, at + 4), index >>> 16, index & 0xffff)
    if (aead) {
      this.#setAad(bytes, at, index)
      this.#kit.seal(this.#cipher, key, bytes, -1, 12, at + RTCP_HEAD, length - RTCP_HEAD)
      putWord(bytes, end + GCM_TAG, (index | (E_BIT << 24)) >>> 0)
    } else {
      this.#kit.crypt(key, bytes, at + RTCP_HEAD, length - RTCP_HEAD)
      putWord(bytes, end, (index | (E_BIT << 24)) >>> 0)
      this.#kit.sign(auth, bytes, at, length + 4)
      for (let i = 0; i < rtcpTag; i++) bytes[end + 4 + i] = this.#kit.mac[i] as number
    }
    return length + rtcpTag + 4
  }

  unprotectRtcp(bytes: Uint8Array, at: number, length: number): number {
    const { rtcpTag, aead } = this.#words
    const size = length - rtcpTag - 4
    if (at + length > bytes.length || !isRtcp(bytes, at, size)) return this.#no('malformed')
    const ssrc = word(bytes, at + 4)
    const stream = this.#receivingRtcp.get(ssrc)
    if (!stream) return this.#no('crowded')
    const trailer = word(bytes, at + size + (aead ? GCM_TAG : 0))
    const index = trailer & 0x7fffffff
    if (!stream.isFresh(index)) return this.#no('replayed')
    this.#setIv(this.#rtcp.salt, ssrc, index >>> 16, index & 0xffff)
    const secret = trailer >>> 31 === 1
    const real = aead
      ? this.#openRtcp(bytes, at, size, index, secret)
      : this.#verifyRtcp(bytes, at, size, secret)
    if (!real) return this.#no('forged')
    stream.mark(index)
    this.#receivingRtcp.keep(ssrc, stream)
    return size
  }

  #verifyRtcp(bytes: Uint8Array, at: number, size: number, secret: boolean): boolean {
    const { rtcpTag } = this.#words
    this.#saveTag(bytes, at + size + 4, rtcpTag)
    this.#kit.sign(this.#rtcp.auth, bytes, at, size + 4)
    if (!this.#fits(rtcpTag)) return false
    if (secret) this.#kit.crypt(this.#rtcp.key, bytes, at + RTCP_HEAD, size - RTCP_HEAD)
    return true
  }

  /** RFC 7714 §9.2 and §9.3: unencrypted packets are associated data altogether, with their last word. */
  #openRtcp(bytes: Uint8Array, at: number, size: number, index: number, secret: boolean): boolean {
    const { key } = this.#rtcp
    if (secret) {
      this.#setAad(bytes, at, index)
      return this.#kit.open(this.#cipher, key, bytes, -1, 12, at + RTCP_HEAD, size - RTCP_HEAD)
    }
    const end = at + size
    this.#saveTag(bytes, end, GCM_TAG)
    putWord(bytes, end, index)
    bytes.set(this.#tag, end + 4)
    return this.#kit.open(this.#cipher, key, bytes, at, size + 4, end + 4, 0)
  }

  #setAad(bytes: Uint8Array, at: number, index: number): void {
    const { aad } = this.#kit
    for (let i = 0; i < RTCP_HEAD; i++) aad[i] = bytes[at + i] as number
    putWord(aad, RTCP_HEAD, (index | (E_BIT << 24)) >>> 0)
  }

  /**
   * RFC 3711 §4.1.1: the salt in the upper 14 octets, SSRC from the fifth, index in the six before the block counter.
   * RFC 7714 §8.1 and §9.1: two octets less before the SSRC, and no counter. RTCP has its index in the same places.
   */
  #setIv(salt: Uint8Array, ssrc: number, high: number, low: number): void {
    const { iv } = this.#kit
    const at = salt.length === 12 ? 2 : 4
    for (let i = 0; i < salt.length; i++) iv[i] = salt[i] as number
    xorWord(iv, at, ssrc)
    xorWord(iv, at + 4, high)
    iv[at + 8] = (iv[at + 8] as number) ^ (low >>> 8)
    iv[at + 9] = (iv[at + 9] as number) ^ (low & 255)
    if (at === 4) iv[14] = iv[15] = 0
  }

  #saveTag(bytes: Uint8Array, at: number, length: number): void {
    for (let i = 0; i < length; i++) this.#tag[i] = bytes[at + i] as number
  }

  #fits(length: number): boolean {
    let different = 0
    for (let i = 0; i < length; i++) different |= (this.#tag[i] as number) ^ (this.#kit.mac[i] as number)
    return different === 0
  }

  #no(why: keyof SrtpCounters): -1 {
    this.counted[why]++
    return -1
  }
}

const isRtcp = (bytes: Uint8Array, at: number, length: number): boolean =>
  length >= RTCP_HEAD && (bytes[at] as number) >> 6 === 2

/** Undefined when key or salt have not the profile's length. */
export const createSrtp = (
  profile: SrtpProfile,
  keys: SrtpKeys,
  options: SrtpOptions = {},
): Srtp | undefined => {
  const { keyLength, saltLength } = SRTP_PROFILES[profile]
  if (keys.key.length !== keyLength || keys.salt.length !== saltLength) return undefined
  common ??= createCryptoKit()
  const kit = options.kit ?? common
  return new Transform(profile, deriveSessions(profile, keys, kit), kit, options.streams)
}
