import { err, ok, type Result } from '#lib/result'

/** One report block, RFC 3550 §6.4.1. `lost` is cumulative and signed, `lastSr` and `delay` in 1/65536 s. */
export type ReportBlock = {
  ssrc: number
  fractionLost: number
  lost: number
  highestSequence: number
  jitter: number
  lastSr: number
  delay: number
}

export type SenderInfo = {
  ntpSeconds: number
  ntpFraction: number
  rtpTimestamp: number
  packets: number
  octets: number
}

/** The packets of a compound that Tandem understands; others keep their type and octets. */
export type RtcpPacket =
  | { kind: 'sr'; ssrc: number; sender: SenderInfo; reports: ReportBlock[] }
  | { kind: 'rr'; ssrc: number; reports: ReportBlock[] }
  | { kind: 'sdes'; ssrc: number; cname: string }
  | { kind: 'bye'; ssrcs: number[] }
  /** Feedback of RFC 4585 §6.1: type 205 (transport) or 206 (payload), format, who says it about whom. */
  | { kind: 'feedback'; type: 205 | 206; format: number; ssrc: number; media: number; data: Uint8Array }
  | { kind: 'other'; type: number; count: number; data: Uint8Array }

export type RtcpError = 'short' | 'version' | 'type' | 'length'

/**
 * True when the datagram at `at` begins like RTCP: version 2, a type of RFC 5761 §4, and a first packet that
 * fits. Reduced size (RFC 5506) and sealed (RFC 3711) compounds pass. Allocates nothing.
 */
export const looksLikeRtcp = (bytes: Uint8Array, at: number, length: number): boolean => {
  if (length < 8 || (bytes[at] as number) >> 6 !== 2) return false
  const type = bytes[at + 1] as number
  if (type < 192 || type > 223) return false
  return ((((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)) + 1) << 2 <= length
}

const readBlocks = (view: DataView, at: number, count: number): ReportBlock[] => {
  const blocks: ReportBlock[] = []
  for (let i = 0, from = at; i < count && from + 24 <= view.byteLength; i++, from += 24) {
    blocks.push({
      ssrc: view.getUint32(from),
      fractionLost: view.getUint8(from + 4),
      lost: (view.getInt32(from + 4) << 8) >> 8,
      highestSequence: view.getUint32(from + 8),
      jitter: view.getUint32(from + 12),
      lastSr: view.getUint32(from + 16),
      delay: view.getUint32(from + 20),
    })
  }
  return blocks
}

const readSender = (view: DataView): SenderInfo => ({
  ntpSeconds: view.getUint32(8),
  ntpFraction: view.getUint32(12),
  rtpTimestamp: view.getUint32(16),
  packets: view.getUint32(20),
  octets: view.getUint32(24),
})

/** CNAME of the first chunk, §6.5; empty when it has none. */
const readCname = (bytes: Uint8Array): string => {
  for (let at = 8; at + 2 <= bytes.length && bytes[at] !== 0; at += 2 + (bytes[at + 1] as number)) {
    if (bytes[at] !== 1) continue
    return String.fromCharCode(...bytes.subarray(at + 2, at + 2 + (bytes[at + 1] as number)))
  }
  return ''
}

const readOne = (bytes: Uint8Array): RtcpPacket => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const count = (bytes[0] as number) & 31
  const type = bytes[1] as number
  const other: RtcpPacket = { kind: 'other', type, count, data: bytes.subarray(4) }
  if (bytes.length < 8) return other
  const ssrc = view.getUint32(4)
  if (type === 200 && bytes.length >= 28)
    return { kind: 'sr', ssrc, sender: readSender(view), reports: readBlocks(view, 28, count) }
  if (type === 201) return { kind: 'rr', ssrc, reports: readBlocks(view, 8, count) }
  if (type === 202 && count > 0) return { kind: 'sdes', ssrc, cname: readCname(bytes) }
  if (type === 203) {
    const ssrcs: number[] = []
    for (let i = 0; i < count && 8 + 4 * i <= bytes.length; i++) ssrcs.push(view.getUint32(4 + 4 * i))
    return { kind: 'bye', ssrcs }
  }
  if ((type === 205 || type === 206) && bytes.length >= 12) {
    const media = view.getUint32(8)
    return { kind: 'feedback', type, format: count, ssrc, media, data: bytes.subarray(12) }
  }
  return other
}

/** All packets of a compound, RFC 3550 §6.1. Padding stays in the data of the last one. */
export const decodeRtcp = (bytes: Uint8Array): Result<RtcpPacket[], RtcpError> => {
  const packets: RtcpPacket[] = []
  for (let at = 0; at < bytes.length; ) {
    if (bytes.length - at < 4) return err('short')
    if ((bytes[at] as number) >> 6 !== 2) return err('version')
    const type = bytes[at + 1] as number
    if (type < 192 || type > 223) return err('type')
    const size = ((((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)) + 1) << 2
    if (at + size > bytes.length) return err('length')
    packets.push(readOne(bytes.subarray(at, at + size)))
    at += size
  }
  return packets.length > 0 ? ok(packets) : err('short')
}

const framed = (type: number, count: number, size: number): [Uint8Array, DataView] => {
  const out = new Uint8Array(size)
  const view = new DataView(out.buffer)
  out[0] = 0x80 | count
  out[1] = type
  view.setUint16(2, size / 4 - 1)
  return [out, view]
}

const writeBlocks = (view: DataView, at: number, reports: readonly ReportBlock[]): void => {
  reports.forEach((report, i) => {
    const from = at + 24 * i
    view.setUint32(from, report.ssrc)
    view.setInt32(from + 4, Math.max(-0x800000, Math.min(0x7fffff, report.lost)) & 0xffffff)
    view.setUint8(from + 4, report.fractionLost)
    view.setUint32(from + 8, report.highestSequence)
    view.setUint32(from + 12, report.jitter)
    view.setUint32(from + 16, report.lastSr)
    view.setUint32(from + 20, report.delay)
  })
}

const encodeSdes = (ssrc: number, cname: string): Uint8Array => {
  const name = cname.slice(0, 255)
  const [out, view] = framed(202, 1, (8 + 2 + name.length + 4) & ~3)
  view.setUint32(4, ssrc)
  out[8] = 1
  out[9] = name.length
  for (let i = 0; i < name.length; i++) out[10 + i] = name.charCodeAt(i)
  return out
}

const encodeOne = (packet: RtcpPacket): Uint8Array => {
  switch (packet.kind) {
    case 'sr': {
      const reports = packet.reports.slice(0, 31)
      const [out, view] = framed(200, reports.length, 28 + 24 * reports.length)
      const { ntpSeconds, ntpFraction, rtpTimestamp, packets, octets } = packet.sender
      const words = [packet.ssrc, ntpSeconds, ntpFraction, rtpTimestamp, packets, octets]
      words.forEach((word, i) => {
        view.setUint32(4 + 4 * i, word)
      })
      writeBlocks(view, 28, reports)
      return out
    }
    case 'rr': {
      const reports = packet.reports.slice(0, 31)
      const [out, view] = framed(201, reports.length, 8 + 24 * reports.length)
      view.setUint32(4, packet.ssrc)
      writeBlocks(view, 8, reports)
      return out
    }
    case 'sdes':
      return encodeSdes(packet.ssrc, packet.cname)
    case 'bye': {
      const ssrcs = packet.ssrcs.slice(0, 31)
      const [out, view] = framed(203, ssrcs.length, 4 + 4 * ssrcs.length)
      ssrcs.forEach((ssrc, i) => {
        view.setUint32(4 + 4 * i, ssrc)
      })
      return out
    }
    case 'feedback': {
      const [out, view] = framed(packet.type, packet.format & 31, (12 + packet.data.length + 3) & ~3)
      view.setUint32(4, packet.ssrc)
      view.setUint32(8, packet.media)
      out.set(packet.data, 12)
      return out
    }
    case 'other': {
      const [out] = framed(packet.type, packet.count & 31, (4 + packet.data.length + 3) & ~3)
      out.set(packet.data, 4)
      return out
    }
  }
}

export const encodeRtcp = (packets: readonly RtcpPacket[]): Uint8Array => {
  const parts = packets.map(encodeOne)
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
