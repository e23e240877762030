import { decodeRtcp, encodeRtcp, type ReportBlock, type RtcpPacket } from '#rtp'
import type { Report } from '../commands.ts'
import type { Leg } from '../leg.ts'
import type { Output } from './output.ts'
import { Resends, unanswered } from './resends.ts'
import type { WebSide } from './side.ts'

/** Seconds from 1900 (NTP) to 1970. */
const NTP_OFFSET = 2_208_988_800
/** RFC 5168 asks for restraint, and a picture takes its time to come. */
const ASK_MS = 1000
const [PAYLOAD, TRANSPORT] = [206, 205] as const
const [PLI, FIR, NACK, REMB] = [1, 4, 1, 15]

export type ReportsPorts = { output: Output; report(report: Report): void; wallMs(): number }

const ntpOf = (wallMs: number): [seconds: number, fraction: number] => [
  (Math.floor(wallMs / 1000) + NTP_OFFSET) >>> 0,
  Math.floor(((wallMs % 1000) / 1000) * 2 ** 32) >>> 0,
]

const middleOf = ([seconds, fraction]: [number, number]): number =>
  ((seconds << 16) | (fraction >>> 16)) >>> 0

/** RTCP of legs that have streams of their own: each hears about what it sends and is told of what it gets. */
export const createReports = ({ output, report, wallMs }: ReportsPorts) => {
  const wanted = new Set<Leg>()

  /** What the party is told: of its own packets, and of ours. */
  const compoundFor = (web: WebSide<Leg>, nowMs: number): RtcpPacket[] => {
    const { stream, reception } = web
    const block = reception.block(nowMs)
    const reports = block ? [block] : []
    const { ssrc } = stream
    const [ntpSeconds, ntpFraction] = ntpOf(wallMs())
    const sender = {
      ...{ ntpSeconds, ntpFraction, packets: stream.packets >>> 0, octets: stream.octets >>> 0 },
      rtpTimestamp: (stream.lastTimestamp + Math.round(((nowMs - stream.lastMs) * stream.rate) / 1000)) >>> 0,
    }
    const first: RtcpPacket =
      stream.packets > 0 ? { kind: 'sr', ssrc, sender, reports } : { kind: 'rr', ssrc, reports }
    return [first, { kind: 'sdes', ssrc, cname: 'tandem' }]
  }

  /** Our regular report to a leg's party; none as long as nothing flowed. */
  const tell = (leg: Leg, nowMs: number): void => {
    const { web } = leg
    if (!web || (web.stream.packets === 0 && web.reception.packets === 0)) return
    output.rtcp(leg, encodeRtcp(compoundFor(web, nowMs)))
  }

  /** Asks a leg's party for a whole picture, at most once a second. `busy`: a packet is at hand, which must not suffer: later. */
  const wantPicture = (leg: Leg, nowMs: number, busy = false): void => {
    const { web } = leg
    if (web?.index !== 1 || nowMs - web.askedMs < ASK_MS) return
    if (busy) {
      wanted.add(leg)
      return
    }
    web.askedMs = nowMs
    if (!web.feedback) return report({ op: 'picture', call: leg.call.id, side: leg.side })
    const { ssrc } = web.stream
    const media = web.reception.ssrc
    const packets: RtcpPacket[] = [
      { kind: 'rr', ssrc, reports: [] },
      { kind: 'feedback', type: PAYLOAD, format: PLI, ssrc, media, data: new Uint8Array(0) },
    ]
    if (!web.port) packets.push(fullIntra(ssrc, media, web.asked++))
    output.rtcp(leg, encodeRtcp(packets))
  }

  /** RFC 5104 §4.3.1. */
  const fullIntra = (ssrc: number, media: number, count: number): RtcpPacket => {
    const data = new Uint8Array(8)
    const view = new DataView(data.buffer)
    view.setUint32(0, media)
    view.setUint8(4, count & 0xff)
    return { kind: 'feedback', type: PAYLOAD, format: FIR, ssrc, media: 0, data }
  }

  const readBlock = (web: WebSide<Leg>, block: ReportBlock): void => {
    if (block.ssrc !== web.stream.ssrc) return
    web.told.heard = true
    web.told.lost = block.lost
    web.told.jitter = block.jitter
    if (block.lastSr === 0) return
    const rtt = (middleOf(ntpOf(wallMs())) - block.lastSr - block.delay) >>> 0
    // Above a minute somebody's clock is wrong.
    if (rtt < 60 * 65_536) web.told.rttMs = Math.round(rtt / 65.536)
  }

  /** Packets that a browser lacks of its picture: from what we keep, the rest from whoever sent them. */
  const fillGaps = (leg: Leg, data: Uint8Array): void => {
    const port = leg.web?.index === 1 ? leg.web.port : undefined
    if (!port?.resends) {
      if (port) port.resends = new Resends()
      return passLack(leg, data)
    }
    const nowMs = performance.now()
    const left = unanswered(data, (sequence) => output.again(leg, sequence, nowMs))
    if (left.length > 0) passLack(leg, left)
  }

  /** Packets that the party lacks, under the numbers of whoever sent them (RFC 4585 §6.2.1). */
  const passLack = (leg: Leg, data: Uint8Array): void => {
    const source = leg.peer
    const { web } = leg
    if (!web || !source.web?.port || source === leg || web.stream.source !== source) return
    const out = data.slice(0, data.length & ~3)
    const view = new DataView(out.buffer)
    for (let at = 0; at + 4 <= out.length; at += 4)
      view.setUint16(at, (view.getUint16(at) - web.stream.sequenceOffset) & 0xffff)
    pass(source, TRANSPORT, NACK, source.web.reception.ssrc, out)
  }

  const pass = (to: Leg, type: 205 | 206, format: number, media: number, data: Uint8Array): void => {
    const ssrc = to.web?.stream.ssrc ?? 0
    const rr: RtcpPacket = { kind: 'rr', ssrc, reports: [] }
    output.rtcp(to, encodeRtcp([rr, { kind: 'feedback', type, format, ssrc, media, data }]))
  }

  /** How much the party can take, draft-alvestrand-rmcat-remb-03 §2.2: said to who sends it. */
  const passLimit = (leg: Leg, data: Uint8Array): void => {
    const source = leg.peer
    if (!source.web?.port || source === leg || data.length < 12 || data[0] !== 0x52) return
    const out = data.slice(0, 12)
    out[4] = 1
    new DataView(out.buffer).setUint32(8, source.web.reception.ssrc)
    pass(source, PAYLOAD, REMB, 0, out)
  }

  const onFeedback = (leg: Leg, packet: RtcpPacket & { kind: 'feedback' }, nowMs: number): void => {
    const { type, format, data } = packet
    if (type === TRANSPORT) {
      if (format === NACK && data.length <= 400) fillGaps(leg, data)
    } else if (format === PLI || format === FIR) wantPicture(leg.peer, nowMs)
    else if (format === REMB) passLimit(leg, data)
  }

  /** A compound of the party's; `legFor` finds the leg that a packet is about by the SSRC of ours that it names. */
  const hear = (compound: Uint8Array, legFor: (ssrc: number) => Leg | undefined, nowMs: number): boolean => {
    const decoded = decodeRtcp(compound)
    if (!decoded.ok) return false
    for (const packet of decoded.value) {
      if (packet.kind === 'sr' || packet.kind === 'rr')
        for (const block of packet.reports) {
          const web = legFor(block.ssrc)?.web
          if (web) readBlock(web, block)
        }
      if (packet.kind === 'feedback') {
        const leg = legFor(packet.media || aboutOf(packet))
        if (leg) onFeedback(leg, packet, nowMs)
      }
    }
    return true
  }

  /** What was put off. */
  const flush = (nowMs: number): void => {
    for (const leg of wanted) {
      wanted.delete(leg)
      if (leg.live) wantPicture(leg, nowMs)
    }
  }

  return { tell, wantPicture, hear, flush, hasWork: (): boolean => wanted.size > 0 }
}

/** FIR and REMB name their streams further on. */
const aboutOf = ({ format, data }: RtcpPacket & { kind: 'feedback' }): number => {
  const at = format === FIR ? 0 : 8
  return data.length >= at + 4 ? new DataView(data.buffer, data.byteOffset).getUint32(at) : 0
}

export type Reports = ReturnType<typeof createReports>

/** The sender report in a compound, for the reception of its SSRC. */
export const senderReportIn = (compound: Uint8Array): { ssrc: number; middle: number } | undefined => {
  if (compound.length < 28 || compound[1] !== 200) return undefined
  const view = new DataView(compound.buffer, compound.byteOffset)
  return {
    ssrc: view.getUint32(4),
    middle: ((view.getUint32(8) << 16) | (view.getUint32(12) >>> 16)) >>> 0,
  }
}
