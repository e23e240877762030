import type { MediumStats, Side } from '#core'
import type { Leg, LiveCall } from './leg.ts'
import { type Memory, printSockaddr } from './memory.ts'

const directionOf = (leg: Leg): MediumStats['dir'] => {
  const receives = leg.peer.forwards
  if (leg.forwards) return receives ? 'sendrecv' : 'sendonly'
  return receives ? 'recvonly' : 'inactive'
}

const placeOf = (memory: Memory, leg: Leg): string =>
  (leg.web?.port?.known ?? leg.rtp.known) ? printSockaddr(memory, leg.rtp.target) : ''

const qualityOf = ({ web }: Leg): Partial<MediumStats> => {
  if (!web) return {}
  const { reception, told } = web
  return {
    lost: reception.lost,
    jitterMs: Math.round(reception.jitterMs * 10) / 10,
    ...(told.rttMs >= 0 && { rttMs: told.rttMs }),
    ...(told.heard && { lostThere: told.lost }),
  }
}

const statsOfLeg = (memory: Memory, type: MediumStats['type'], leg: Leg): MediumStats => ({
  type,
  dir: directionOf(leg),
  rtpAddr: placeOf(memory, leg),
  rtpRecv: leg.rtp.received,
  rtpSend: leg.rtp.sent,
  rtcpAddr:
    leg.mux || leg.web?.port
      ? placeOf(memory, leg)
      : leg.rtcp.known
        ? printSockaddr(memory, leg.rtcp.target)
        : '',
  rtcpRecv: leg.rtcp.received,
  rtcpSend: leg.rtcp.sent,
  ...qualityOf(leg),
})

/** One entry per medium of that side, in the order of the description; the direction is the party's own. */
export const statsOf = (memory: Memory, call: LiveCall | undefined, side: Side): MediumStats[] => {
  const found: MediumStats[] = []
  for (const [, medium] of [...(call?.media ?? [])].sort(([a], [b]) => a - b)) {
    const leg = medium.legs[side]
    if (leg) found.push(statsOfLeg(memory, medium.type, leg))
  }
  return found
}
