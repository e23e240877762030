import { concat } from '#lib/bytes'
import { Reader, uint } from './reader.ts'

/**
 * A handshake message, RFC 6347 §4.2.2:
 *
 *     type (8)  length (24)  message_seq (16)  fragment_offset (24)  fragment_length (24)  fragment
 */
export type Handshake = { type: number; sequence: number; body: Uint8Array }

export const HANDSHAKE_HEAD = 12
/** A chain of certificates is long, anything above this is not one. */
const LONGEST_MESSAGE = 16_384
/** Messages that may come before their turn. A flight has six. */
const AHEAD = 8
/** Of all that waits, in one association. */
const MOST_WAITING = 24_576

export const encodeFragment = (message: Handshake, offset: number, length: number): Uint8Array =>
  concat(
    uint(message.type, 1),
    uint(message.body.length, 3),
    uint(message.sequence, 2),
    uint(offset, 3),
    uint(length, 3),
    message.body.subarray(offset, offset + length),
  )

/** As it counts in transcripts: in one piece. */
export const encodeWhole = (message: Handshake): Uint8Array => encodeFragment(message, 0, message.body.length)

type Partial = { type: number; body: Uint8Array; have: Uint8Array; missing: number }

/** Puts a peer's messages together again and gives them out in their order. */
export class Reassembly {
  /** The message_seq that comes next. */
  next = 0
  readonly #waiting = new Map<number, Partial>()
  #octets = 0

  /**
   * Takes the handshake content of one record. True when something in it is of a message that was given out before:
   * the peer repeats its flight. What makes no sense is skipped.
   */
  add(content: Uint8Array): boolean {
    const reader = new Reader(content)
    let repeated = false
    while (reader.left >= HANDSHAKE_HEAD) {
      const [type, length, sequence] = [reader.uint(1), reader.uint(3), reader.uint(2)]
      const offset = reader.uint(3)
      const fragment = reader.vector(3)
      if (reader.failed || offset + fragment.length > length) break
      if (sequence < this.next) repeated = true
      else if (sequence < this.next + AHEAD) this.#put(type, length, sequence, offset, fragment)
    }
    return repeated
  }

  /** Whether the first fragment of the content is of a message that was given out before. */
  isRepeat(content: Uint8Array): boolean {
    if (content.length < HANDSHAKE_HEAD) return false
    return (((content[4] as number) << 8) | (content[5] as number)) < this.next
  }

  #put(type: number, length: number, sequence: number, offset: number, fragment: Uint8Array): void {
    let partial = this.#waiting.get(sequence)
    if (!partial) {
      if (length > LONGEST_MESSAGE || this.#octets + length > MOST_WAITING) return
      partial = { type, body: new Uint8Array(length), have: new Uint8Array(length), missing: length }
      this.#octets += length
      this.#waiting.set(sequence, partial)
    }
    if (partial.type !== type || partial.body.length !== length) return
    for (let i = 0; i < fragment.length; i++) {
      if (partial.have[offset + i]) continue
      partial.have[offset + i] = 1
      partial.body[offset + i] = fragment[i] as number
      partial.missing--
    }
  }

  /** The next message, once it is whole. */
  take(): Handshake | undefined {
    const partial = this.#waiting.get(this.next)
    if (!partial || partial.missing > 0) return undefined
    this.#waiting.delete(this.next)
    this.#octets -= partial.body.length
    return { type: partial.type, sequence: this.next++, body: partial.body }
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting.clear()
    this.#octets = 0
  }
}
