import { type Memory, PACKET } from '../memory.ts'

/** A sequence number further ahead, or behind, is the beginning of something else. */
const LEAP_AHEAD = 3000
const LEAP_BEHIND = 1000
const FRAME_MS = 20

const random16 = (): number => Math.floor(Math.random() * 0x8000)
const random32 = (): number => Math.floor(Math.random() * 0x1_0000_0000)

/**
 * What one party is sent of one medium, under an SSRC that stays: whatever is behind it, sequence numbers and timestamps rise,
 * for to a receiver a step back is silence (RFC 3550 §5.1).
 */
export class Stream {
  ssrc: number
  /** Whose packets go out, by an identity of the caller's choice and their SSRC. */
  source: unknown
  sourceSsrc = 0
  sequenceOffset = 0
  timestampOffset = 0
  #inHighest = 0
  lastSequence = random16()
  lastTimestamp = random32()
  lastMs = 0
  /** Clock of what went out last, Hz. */
  rate = 0
  packets = 0
  octets = 0
  /** The next packet begins anew: something else was sent in between. */
  broken = true

  constructor(ssrc: number) {
    this.ssrc = ssrc
  }

  /** Where the clock of the stream stands. */
  timestampAt(nowMs: number, rate: number): number {
    if (this.lastMs === 0) return this.lastTimestamp
    const elapsedMs = Math.max(FRAME_MS, Math.min(nowMs - this.lastMs, 0xffff_ffff / rate))
    return (this.lastTimestamp + Math.round((elapsedMs * rate) / 1000)) >>> 0
  }

  #leaps(sequence: number): boolean {
    const ahead = (sequence - this.#inHighest) & 0xffff
    if (ahead < 0x8000) {
      this.#inHighest = sequence
      return ahead > LEAP_AHEAD
    }
    return 0x10000 - ahead > LEAP_BEHIND
  }

  #join(
    source: unknown,
    ssrc: number,
    sequence: number,
    timestamp: number,
    rate: number,
    nowMs: number,
  ): void {
    this.source = source
    this.sourceSsrc = ssrc
    this.#inHighest = sequence
    this.sequenceOffset = (this.lastSequence + 1 - sequence) & 0xffff
    this.timestampOffset = (this.timestampAt(nowMs, rate) - timestamp) | 0
    this.rate = rate
    this.broken = false
  }

  /**
   * Gives the packet at hand, of `length` octets, its place in the stream. True when another source begins with it. `rate`:
   * clock of its format.
   */
  take({ view, words }: Memory, source: unknown, rate: number, length: number, nowMs: number): boolean {
    const sequence = view.getUint16(PACKET + 2)
    const timestamp = view.getUint32(PACKET + 4)
    const ssrc = words[(PACKET + 8) >> 2] as number
    const joins =
      this.broken ||
      this.source !== source ||
      this.sourceSsrc !== ssrc ||
      this.rate !== rate ||
      this.#leaps(sequence)
    if (joins) this.#join(source, ssrc, sequence, timestamp, rate, nowMs)
    this.put(
      view,
      (sequence + this.sequenceOffset) & 0xffff,
      (timestamp + this.timestampOffset) >>> 0,
      length,
      nowMs,
    )
    return joins
  }

  /** Writes number, time and SSRC, and counts the packet. */
  put(view: DataView, sequence: number, timestamp: number, length: number, nowMs: number): void {
    view.setUint16(PACKET + 2, sequence)
    view.setUint32(PACKET + 4, timestamp)
    view.setUint32(PACKET + 8, this.ssrc)
    this.packets++
    this.octets += length - 12
    if (((sequence - this.lastSequence) & 0xffff) >= 0x8000) return
    this.lastSequence = sequence
    this.lastTimestamp = timestamp
    this.lastMs = nowMs
  }
}
