export { decodeRtp, encodeRtp, isRtcpType, type RtpError, type RtpPacket, rtpHeaderLength } from './packet.ts'
export {
  decodeRtcp,
  encodeRtcp,
  looksLikeRtcp,
  type ReportBlock,
  type RtcpError,
  type RtcpPacket,
  type SenderInfo,
} from './rtcp.ts'
export { createSrtp, type SrtpOptions } from './srtp.ts'
export { type AesGcm, createCryptoKit, type HmacKey, type SrtpKit } from './srtp-kit.ts'
export {
  type ProfileWords,
  SRTP_PROFILES,
  SRTP_ROOM,
  type Srtp,
  type SrtpCounters,
  type SrtpKeys,
  type SrtpProfile,
} from './srtp-profile.ts'
export {
  decodeTelephoneEvent,
  digitOf,
  encodeTelephoneEvent,
  eventOf,
  type TelephoneEvent,
} from './telephone-event.ts'
