import { SRTP_ROOM } from '#rtp'
import type { FigureName } from '../commands.ts'
import type { Leg } from '../leg.ts'
import { type Memory, PACKET, PACKET_SIZE } from '../memory.ts'
import type { Sockets } from '../sockets.ts'

/** Sends the packet at hand to a leg's party, sealed where it is a browser. */
export const createOutput = (sockets: Sockets, count: Record<FigureName, number>) => {
  const { memory } = sockets
  const { bytes } = memory

  /** False: there is nowhere to send to, or it must not go. */
  const rtp = (leg: Leg, length: number): boolean => {
    const port = leg.web?.port
    let size = length
    if (port) {
      if (!port.known || !port.outbound || length > PACKET_SIZE - SRTP_ROOM) return false
      size = port.outbound.protect(bytes, PACKET, length)
      if (size < 0) return false
      if (leg.web?.index === 1)
        port.resends?.keep(memory.view.getUint16(PACKET + 2), bytes, PACKET, size, performance.now())
    } else if (!leg.rtp.known) return false
    if (!sockets.send(leg.rtp.slot, PACKET, size, leg.rtp.target)) {
      count.unsent++
      return false
    }
    leg.rtp.sent++
    count.forwarded++
    return true
  }

  /** What a browser lacks of its picture, once more. False: it is not known any longer. */
  const again = (leg: Leg, sequence: number, nowMs: number): boolean => {
    const port = leg.web?.port
    if (!port?.known || !port.resends?.has(sequence)) return false
    const size = port.resends.take(sequence, bytes, PACKET, nowMs)
    if (size > 0 && !sockets.send(leg.rtp.slot, PACKET, size, leg.rtp.target)) count.unsent++
    return true
  }

  /** A compound of ours. */
  const rtcp = (leg: Leg, compound: Uint8Array): void => {
    if (compound.length === 0 || compound.length > PACKET_SIZE - SRTP_ROOM) return
    const port = leg.web?.port
    bytes.set(compound, PACKET)
    let size = compound.length
    if (port) {
      if (!port.known || !port.outbound) return
      size = port.outbound.protectRtcp(bytes, PACKET, size)
      if (size < 0) return
    }
    const over = port || leg.mux ? leg.rtp : leg.rtcp
    if (!port && !over.known) return
    if (sockets.send(over.slot, PACKET, size, over.target)) leg.rtcp.sent++
    else count.unsent++
  }

  return { memory: memory as Memory, rtp, again, rtcp }
}

export type Output = ReturnType<typeof createOutput>
