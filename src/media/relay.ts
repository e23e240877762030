import type { Side } from '#core'
import { isRtcpType, looksLikeRtcp, rtpHeaderLength } from '#rtp'
import type { FigureName, LegPlan, MediumPlan, Report } from './commands.ts'
import { endEvent, followEvent } from './dtmf.ts'
import { readdress, reportFor } from './echo.ts'
import {
  admits,
  admitsRtcp,
  EVENT,
  Leg,
  type LiveCall,
  type LiveMedium,
  legsOf,
  type Path,
  settle,
  UNKNOWN,
} from './leg.ts'
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
/** Shorter silence is nobody's business. */
export const MIN_SILENT_MS = 5000

/** What a worker does with its packets. It owns no socket and no clock, so that it runs in a test on arrays. */
export const createRelay = ({ sockets, count, report, wallMs }: RelayPorts) => {
  const { memory } = sockets
  const { bytes, words } = memory
  const calls = new Map<number, LiveCall>()
  /** By slot: whose socket it is. */
  const owners: (Leg | undefined)[] = []
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
    const kind = head < 0 ? UNKNOWN : (leg.types[(bytes[PACKET + 1] as number) & 0x7f] as number)
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

  const legFor = (call: LiveCall, medium: LiveMedium, side: Side, plan: LegPlan): Leg => {
    const present = medium.legs[side]
    if (present?.rtp.slot === plan.slot) return present
    if (present) release(present)
    const leg = new Leg(call, side, plan.slot)
    owners[plan.slot] = leg
    owners[plan.slot + 1] = leg
    medium.legs[side] = leg
    return leg
  }

  const release = (leg: Leg): void => {
    for (const slot of [leg.rtp.slot, leg.rtcp.slot]) if (owners[slot] === leg) owners[slot] = undefined
  }

  const settleMedium = (call: LiveCall, plan: MediumPlan): void => {
    const medium = call.media.get(plan.index) ?? { type: plan.type, legs: {} }
    call.media.set(plan.index, medium)
    medium.type = plan.type
    for (const side of ['caller', 'callee'] as const) {
      const legPlan = plan[side]
      const present = medium.legs[side]
      if (legPlan) settle(memory, legFor(call, medium, side, legPlan), legPlan, plan, nowMs)
      else if (present) {
        release(present)
        delete medium.legs[side]
      }
    }
    connect(medium)
  }

  /** What one may send goes on when the other may receive it, RFC 3264 §5.1; echo is its own other. */
  const connect = ({ legs }: LiveMedium): void => {
    for (const leg of [legs.caller, legs.callee]) {
      if (!leg) continue
      const peer = (leg === legs.caller ? legs.callee : legs.caller) ?? leg
      leg.peer = peer
      leg.forwards = leg.sends && (peer.direction === 'sendrecv' || peer.direction === 'recvonly')
    }
  }

  /** Creates or changes a call. Held, inactive and one-way media do not count as active. */
  const applyCall = (id: number, plans: MediumPlan[]): void => {
    const call = calls.get(id) ?? { id, media: new Map(), heard: true, heardAtMs: nowMs, active: false }
    calls.set(id, call)
    for (const [index, medium] of call.media) {
      if (plans.some((plan) => plan.index === index)) continue
      for (const leg of legsOf(medium)) release(leg)
      call.media.delete(index)
    }
    for (const plan of plans) settleMedium(call, plan)
    call.heardAtMs = nowMs
    call.active = [...call.media.values()].some(
      (medium) => medium.legs.caller?.forwards !== false && medium.legs.callee?.forwards !== false,
    )
  }

  const closeCall = (id: number): void => {
    for (const medium of calls.get(id)?.media.values() ?? []) for (const leg of legsOf(medium)) release(leg)
    calls.delete(id)
  }

  /** Once a second. */
  const tick = (): void => {
    for (const call of calls.values()) {
      for (const medium of call.media.values()) for (const leg of legsOf(medium)) leg.burst = 0
      if (call.heard || !call.active) {
        call.heard = false
        call.heardAtMs = nowMs
      } else if (nowMs - call.heardAtMs >= MIN_SILENT_MS)
        report({ op: 'silent', call: call.id, silentMs: Math.round(nowMs - call.heardAtMs) })
    }
  }

  const setNow = (ms: number): void => {
    nowMs = ms
  }

  return { onDatagram, applyCall, closeCall, tick, setNow, callOf: (id: number) => calls.get(id) }
}
