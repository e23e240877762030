import type { MediumStats, Side } from '#core'
import type { Leg, LiveCall } from './leg.ts'
import { type Memory, printSockaddr } from './memory.ts'

const directionOf = (leg: Leg): MediumStats['dir'] => {
  const receives = leg.peer.forwards
  if (leg.forwards) return receives ? 'sendrecv' : 'sendonly'
  return receives ? 'recvonly' : 'inactive'
}

const statsOfLeg = (memory: Memory, type: MediumStats['type'], leg: Leg): MediumStats => ({
  type,
  dir: directionOf(leg),
  rtpAddr: leg.rtp.known ? printSockaddr(memory, leg.rtp.target) : '',
  rtpRecv: leg.rtp.received,
  rtpSend: leg.rtp.sent,
  rtcpAddr: leg.mux || leg.rtcp.known ? printSockaddr(memory, (leg.mux ? leg.rtp : leg.rtcp).target) : '',
  rtcpRecv: leg.rtcp.received,
  rtcpSend: leg.rtcp.sent,
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
