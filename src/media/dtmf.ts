import { digitOf } from '#rtp'
import type { Leg } from './leg.ts'

/** Octets of one telephone-event, RFC 4733 §2.3. */
const SIZE = 4

export type DigitListener = (leg: Leg, digit: string, durationMs: number) => void

const tell = (leg: Leg, listener: DigitListener): void => {
  const { event } = leg
  const digit = digitOf(event.number)
  event.told = true
  if (digit !== undefined) listener(leg, digit, Math.round((event.duration * 1000) / event.rate))
}

/**
 * Follows the events of a leg: an event is all packets of one timestamp, told once, at the first packet with
 * the end bit; when all of those were lost, at the first packet of the next event or by `endEvent`.
 */
export const followEvent = (leg: Leg, packet: Uint8Array, head: number, listener: DigitListener): void => {
  if (packet.length < head + SIZE) return
  const { event } = leg
  const view = new DataView(packet.buffer, packet.byteOffset, packet.length)
  const timestamp = view.getUint32(4)
  const number = view.getUint8(head)
  if (event.timestamp !== timestamp || event.number !== number) {
    if (!event.told) tell(leg, listener)
    event.timestamp = timestamp
    event.number = number
    event.duration = 0
    event.rate = leg.kinds.rates.get(view.getUint8(1) & 0x7f) ?? 8000
    event.told = false
  }
  event.duration = Math.max(event.duration, view.getUint16(head + 2))
  if (view.getUint8(head + 1) & 0x80 && !event.told) tell(leg, listener)
}

/** Speech after an unfinished event: its end was lost. */
export const endEvent = (leg: Leg, listener: DigitListener): void => {
  if (!leg.event.told) tell(leg, listener)
}
