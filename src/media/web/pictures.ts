import type { Leg } from '../leg.ts'
import { PACKET } from '../memory.ts'
import type { Output } from './output.ts'
import type { WebSide } from './side.ts'

/** Kinds of NAL units, RFC 6184 §5.4: a slice of an IDR picture, parameter sets, several in one, one in several. */
const [IDR, SPS, STAP_A, FU_A] = [5, 7, 24, 28]

/** What the packet at hand begins with: a whole picture, its parameter sets, or something else. */
const kindOf = (bytes: Uint8Array, at: number, end: number): number => {
  if (at >= end) return 0
  const kind = (bytes[at] as number) & 31
  if (kind === FU_A)
    return at + 1 < end && (bytes[at + 1] as number) & 0x80 ? (bytes[at + 1] as number) & 31 : 0
  if (kind !== STAP_A) return kind
  return at + 3 < end ? (bytes[at + 3] as number) & 31 : 0
}

/**
 * Parameter sets of phones that say them in their description only: browsers want them in front of every whole picture,
 * RFC 7742 §6.2.
 */
export const createPictures = (output: Output) => {
  const { bytes, view } = output.memory

  /** Sends the sets ahead of the packet at hand, which stays as it is. */
  const inject = (
    peer: Leg,
    source: Leg,
    from: WebSide<Leg>,
    to: WebSide<Leg>,
    length: number,
    nowMs: number,
  ): void => {
    const kept = bytes.slice(PACKET, PACKET + length)
    let at = PACKET + 12
    bytes[at++] = 0x60 | STAP_A
    for (const set of from.sprop) {
      if (set.length === 0 || at + 2 + set.length > PACKET + 1200) continue
      view.setUint16(at, set.length)
      bytes.set(set, at + 2)
      at += 2 + set.length
    }
    bytes[PACKET + 1] = (bytes[PACKET + 1] as number) & 0x7f
    to.stream.take(output.memory, source, 90_000, at - PACKET, nowMs)
    output.rtp(peer, at - PACKET)
    // The packet itself has to come behind it.
    to.stream.sequenceOffset = (to.stream.sequenceOffset + 1) & 0xffff
    bytes.set(kept, PACKET)
  }

  return {
    prepare: (
      peer: Leg,
      source: Leg,
      from: WebSide<Leg>,
      to: WebSide<Leg>,
      length: number,
      nowMs: number,
    ): void => {
      const kind = kindOf(bytes, PACKET + 12, PACKET + length)
      if (kind !== SPS && kind !== IDR) return
      const timestamp = view.getUint32(PACKET + 4)
      if (from.injected === timestamp) return
      from.injected = timestamp
      if (kind === IDR) inject(peer, source, from, to, length, nowMs)
    },
  }
}
