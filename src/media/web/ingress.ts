import { isRtcpType, looksLikeRtcp, rtpHeaderLength } from '#rtp'
import type { FigureName, Report } from '../commands.ts'
import { endEvent, followEvent } from '../dtmf.ts'
import { EVENT } from '../kinds.ts'
import { type Leg, MAX_PER_SECOND } from '../leg.ts'
import { copySockaddr, PACKET, SOURCE, sameSockaddr } from '../memory.ts'
import type { Sockets } from '../sockets.ts'
import type { Convey } from './convey.ts'
import { sourceOf, type WebPort } from './port.ts'
import { type Reports, senderReportIn } from './reports.ts'

type IngressPorts = {
  sockets: Sockets
  count: Record<FigureName, number>
  report(report: Report): void
  onDigit(leg: Leg, digit: string, durationMs: number): void
  reports: Reports
  convey: Convey
  /** Whose that socket is; undefined: no browser's. */
  ownerOf(slot: number): WebPort<Leg> | undefined
}

/** Datagrams of DTLS that one browser may send in a second: a handshake has a dozen. */
const MOST_DTLS = 100
/** What comes from browsers, by kind (RFC 7983): STUN, DTLS, SRTP and SRTCP on one socket each. */
export const createIngress = ({
  sockets,
  count,
  report,
  onDigit,
  reports,
  convey,
  ownerOf,
}: IngressPorts) => {
  const { memory } = sockets
  const { bytes, view } = memory

  const alive = (port: WebPort<Leg>, nowMs: number): void => {
    port.heardMs = nowMs
    if (!port.lost) return
    port.lost = false
    report({ op: 'web', web: port.id, state: 'back', ufrag: port.valid })
  }

  const onStun = (port: WebPort<Leg>, length: number, nowMs: number): void => {
    const { agent } = port
    const outcome = agent.handle(bytes, PACKET, length, sourceOf(memory), nowMs)
    if (!outcome.authentic) {
      if (outcome.dropped === 'malformed') count.invalid++
      else count.strangers++
      return
    }
    alive(port, nowMs)
    const { validated, selected, restarted } = outcome
    if (selected) {
      copySockaddr(memory, SOURCE, port.target)
      port.known = true
    }
    if (outcome.length > 0) {
      bytes.set(agent.reply.subarray(0, outcome.length), PACKET)
      sockets.send(port.slot, PACKET, outcome.length, SOURCE)
    }
    if ((validated && port.valid === '') || restarted) {
      port.valid = agent.credentials.ufrag
      report({ op: 'web', web: port.id, state: 'valid', ufrag: port.valid })
    }
  }

  const isKnown = (port: WebPort<Leg>): boolean =>
    (port.known && sameSockaddr(memory, SOURCE, port.target)) || port.agent.isValid(sourceOf(memory))

  const onDtls = (port: WebPort<Leg>, length: number): void => {
    if (!isKnown(port)) count.strangers++
    else if (++port.burst > MOST_DTLS) count.excess++
    else report({ op: 'dtls', web: port.id, octets: bytes.slice(PACKET, PACKET + length) })
  }

  const onRtp = (port: WebPort<Leg>, sealed: number, nowMs: number): void => {
    const length = port.inbound?.unprotect(bytes, PACKET, sealed) ?? -1
    const head = length < 0 ? -1 : rtpHeaderLength(bytes, PACKET, length)
    if (head < 0) {
      count.invalid++
      return
    }
    port.heardMs = nowMs
    const index = port.kinds[(bytes[PACKET + 1] as number) & 0x7f] as number
    const leg = port.legs[index]
    if (!leg) count.idle++
    else if (++leg.burst > MAX_PER_SECOND) count.excess++
    else receive(leg, head, length, nowMs)
  }

  /** An RTP packet of a leg's party that was found good. */
  const receive = (leg: Leg, head: number, length: number, nowMs: number): void => {
    const web = leg.web
    if (!web) return
    const type = (bytes[PACKET + 1] as number) & 0x7f
    leg.rtp.received++
    leg.call.heard = true
    web.heardMs = nowMs
    const [rate, kind] = [web.turns.rate[type] as number, web.turns.kinds.types[type]]
    web.reception.note(
      view.getUint32(PACKET + 8),
      view.getUint16(PACKET + 2),
      view.getUint32(PACKET + 4),
      rate,
      nowMs,
    )
    if (kind === EVENT) followEvent(leg, bytes.subarray(PACKET, PACKET + length), head, onDigit)
    else if (!leg.event.told) endEvent(leg, onDigit)
    if (leg.speech) leg.call.tap?.take(bytes, PACKET, head, length, leg.side === 'caller')
    if (leg.forwards) convey(leg, head, length, nowMs)
  }

  const onRtcp = (port: WebPort<Leg>, sealed: number, nowMs: number): void => {
    const length = port.inbound?.unprotectRtcp(bytes, PACKET, sealed) ?? -1
    if (length < 0 || !looksLikeRtcp(bytes, PACKET, length)) {
      count.invalid++
      return
    }
    port.heardMs = nowMs
    const compound = bytes.slice(PACKET, PACKET + length)
    const said = senderReportIn(compound)
    if (said) for (const reception of port.receptions) reception.noteReport(said.ssrc, said.middle, nowMs)
    for (const leg of port.legs)
      if (leg) {
        leg.rtcp.received++
        leg.call.heard = true
        if (leg.web) leg.web.heardMs = nowMs
      }
    const legFor = (ssrc: number): Leg | undefined =>
      port.legs[port.streams.findIndex((stream) => stream.ssrc === ssrc)]
    reports.hear(compound, legFor, nowMs)
  }

  /** False: the slot is no browser's. */
  const onDatagram = (slot: number, length: number, nowMs: number): boolean => {
    const port = ownerOf(slot)
    if (!port) return false
    const first = length > 0 ? (bytes[PACKET] as number) : 255
    if (first < 4) onStun(port, length, nowMs)
    else if (first >= 20 && first <= 63) onDtls(port, length)
    else if (first >= 128 && first <= 191 && length > 12) {
      if (!port.inbound || !isKnown(port)) count.strangers++
      else if (isRtcpType(bytes[PACKET + 1] as number)) onRtcp(port, length, nowMs)
      else onRtp(port, length, nowMs)
    } else count.invalid++
    return true
  }

  /** RTCP of a telephone in a call with a browser. */
  const onPlainRtcp = (leg: Leg, length: number, nowMs: number): void => {
    const { web } = leg
    if (!web) return
    web.heardMs = nowMs
    const compound = bytes.slice(PACKET, PACKET + length)
    const said = senderReportIn(compound)
    if (said) web.reception.noteReport(said.ssrc, said.middle, nowMs)
    reports.hear(compound, (ssrc) => (ssrc === web.stream.ssrc ? leg : undefined), nowMs)
  }

  return { onDatagram, onPlainRtcp, receive }
}
