/** So many packets back: more than a second of a picture that a call has. */
export const KEPT = 128
const SLOT = 1400
/** Nobody gets one packet again sooner, nor more than so many in a tenth of a second: a request of 4 octets names 17. */
const AGAIN_MS = 20
const [WINDOW_MS, MOST] = [100, 50]

/**
 * What a browser was sent of its picture lately, as it went over the wire, for when it says that it lacks some of it (RFC 4585 §6.2.1).
 * It is sent again as it is: sealing the same number once more is not allowed (RFC 3711 §9.1), and whoever sent it first could not
 * help, as an engine in between has seen it before and drops it as a replay.
 */
export class Resends {
  readonly #bytes = new Uint8Array(KEPT * SLOT)
  readonly #sizes = new Uint16Array(KEPT)
  readonly #sequences = new Int32Array(KEPT).fill(-1)
  readonly #sentMs = new Float64Array(KEPT)
  #windowMs = 0
  #count = 0

  keep(sequence: number, bytes: Uint8Array, at: number, size: number, nowMs: number): void {
    const slot = sequence % KEPT
    if (size > SLOT) {
      this.#sequences[slot] = -1
      return
    }
    this.#sequences[slot] = sequence
    this.#sizes[slot] = size
    this.#sentMs[slot] = nowMs
    this.#bytes.set(bytes.subarray(at, at + size), slot * SLOT)
  }

  /** Whether it is known: then nobody else need be asked. */
  has(sequence: number): boolean {
    return this.#sequences[sequence % KEPT] === sequence
  }

  /** Puts it at the place of the packet at hand; its size, or 0 when it is too early for it, or too much. */
  take(sequence: number, bytes: Uint8Array, at: number, nowMs: number): number {
    const slot = sequence % KEPT
    if (!this.has(sequence) || nowMs - (this.#sentMs[slot] as number) < AGAIN_MS) return 0
    if (nowMs - this.#windowMs >= WINDOW_MS) {
      this.#windowMs = nowMs
      this.#count = 0
    }
    if (++this.#count > MOST) return 0
    this.#sentMs[slot] = nowMs
    const size = this.#sizes[slot] as number
    bytes.set(this.#bytes.subarray(slot * SLOT, slot * SLOT + size), at)
    return size
  }
}

/** Calls `each` for every sequence number of the feedback, and gives what of it `each` had no answer to. */
export const unanswered = (data: Uint8Array, each: (sequence: number) => boolean): Uint8Array => {
  const view = new DataView(data.buffer, data.byteOffset, data.length)
  const rest: number[] = []
  for (let at = 0; at + 4 <= data.length; at += 4) {
    const [first, mask] = [view.getUint16(at), view.getUint16(at + 2)]
    if (!each(first)) rest.push(first)
    for (let bit = 0; bit < 16; bit++) {
      const sequence = (first + 1 + bit) & 0xffff
      if ((mask >> bit) & 1 && !each(sequence)) rest.push(sequence)
    }
  }
  const left = new Uint8Array(4 * rest.length)
  const out = new DataView(left.buffer)
  for (const [index, sequence] of rest.entries()) out.setUint16(4 * index, sequence)
  return left
}
