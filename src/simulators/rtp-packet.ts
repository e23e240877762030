/** An RTP packet as the simulated handset needs it, RFC 3550 §5.1: no contributing sources, no extension of its own. */
export type RtpPacket = {
  payloadType: number
  marker: boolean
  sequence: number
  timestamp: number
  ssrc: number
  payload: Uint8Array
}

const HEAD = 12

export const buildRtp = ({
  payloadType,
  marker,
  sequence,
  timestamp,
  ssrc,
  payload,
}: RtpPacket): Uint8Array => {
  const out = new Uint8Array(HEAD + payload.length)
  const view = new DataView(out.buffer)
  out[0] = 0x80
  out[1] = (marker ? 0x80 : 0) | payloadType
  view.setUint16(2, sequence)
  view.setUint32(4, timestamp)
  view.setUint32(8, ssrc)
  out.set(payload, HEAD)
  return out
}

/** Undefined for anything that is not RTP version 2, or RTCP on the same port (RFC 5761 §4). */
export const parseRtp = (octets: Uint8Array): RtpPacket | undefined => {
  if (octets.length < HEAD || (octets[0] as number) >> 6 !== 2) return undefined
  const [first, second] = [octets[0] as number, octets[1] as number]
  if (second >= 192 && second <= 223) return undefined
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length)
  let from = HEAD + 4 * (first & 0x0f)
  if (first & 0x10) {
    if (octets.length < from + 4) return undefined
    from += 4 + 4 * view.getUint16(from + 2)
  }
  const to = octets.length - (first & 0x20 ? (octets.at(-1) as number) : 0)
  if (from > to) return undefined
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    ssrc: view.getUint32(8),
    payload: octets.subarray(from, to),
  }
}
