import { createSrtp, isRtcpType, looksLikeRtcp, rtpHeaderLength, type SrtpKit } from '#rtp'
import type { FigureName, Report, WebCommand } from '../commands.ts'
import { endEvent, followEvent } from '../dtmf.ts'
import { EVENT } from '../kinds.ts'
import { type Leg, MAX_PER_SECOND } from '../leg.ts'
import { copySockaddr, PACKET, SOURCE, sameSockaddr } from '../memory.ts'
import type { Sockets } from '../sockets.ts'
import { createConvey } from './convey.ts'
import { createOutput } from './output.ts'
import { CONSENT_MS, sourceOf, WebPort } from './port.ts'
import { createReports, senderReportIn } from './reports.ts'
import { createTones } from './tones.ts'

export type BrowsersPorts = {
  sockets: Sockets
  count: Record<FigureName, number>
  report(report: Report): void
  wallMs(): number
  /** SRTP's ciphers; undefined: node:crypto's. */
  kit?: SrtpKit | undefined
  onDigit(leg: Leg, digit: string, durationMs: number): void
  legOf(call: number, side: 'caller' | 'callee', index: number): Leg | undefined
  most: number
}

export type Browsers = ReturnType<typeof createBrowsers>

/** Datagrams of DTLS that one browser may send in a second: a handshake has a dozen. */
const MOST_DTLS = 100
/** Reports go out every so many ticks. */
const REPORT_TICKS = 3

/** The browsers' transports of a worker, RFC 7983: STUN, DTLS, SRTP and SRTCP on one socket each. */
export const createBrowsers = (ports: BrowsersPorts) => {
  const { sockets, count, report, onDigit } = ports
  const { memory } = sockets
  const { bytes, view } = memory
  const byId = new Map<number, WebPort<Leg>>()
  /** By slot. */
  const owners: (WebPort<Leg> | undefined)[] = []
  const output = createOutput(sockets, count)
  const reports = createReports({ output, report, wallMs: ports.wallMs })
  const tones = createTones(output)
  const convey = createConvey(output, reports, count)
  let ticks = 0

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
    const port = owners[slot]
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

  const settle = (command: WebCommand & { op: 'web' }, nowMs: number): void => {
    const { web, slot } = command
    const port = byId.getOrInsertComputed(web, () => new WebPort<Leg>(command, nowMs))
    owners[slot] = port
    port.settle(command)
  }

  const arm = (command: WebCommand & { op: 'keys' }): void => {
    const port = byId.get(command.web)
    if (!port) return
    const pair = (key: string, salt: string) => ({
      key: Buffer.from(key, 'base64'),
      salt: Buffer.from(salt, 'base64'),
    })
    const options = ports.kit ? { kit: ports.kit } : {}
    port.outbound = createSrtp(command.profile, pair(command.key, command.salt), options)
    port.inbound = createSrtp(command.profile, pair(command.theirKey, command.theirSalt), options)
    // Sealed with other keys.
    port.resends = undefined
    for (const leg of port.legs) if (leg?.web?.index === 1) reports.wantPicture(leg.peer, port.heardMs)
  }

  const datagram = ({ web, octets }: WebCommand & { op: 'datagram' }): void => {
    const port = byId.get(web)
    const datagram = Buffer.from(octets, 'base64')
    if (!port?.known || datagram.length > ports.most) return
    bytes.set(datagram, PACKET)
    sockets.send(port.slot, PACKET, datagram.length, port.target)
  }

  const leave = (web: number): void => {
    const port = byId.get(web)
    if (!port) return
    byId.delete(web)
    if (owners[port.slot] === port) owners[port.slot] = undefined
  }

  /** That side's browser speaks in this call from now on. */
  const attach = (call: number, side: 'caller' | 'callee', nowMs: number): void => {
    const legs = [ports.legOf(call, side, 0), ports.legOf(call, side, 1)] as const
    const port = legs[0]?.web?.port ?? legs[1]?.web?.port
    if (!port) return
    port.call = call
    for (const index of [0, 1] as const) {
      const leg = legs[index]?.web?.port === port ? legs[index] : undefined
      port.legs[index] = leg
      if (!leg?.web) continue
      leg.web.heardMs = nowMs
      if (index === 1) for (const one of [leg, leg.peer]) reports.wantPicture(one, nowMs)
    }
  }

  const picture = (call: number, side: 'caller' | 'callee', nowMs: number): void => {
    const leg = ports.legOf(call, side, 1)
    if (leg) reports.wantPicture(leg, nowMs)
  }

  const apply = (command: WebCommand, nowMs: number): void => {
    switch (command.op) {
      case 'web':
        return settle(command, nowMs)
      case 'keys':
        return arm(command)
      case 'datagram':
        return datagram(command)
      case 'leave':
        return leave(command.web)
      case 'attach':
        return attach(command.call, command.side, nowMs)
      case 'picture':
        return picture(command.call, command.side, nowMs)
      case 'dtmf': {
        const leg = ports.legOf(command.call, command.towards, 0)
        if (leg) tones.press(leg, command.digit, command.ms)
        tones.pulse(nowMs)
      }
    }
  }

  /** Once a second. `legs`: of the telephones that browsers speak with. */
  const tick = (legs: Iterable<Leg>, nowMs: number): void => {
    const due = ++ticks % REPORT_TICKS === 0
    for (const port of byId.values()) {
      port.burst = 0
      if (!port.lost && port.valid !== '' && nowMs - port.heardMs > CONSENT_MS) {
        port.lost = true
        report({ op: 'web', web: port.id, state: 'lost', ufrag: port.valid })
      }
      if (due) for (const leg of port.legs) if (leg) reports.tell(leg, nowMs)
    }
    if (due) for (const leg of legs) reports.tell(leg, nowMs)
  }

  return {
    ...{ onDatagram, onPlainRtcp, receive, apply, tick, output },
    /** Between datagrams. */
    pulse: (nowMs: number): void => {
      tones.pulse(nowMs)
      if (reports.hasWork()) reports.flush(nowMs)
    },
    patienceMs: tones.patienceMs,
    portOf: (id: number): WebPort<Leg> | undefined => byId.get(id),
    /** The call has other legs now, or none. */
    rejoin: (call: number, side: 'caller' | 'callee', nowMs: number): void => {
      const port = (ports.legOf(call, side, 0) ?? ports.legOf(call, side, 1))?.web?.port
      if (port?.call === call) attach(call, side, nowMs)
    },
    detach: (call: number): void => {
      for (const port of byId.values())
        if (port.call === call) {
          port.call = -1
          port.legs[0] = port.legs[1] = undefined
        }
    },
  }
}
