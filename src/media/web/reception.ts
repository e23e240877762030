import type { ReportBlock } from '#rtp'

/** What a party's reports say of what it was sent. */
export type Told = { heard: boolean; lost: number; rttMs: number; jitter: number }

/** What came of one source, RFC 3550 §6.4.1 and §A.1, §A.3, §A.8. Clocks of arrival are milliseconds. */
export class Reception {
  ssrc = 0
  #base = -1
  #highest = 0
  #cycles = 0
  #packets = 0
  #transit = 0
  jitter = 0
  rate = 8000
  #lastSr = 0
  #lastSrMs = 0
  #expectedBefore = 0
  #packetsBefore = 0
  /** Of earlier sources on the same leg. */
  #lostBefore = 0

  get packets(): number {
    return this.#packets
  }

  get #expected(): number {
    return this.#base < 0 ? 0 : this.#cycles + this.#highest - this.#base + 1
  }

  get lost(): number {
    return this.#lostBefore + Math.max(0, this.#expected - this.#packets)
  }

  get jitterMs(): number {
    return (this.jitter * 1000) / this.rate
  }

  note(ssrc: number, sequence: number, timestamp: number, rate: number, nowMs: number): void {
    if (ssrc !== this.ssrc || this.#base < 0) this.#begin(ssrc, sequence)
    const ahead = (sequence - this.#highest) & 0xffff
    if (ahead > 0 && ahead < 0x8000) {
      if (sequence < this.#highest) this.#cycles += 0x1_0000
      this.#highest = sequence
    }
    this.#packets++
    const transit = (nowMs * rate) / 1000 - timestamp
    const difference = Math.abs(transit - this.#transit)
    // A step of the clock is no jitter: another rate, or a pause.
    if (this.#packets > 1 && rate === this.rate && difference < rate)
      this.jitter += (difference - this.jitter) / 16
    this.#transit = transit
    this.rate = rate
  }

  #begin(ssrc: number, sequence: number): void {
    this.#lostBefore = this.lost
    this.ssrc = ssrc
    this.#base = this.#highest = sequence
    this.#cycles = this.#packets = this.#expectedBefore = this.#packetsBefore = 0
    this.#lastSr = this.jitter = 0
  }

  /** The middle of a sender report's NTP time. */
  noteReport(ssrc: number, middle: number, nowMs: number): void {
    if (ssrc !== this.ssrc) return
    this.#lastSr = middle
    this.#lastSrMs = nowMs
  }

  /** The next report block; undefined before anything came. */
  block(nowMs: number): ReportBlock | undefined {
    if (this.#base < 0) return undefined
    const expected = this.#expected - this.#expectedBefore
    const lost = expected - (this.#packets - this.#packetsBefore)
    this.#expectedBefore = this.#expected
    this.#packetsBefore = this.#packets
    return {
      ssrc: this.ssrc,
      fractionLost: expected > 0 && lost > 0 ? Math.min(255, Math.floor((lost * 256) / expected)) : 0,
      lost: Math.max(-0x80_0000, Math.min(this.#expected - this.#packets, 0x7f_ffff)),
      highestSequence: (this.#cycles + this.#highest) >>> 0,
      jitter: Math.round(this.jitter),
      lastSr: this.#lastSr,
      delay: this.#lastSr === 0 ? 0 : Math.round((nowMs - this.#lastSrMs) * 65.536) >>> 0,
    }
  }
}
