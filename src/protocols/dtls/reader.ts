import { EMPTY } from '#lib/bytes'

/**
 * Reads numbers and vectors in the presentation language of RFC 5246 §4. Past the end everything is zero or empty
 * and `failed` says so, so that a decoder asks once, at its end.
 */
export class Reader {
  readonly bytes: Uint8Array
  at = 0
  failed = false

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  get left(): number {
    return this.bytes.length - this.at
  }

  /** Of one to four octets, of six for sequence numbers. */
  uint(size: number): number {
    if (this.left < size) {
      this.failed = true
      this.at = this.bytes.length
      return 0
    }
    let value = 0
    for (let i = 0; i < size; i++) value = value * 256 + (this.bytes[this.at++] as number)
    return value
  }

  /** A view of the next octets. */
  take(size: number): Uint8Array {
    if (this.left < size) {
      this.failed = true
      this.at = this.bytes.length
      return EMPTY
    }
    this.at += size
    return this.bytes.subarray(this.at - size, this.at)
  }

  /** A vector with a length of `size` octets before it. */
  vector(size: number): Uint8Array {
    return this.take(this.uint(size))
  }

  /** All was there, and nothing is left. */
  done(): boolean {
    return !this.failed && this.left === 0
  }
}

export const uint = (value: number, size: number): Uint8Array => {
  const out = new Uint8Array(size)
  let rest = value
  for (let i = size - 1; i >= 0; i--) {
    out[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return out
}

/** A vector with its length before it. */
export const vector = (size: number, ...parts: Uint8Array[]): Uint8Array => {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const out = new Uint8Array(size + length)
  out.set(uint(length, size))
  let at = size
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}
