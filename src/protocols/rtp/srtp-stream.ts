/** Packets so far behind the newest of their stream, or further, are refused (RFC 3711 §3.3.2 wants at least 64). */
export const WINDOW = 128

/** What is known of one SSRC in one direction: the newest index, and which before it have been seen. */
export class Stream {
  /** -1 before the first. RTP: 2^16 · ROC + SEQ; RTCP: the packet's own index. */
  newest = -1
  /** A ring of bits, by index modulo WINDOW. */
  readonly #seen = new Uint32Array(WINDOW / 32)

  /** RFC 3711 §3.3.1 and Appendix A: the index nearest to the newest one; negative when it was before all. */
  indexOf(sequence: number): number {
    const { newest } = this
    if (newest < 0) return sequence
    const low = newest % 0x10000
    const base = newest - low
    if (low < 0x8000) return sequence - low > 0x8000 ? base - 0x10000 + sequence : base + sequence
    return low - 0x8000 > sequence ? base + 0x10000 + sequence : base + sequence
  }

  /** Neither seen nor too old to tell. */
  isFresh(index: number): boolean {
    if (index < 0) return false
    if (index > this.newest) return true
    if (this.newest - index >= WINDOW) return false
    return ((this.#seen[(index % WINDOW) >> 5] as number) & (1 << (index & 31))) === 0
  }

  /** Only for what is fresh and, when receiving, authentic. */
  mark(index: number): void {
    const seen = this.#seen
    if (index > this.newest) {
      if (index - this.newest >= WINDOW) seen.fill(0)
      else
        for (let i = this.newest + 1; i < index; i++)
          seen[(i % WINDOW) >> 5] = (seen[(i % WINDOW) >> 5] as number) & ~(1 << (i & 31))
      this.newest = index
    }
    seen[(index % WINDOW) >> 5] = (seen[(index % WINDOW) >> 5] as number) | (1 << (index & 31))
  }
}

/** The streams of one direction, by SSRC, of which a peer cannot have any number. */
export class Streams {
  readonly #limit: number
  readonly #known = new Map<number, Stream>()
  /** The one that was asked for last: audio has one for minutes. */
  #ssrc = -1
  #stream = new Stream()
  /** Handed out for every SSRC not known yet, so that strangers' packets allocate nothing. */
  #spare = new Stream()

  constructor(limit: number) {
    this.#limit = limit
  }

  /** The stream, a new one that is not kept yet, or undefined when there are too many. */
  get(ssrc: number): Stream | undefined {
    if (ssrc === this.#ssrc) return this.#stream
    const known = this.#known.get(ssrc)
    if (!known) return this.#known.size < this.#limit ? this.#spare : undefined
    this.#ssrc = ssrc
    this.#stream = known
    return known
  }

  keep(ssrc: number, stream: Stream): void {
    if (stream === this.#stream) return
    if (stream === this.#spare) this.#spare = new Stream()
    this.#known.set(ssrc, stream)
    this.#ssrc = ssrc
    this.#stream = stream
  }
}
