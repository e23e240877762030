import { isRtcpType, looksLikeRtcp, rtpHeaderLength } from '#rtp'
import type { FigureName, MediumPlan, Report } from './commands.ts'
import { endEvent, followEvent } from './dtmf.ts'
import { readdress, reportFor } from './echo.ts'
import { admits, admitsRtcp, EVENT, type Leg, type Path, UNKNOWN } from './leg.ts'
import { createLiveCalls } from './live-calls.ts'
import { PACKET } from './memory.ts'
import type { Sockets } from './sockets.ts'

export type RelayPorts = {
  sockets: Sockets
  /** Running totals, see FIGURES. */
  count: Record<FigureName, number>
  report(report: Report): void
  wallMs(): number
}

export type Relay = ReturnType<typeof createRelay>

/** Past this many packets in a second a stream is cut: about 30 Mbit/s of video, and the end of every loop. */
export const MAX_PER_SECOND = 3000

/** What a worker does with its packets. It owns no socket and no clock, so that it runs in a test on arrays. */
export const createRelay = ({ sockets, count, report, wallMs }: RelayPorts) => {
  const { memory } = sockets
  const { bytes, words } = memory
  const calls = createLiveCalls(memory, report)
  const { owners } = calls
  let nowMs = 0

  const onDigit = (leg: Leg, digit: string, durationMs: number): void =>
    report({ op: 'digit', call: leg.call.id, side: leg.side, digit, durationMs })

  const pass = (out: Path, over: Path, length: number): void => {
    if (!over.known) return
    if (sockets.send(over.slot, PACKET, length, over.target)) {
      out.sent++
      count.forwarded++
    } else count.unsent++
  }

  const onRtp = (leg: Leg, length: number): void => {
    const head = rtpHeaderLength(bytes, PACKET, length)
    const kind = head < 0 ? UNKNOWN : (leg.kinds.types[(bytes[PACKET + 1] as number) & 0x7f] as number)
    if (kind === UNKNOWN) {
      count.invalid++
      return
    }
    const path = leg.rtp
    const ssrc = words[(PACKET + 8) >> 2] as number
    if (!admits(memory, leg, ssrc, nowMs)) {
      count.strangers++
      return
    }
    path.ssrc = ssrc
    path.received++
    leg.call.heard = true
    if (++leg.burst > MAX_PER_SECOND) {
      count.excess++
      return
    }
    if (kind === EVENT) followEvent(leg, bytes.subarray(PACKET, PACKET + length), head, onDigit)
    else if (!leg.event.told) endEvent(leg, onDigit)
    if (!leg.forwards) return
    if (leg.peer === leg) readdress(memory, leg, length)
    pass(leg.peer.rtp, leg.peer.rtp, length)
  }

  const onRtcp = (leg: Leg, length: number): void => {
    if (!looksLikeRtcp(bytes, PACKET, length)) {
      count.invalid++
      return
    }
    if (!admitsRtcp(memory, leg, words[(PACKET + 4) >> 2] as number)) {
      count.strangers++
      return
    }
    leg.rtcp.received++
    leg.call.heard = true
    if (++leg.burst > MAX_PER_SECOND) {
      count.excess++
      return
    }
    let size = length
    if (leg.peer === leg) {
      const answer = reportFor(leg, bytes.slice(PACKET, PACKET + length), wallMs())
      if (!answer) return
      bytes.set(answer, PACKET)
      size = answer.length
    }
    pass(leg.peer.rtcp, leg.peer.mux ? leg.peer.rtp : leg.peer.rtcp, size)
  }

  const onDatagram = (slot: number, length: number): void => {
    const leg = owners[slot]
    if (leg === undefined) count.idle++
    else if (slot & 1) {
      if (leg.mux) count.strangers++
      else onRtcp(leg, length)
    } else if (length > 1 && isRtcpType(bytes[PACKET + 1] as number)) {
      if (leg.mux) onRtcp(leg, length)
      else count.invalid++
    } else onRtp(leg, length)
  }

  const setNow = (ms: number): void => {
    nowMs = ms
  }

  return {
    onDatagram,
    setNow,
    applyCall: (id: number, plans: MediumPlan[]) => calls.apply(id, plans, nowMs),
    closeCall: calls.close,
    /** Once a second. */
    tick: () => calls.tick(nowMs),
    callOf: calls.get,
  }
}
