import { createSrtp, type SrtpKit } from '#rtp'
import type { FigureName, Report, WebCommand } from '../commands.ts'
import type { Leg } from '../leg.ts'
import { PACKET } from '../memory.ts'
import type { Sockets } from '../sockets.ts'
import { createConvey } from './convey.ts'
import { createIngress } from './ingress.ts'
import { createOutput } from './output.ts'
import { CONSENT_MS, WebPort } from './port.ts'
import { createReports } from './reports.ts'
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

/** Reports go out every so many ticks. */
const REPORT_TICKS = 3

/** The browsers' transports of a worker: what the main thread wants of them; what they send is the business of `ingress.ts`. */
export const createBrowsers = (ports: BrowsersPorts) => {
  const { sockets, count, report } = ports
  const { bytes } = sockets.memory
  const byId = new Map<number, WebPort<Leg>>()
  /** By slot. */
  const owners: (WebPort<Leg> | undefined)[] = []
  const output = createOutput(sockets, count)
  const reports = createReports({ output, report, wallMs: ports.wallMs })
  const tones = createTones(output)
  const convey = createConvey(output, reports, count)
  const ingress = createIngress({ ...ports, reports, convey, ownerOf: (slot) => owners[slot] })
  let ticks = 0

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
    ...ingress,
    ...{ apply, tick, output },
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
