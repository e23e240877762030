/** Samples a second of everything that is kept as WAV. */
export const RATE = 8000
const PER_MS = RATE / 1000

/** How far a packet may be from where its arrival says, before its timestamps are no longer believed. */
const [MOST_EARLY, MOST_LATE] = [400 * PER_MS, 900 * PER_MS]
/** What is older than the newest by so much is final. */
export const SETTLED_MS = 1000
const WINDOW = 4 * RATE

type Track = { ssrc: number; timestamp: number; at: number }

/**
 * Where packets of one side belong: their timestamps say it exactly, their arrival says from where on, and again after
 * timestamps have leapt. Times and places are in units of `perMs`.
 */
export class Placing {
  readonly #perMs: number
  #track: Track | undefined

  constructor(perMs: number) {
    this.#perMs = perMs
  }

  place(ssrc: number, timestamp: number, atMs: number): number {
    const scale = this.#perMs / PER_MS
    const arrived = Math.round(atMs * this.#perMs)
    const track = this.#track
    if (track?.ssrc === ssrc) {
      const at = track.at + ((timestamp - track.timestamp) | 0)
      if (at >= 0 && at - arrived <= MOST_EARLY * scale && arrived - at <= MOST_LATE * scale) return at
    }
    this.#track = { ssrc, timestamp, at: arrived }
    return arrived
  }
}

/** What both sides say, next to each other: channels of samples from the beginning on, with silence where nothing came. */
export class Timeline {
  readonly #channels: number
  readonly #placing: Placing[]
  readonly #window: Int16Array
  /** The first sample that is not final. */
  #base = 0

  constructor(channels: 1 | 2) {
    this.#channels = channels
    this.#placing = Array.from({ length: channels }, () => new Placing(PER_MS))
    this.#window = new Int16Array(WINDOW * channels)
  }

  put(channel: number, ssrc: number, timestamp: number, atMs: number, samples: Int16Array): void {
    const at = this.#placing[channel]?.place(ssrc, timestamp, atMs) ?? 0
    const from = Math.max(0, this.#base - at)
    const to = Math.min(samples.length, this.#base + WINDOW - at)
    for (let i = from; i < to; i++)
      this.#window[((at + i) % WINDOW) * this.#channels + channel] = samples[i] as number
  }

  /** All that is before that time, channels interleaved, at most so much as fits in the window at once. */
  take(untilMs: number): Int16Array {
    const until = Math.max(this.#base, Math.min(Math.floor(untilMs * PER_MS), this.#base + WINDOW))
    const channels = this.#channels
    const taken = new Int16Array((until - this.#base) * channels)
    for (let at = this.#base; at < until; at++)
      for (let channel = 0; channel < channels; channel++) {
        const place = (at % WINDOW) * channels + channel
        taken[(at - this.#base) * channels + channel] = this.#window[place] as number
        this.#window[place] = 0
      }
    this.#base = until
    return taken
  }

  get takenMs(): number {
    return this.#base / PER_MS
  }
}
