import { EMPTY } from '#lib/bytes'

/** A copy that stands alone, and plain octets: what `slice` of a Buffer gives is neither. */
export const copyOf = (octets: Uint8Array): Uint8Array => new Uint8Array(octets)

/** Reads fields one after the other. Past the end it gives zeros and remembers that it was `short`. */
export class Reader {
  readonly octets: Uint8Array
  at: number
  short = false

  constructor(octets: Uint8Array, at = 0) {
    this.octets = octets
    this.at = at
  }

  get left(): number {
    return this.octets.length - this.at
  }

  octet(): number {
    const value = this.octets[this.at++]
    if (value !== undefined) return value
    this.at = this.octets.length
    this.short = true
    return 0
  }

  /** A view, not a copy. */
  take(length: number): Uint8Array {
    if (length > this.left) {
      this.at = this.octets.length
      this.short = true
      return EMPTY
    }
    this.at += length
    return this.octets.subarray(this.at - length, this.at)
  }
}
