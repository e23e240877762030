import { isRtcpType, looksLikeRtcp, rtpHeaderLength, type SrtpKit } from '#rtp'
import type { FigureName, MediumPlan, Report, SoundCommand, WebCommand } from './commands.ts'
import { endEvent, followEvent } from './dtmf.ts'
import { readdress, reportFor } from './echo.ts'
import { EVENT, UNKNOWN } from './kinds.ts'
import { admits, admitsRtcp, type Leg, MAX_PER_SECOND, type Path } from './leg.ts'
import { createLiveCalls } from './live-calls.ts'
import { PACKET, PACKET_SIZE } from './memory.ts'
import type { Sockets } from './sockets.ts'
import { createSounds } from './sound/worker.ts'
import { type Browsers, createBrowsers } from './web/browsers.ts'

export type RelayPorts = {
  sockets: Sockets
  /** Running totals, see FIGURES. */
  count: Record<FigureName, number>
  report(report: Report): void
  wallMs(): number
  /** SRTP's ciphers by the system; undefined: by node:crypto. */
  kit?: SrtpKit | undefined
  /** One word: octets of taps that nobody has taken yet. */
  inFlight?: Int32Array
}

export type Relay = ReturnType<typeof createRelay>

/** What a worker does with its packets. It owns no socket and no clock, so that it runs in a test on arrays. */
export const createRelay = ({ sockets, count, report, wallMs, kit, inFlight }: RelayPorts) => {
  const { memory } = sockets
  const { bytes, words } = memory
  const calls = createLiveCalls(memory, report, (web) => browsers.portOf(web))
  const { owners } = calls
  let nowMs = 0

  const onDigit = (leg: Leg, digit: string, durationMs: number): void =>
    report({ op: 'digit', call: leg.call.id, side: leg.side, digit, durationMs })

  const browsers: Browsers = createBrowsers({
    ...{ sockets, count, report, wallMs, kit, onDigit, most: PACKET_SIZE },
    legOf: (call, side, index) => calls.get(call)?.media.get(index)?.legs[side],
  })

  const sounds = createSounds({
    ...{ report, output: browsers.output, callOf: calls.get },
    inFlight: inFlight ?? new Int32Array(1),
  })

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
    if (++leg.burst > MAX_PER_SECOND) {
      path.received++
      leg.call.heard = true
      count.excess++
      return
    }
    if (leg.web) return browsers.receive(leg, head, length, nowMs)
    path.received++
    leg.call.heard = true
    if (kind === EVENT) followEvent(leg, bytes.subarray(PACKET, PACKET + length), head, onDigit)
    else if (!leg.event.told) endEvent(leg, onDigit)
    if (leg.speech) leg.call.tap?.take(bytes, PACKET, head, length, leg.side === 'caller')
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
    if (leg.web) return browsers.onPlainRtcp(leg, length, nowMs)
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
    if (leg === undefined) {
      if (!browsers.onDatagram(slot, length, nowMs)) count.idle++
    } else if (slot & 1) {
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
    applyCall: (id: number, plans: MediumPlan[]): void => {
      calls.apply(id, plans, nowMs)
      for (const side of ['caller', 'callee'] as const) browsers.rejoin(id, side, nowMs)
    },
    closeCall: (id: number): void => {
      browsers.detach(id)
      sounds.closed(id)
      calls.close(id)
    },
    applyWeb: (command: WebCommand): void => browsers.apply(command, nowMs),
    applySound: (command: SoundCommand): void => sounds.apply(command, nowMs),
    /** Once a second. */
    tick: (): void => {
      calls.tick(nowMs)
      browsers.tick(calls.beside(), nowMs)
    },
    /** Once a turn. */
    pulse: (): void => {
      browsers.pulse(nowMs)
      sounds.pulse(nowMs)
    },
    patienceMs: (): number => Math.min(browsers.patienceMs(), sounds.patienceMs(nowMs)),
    callOf: calls.get,
  }
}
