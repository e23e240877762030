import type { FigureName } from '../commands.ts'
import { ALAW_TO_ULAW, translate, ULAW_TO_ALAW } from '../g711.ts'
import type { Leg } from '../leg.ts'
import { PACKET } from '../memory.ts'
import type { Output } from './output.ts'
import { createPictures } from './pictures.ts'
import type { Reports } from './reports.ts'
import { PASS, PICTURES, RESCALE, TO_ALAW, type WebSide } from './side.ts'

/** Takes the packet at hand from one leg to the other's party, as that one numbers and names things. */
export const createConvey = (output: Output, reports: Reports, count: Record<FigureName, number>) => {
  const { memory } = output
  const { bytes, view } = memory
  const pictures = createPictures(output)

  /** The header as short as can be: contributors and extensions were not negotiated with the other side. */
  const strip = (head: number, length: number): number => {
    if (head === 12) return length
    bytes.copyWithin(PACKET + 12, PACKET + head, PACKET + length)
    bytes[PACKET] = 0x80 | ((bytes[PACKET] as number) & 0x20)
    return length - head + 12
  }

  /** RFC 4733 §2.3.5: an event whose clock is another there. Its timestamp stays as long as it lasts. */
  const rescale = (
    from: WebSide<Leg>,
    to: WebSide<Leg>,
    type: number,
    length: number,
    nowMs: number,
  ): void => {
    const { stream } = to
    const timestamp = view.getUint32(PACKET + 4)
    if (to.eventIn !== timestamp) {
      to.eventIn = timestamp
      to.eventOut = stream.timestampAt(nowMs, stream.rate || (from.turns.toRate[type] as number))
    }
    const scale = (from.turns.toRate[type] as number) / (from.turns.rate[type] as number)
    if (length >= 16)
      view.setUint16(PACKET + 14, Math.min(0xffff, Math.round(view.getUint16(PACKET + 14) * scale)))
    stream.put(view, (stream.lastSequence + 1) & 0xffff, to.eventOut, length, nowMs)
    stream.broken = true
  }

  return (leg: Leg, head: number, size: number, nowMs: number): void => {
    const { peer } = leg
    const [from, to] = [leg.web, peer.web]
    if (!from || !to || (to.port && to.port.legs[to.index] !== peer)) return
    const second = bytes[PACKET + 1] as number
    const type = second & 0x7f
    const target = from.turns.to[type] as number
    if (target === 255) {
      count.invalid++
      return
    }
    // A key of ours sounds in place of speech.
    if (to.tone) return
    const length = strip(head, size)
    const how = from.turns.how[type] as number
    let marker = second & 0x80
    bytes[PACKET + 1] = marker | target
    if (how === RESCALE) rescale(from, to, type, length, nowMs)
    else {
      if (how === PICTURES && from.sprop.length > 0) pictures.prepare(peer, leg, from, to, length, nowMs)
      const joins = to.stream.take(memory, leg, from.turns.toRate[type] as number, length, nowMs)
      if (joins && to.index === 1) reports.wantPicture(leg, nowMs, true)
      else if (joins) marker = 0x80
      if (how !== PASS && how !== PICTURES)
        translate(bytes, PACKET + 12, PACKET + length, how === TO_ALAW ? ULAW_TO_ALAW : ALAW_TO_ULAW)
      bytes[PACKET + 1] = marker | target
    }
    output.rtp(peer, length)
  }
}
export type Convey = ReturnType<typeof createConvey>
