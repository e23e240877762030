import { createHash } from 'node:crypto'
import { concat } from '#lib/bytes'
import { encodeWhole, type Handshake } from './fragments.ts'

/** All handshake messages so far, as both sides have to have seen them (RFC 5246 §7.4.9, RFC 6347 §4.2.6). */
export class Transcript {
  #parts: Uint8Array[] = []

  add(message: Handshake): void {
    this.#parts.push(encodeWhole(message))
  }

  bytes(): Uint8Array {
    return concat(...this.#parts)
  }

  hash(): Uint8Array {
    const sha256 = createHash('sha256')
    for (const part of this.#parts) sha256.update(part)
    return sha256.digest()
  }

  clear(): void {
    this.#parts = []
  }
}
