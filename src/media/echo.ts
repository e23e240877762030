import { decodeRtcp, encodeRtcp, type ReportBlock, type RtcpPacket } from '#rtp'
import type { Leg } from './leg.ts'
import { type Memory, PACKET } from './memory.ts'

/** Seconds from 1900 (NTP) to 1970. */
const NTP_OFFSET = 2_208_988_800

/**
 * Makes the packet at hand one's own: a stream that came back under its own SSRC would be a collision to its
 * sender, RFC 3550 §8.2. Keeps the figures that the reports of §6.4 tell.
 */
export const readdress = (memory: Memory, leg: Leg, length: number): void => {
  const { view } = memory
  const { echo } = leg
  const sequence = view.getUint16(PACKET + 2)
  if (echo.base < 0) {
    echo.base = sequence
    echo.highest = sequence
  } else if (((sequence - echo.highest) & 0xffff) < 0x8000) {
    if (sequence < echo.highest) echo.cycles++
    echo.highest = sequence
  }
  echo.packets++
  echo.octets += length - 12
  echo.timestamp = view.getUint32(PACKET + 4)
  if (echo.ssrc === 0) echo.ssrc = (Math.random() * 0xffffffff + 1) >>> 0
  view.setUint32(PACKET + 8, echo.ssrc)
}

const blockFor = (leg: Leg, ssrc: number, lastSr: number): ReportBlock => {
  const { echo } = leg
  const highestSequence = ((echo.cycles << 16) | echo.highest) >>> 0
  const expected = echo.cycles * 65_536 + echo.highest - echo.base + 1
  const lost = expected - echo.packets
  return { ssrc, fractionLost: 0, lost, highestSequence, jitter: 0, lastSr, delay: 0 }
}

/** Requests for a whole picture (RFC 4585 §6.3.1, RFC 5104 §4.3.1) go back to whom the picture comes from. */
const wantsPicture = (packet: RtcpPacket): boolean =>
  packet.kind === 'feedback' && packet.type === 206 && (packet.format === 1 || packet.format === 4)

const middleOf = (packet: RtcpPacket | undefined): number =>
  packet?.kind === 'sr' ? ((packet.sender.ntpSeconds << 16) | (packet.sender.ntpFraction >>> 16)) >>> 0 : 0

/** The compound that answers one of the peer's; undefined when there is nothing to report on yet. */
export const reportFor = (leg: Leg, compound: Uint8Array, wallMs: number): Uint8Array | undefined => {
  const decoded = decodeRtcp(compound)
  const { echo } = leg
  if (!decoded.ok || echo.ssrc === 0) return undefined
  const first = decoded.value[0]
  const theirs = first && 'ssrc' in first ? first.ssrc : 0
  const sender = {
    ntpSeconds: (Math.floor(wallMs / 1000) + NTP_OFFSET) >>> 0,
    ntpFraction: Math.floor(((wallMs % 1000) / 1000) * 2 ** 32) >>> 0,
    rtpTimestamp: echo.timestamp,
    packets: echo.packets >>> 0,
    octets: echo.octets >>> 0,
  }
  const ssrc = echo.ssrc
  const out: RtcpPacket[] = [
    { kind: 'sr', ssrc, sender, reports: [blockFor(leg, theirs, middleOf(first))] },
    { kind: 'sdes', ssrc, cname: `echo-${ssrc.toString(16)}` },
  ]
  if (decoded.value.some(wantsPicture))
    out.push({ kind: 'feedback', type: 206, format: 1, ssrc, media: theirs, data: new Uint8Array(0) })
  return encodeRtcp(out)
}
