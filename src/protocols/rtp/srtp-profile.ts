/** The profiles of use_srtp, by their names in RFC 5764 §4.1.2 and RFC 7714 §14.2 (SDES calls them otherwise). */
export type SrtpProfile =
  | 'SRTP_AES128_CM_HMAC_SHA1_80'
  | 'SRTP_AES128_CM_HMAC_SHA1_32'
  | 'SRTP_AEAD_AES_128_GCM'
  | 'SRTP_AEAD_AES_256_GCM'

/** `number`: in use_srtp. Lengths are octets; `tag` of RTP, `rtcpTag` of RTCP. */
export type ProfileWords = {
  number: number
  keyLength: number
  saltLength: number
  aead: boolean
  tag: number
  rtcpTag: number
}

export const SRTP_PROFILES: Readonly<Record<SrtpProfile, ProfileWords>> = {
  SRTP_AES128_CM_HMAC_SHA1_80: {
    ...{ number: 0x0001, keyLength: 16, saltLength: 14, aead: false, tag: 10, rtcpTag: 10 },
  },
  // RFC 5764 §4.1.2: the short tag is for RTP only.
  SRTP_AES128_CM_HMAC_SHA1_32: {
    ...{ number: 0x0002, keyLength: 16, saltLength: 14, aead: false, tag: 4, rtcpTag: 10 },
  },
  SRTP_AEAD_AES_128_GCM: {
    ...{ number: 0x0007, keyLength: 16, saltLength: 12, aead: true, tag: 16, rtcpTag: 16 },
  },
  SRTP_AEAD_AES_256_GCM: {
    ...{ number: 0x0008, keyLength: 32, saltLength: 12, aead: true, tag: 16, rtcpTag: 16 },
  },
}

/** The most that any profile adds to a packet: RTCP's tag, E bit and index. Leave so much room behind it. */
export const SRTP_ROOM = 20

export type SrtpKeys = { key: Uint8Array; salt: Uint8Array }

export type SrtpCounters = {
  /** Not a packet at all, or too short for its tag. */
  malformed: number
  /** The tag was wrong. */
  forged: number
  /** Seen before, or older than the window; when protecting: the index was used before, so that it must not be again. */
  replayed: number
  /** From one SSRC too many. */
  crowded: number
}

/**
 * One master key, so one direction of one transport: `protect` with the key we write with, `unprotect` with the
 * peer's. All work in place on `length` octets at `at`, allocate next to nothing, accept any bytes and give the new
 * length, or -1 when there is nothing to send or to believe. When protecting, SRTP_ROOM octets behind the packet must be ours.
 */
export type Srtp = {
  readonly profile: SrtpProfile
  readonly counted: Readonly<SrtpCounters>
  /**
   * RTP sequence numbers may come in any order, but each only once and none older than 128 behind the newest of its
   * SSRC: whoever joins streams under one SSRC has to renumber them before.
   */
  protect(bytes: Uint8Array, at: number, length: number): number
  unprotect(bytes: Uint8Array, at: number, length: number): number
  protectRtcp(bytes: Uint8Array, at: number, length: number): number
  unprotectRtcp(bytes: Uint8Array, at: number, length: number): number
}
