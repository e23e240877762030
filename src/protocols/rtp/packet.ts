import { err, ok, type Result } from '#lib/result'

/**
 * The fixed header of RFC 3550 §5.1:
 *
 *     0                   1                   2                   3
 *    |V=2|P|X|  CC   |M|     PT      |       sequence number         |
 *    |                           timestamp                           |
 *    |                             SSRC                              |
 *    |                   CSRC list (CC × 32 bits)                    |
 */
export type RtpPacket = {
  marker: boolean
  payloadType: number
  sequence: number
  timestamp: number
  ssrc: number
  csrcs: number[]
  /** Header extension, §5.3.1: the profile's 16 bits and its whole words. */
  extension: { profile: number; data: Uint8Array } | undefined
  payload: Uint8Array
}

export type RtpError = 'short' | 'version' | 'length' | 'padding'

/**
 * Octets before the payload of the datagram at `at`, or -1 when it is no RTP packet (§A.1: version, and room
 * for CSRC list and extension). Allocates nothing: it is asked for every packet.
 */
export const rtpHeaderLength = (bytes: Uint8Array, at: number, length: number): number => {
  if (length < 12) return -1
  const first = bytes[at] as number
  if (first >> 6 !== 2) return -1
  let head = 12 + ((first & 15) << 2)
  if (first & 16) {
    if (head + 4 > length) return -1
    head += 4 + ((((bytes[at + head + 2] as number) << 8) | (bytes[at + head + 3] as number)) << 2)
  }
  return head > length ? -1 : head
}

/** On one port, RTCP has 192 to 223 where RTP has marker and payload type: RFC 5761 §4. */
export const isRtcpType = (second: number): boolean => second >= 192 && second <= 223

export const decodeRtp = (bytes: Uint8Array): Result<RtpPacket, RtpError> => {
  if (bytes.length < 12) return err('short')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const first = bytes[0] as number
  if (first >> 6 !== 2) return err('version')
  const head = rtpHeaderLength(bytes, 0, bytes.length)
  if (head < 0) return err('length')
  const padding = first & 32 ? (bytes[bytes.length - 1] as number) : 0
  if (first & 32 && (padding === 0 || head + padding > bytes.length)) return err('padding')
  const csrcs: number[] = []
  for (let i = 0; i < (first & 15); i++) csrcs.push(view.getUint32(12 + 4 * i))
  const after = 12 + 4 * csrcs.length
  return ok({
    marker: (view.getUint8(1) & 0x80) !== 0,
    payloadType: view.getUint8(1) & 0x7f,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    ssrc: view.getUint32(8),
    csrcs,
    extension:
      first & 16 ? { profile: view.getUint16(after), data: bytes.subarray(after + 4, head) } : undefined,
    payload: bytes.subarray(head, bytes.length - padding),
  })
}

/** Writes it without padding. An extension whose data is not whole words is filled up with zeros. */
export const encodeRtp = (packet: RtpPacket): Uint8Array => {
  const { csrcs, extension, payload } = packet
  const words = extension ? Math.ceil(extension.data.length / 4) : 0
  const after = 12 + 4 * csrcs.length
  const head = after + (extension ? 4 + 4 * words : 0)
  const out = new Uint8Array(head + payload.length)
  const view = new DataView(out.buffer)
  out[0] = 0x80 | (extension ? 16 : 0) | (csrcs.length & 15)
  out[1] = (packet.marker ? 0x80 : 0) | (packet.payloadType & 0x7f)
  view.setUint16(2, packet.sequence & 0xffff)
  view.setUint32(4, packet.timestamp >>> 0)
  view.setUint32(8, packet.ssrc >>> 0)
  for (let i = 0; i < csrcs.length; i++) view.setUint32(12 + 4 * i, csrcs[i] as number)
  if (extension) {
    view.setUint16(after, extension.profile)
    view.setUint16(after + 2, words)
    out.set(extension.data, after + 4)
  }
  out.set(payload, head)
  return out
}
