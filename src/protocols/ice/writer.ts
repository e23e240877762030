import { crc32 } from './crc32.ts'
import { INTEGRITY_SIZE, sign } from './integrity.ts'
import { ATTRIBUTE, FINGERPRINT_XOR, MAGIC, read16, STUN_HEADER, write16, write32 } from './stun.ts'

/** Writes one message into `bytes`, from its beginning. Attributes go in the order of the calls. */
export class StunWriter {
  readonly bytes: Uint8Array
  length = 0

  constructor(bytes: Uint8Array = new Uint8Array(548)) {
    this.bytes = bytes
  }

  /** The transaction id is the 12 octets of `from` at `at`. */
  begin(type: number, from: Uint8Array, at: number): void {
    write16(this.bytes, 0, type)
    write32(this.bytes, 4, MAGIC)
    for (let i = 0; i < 12; i++) this.bytes[8 + i] = from[at + i] as number
    this.length = STUN_HEADER
    this.#tell()
  }

  #tell(): void {
    write16(this.bytes, 2, this.length - STUN_HEADER)
  }

  /** The header of an attribute and zeros to fill it up; gives the place of its value. */
  #attribute(type: number, size: number): number {
    const at = this.length
    write16(this.bytes, at, type)
    write16(this.bytes, at + 2, size)
    this.length = at + 4 + ((size + 3) & ~3)
    this.bytes.fill(0, at + 4, this.length)
    this.#tell()
    return at + 4
  }

  value(type: number, value: Uint8Array): void {
    const at = this.#attribute(type, value.length)
    this.bytes.set(value, at)
  }

  number(type: number, value: number): void {
    const at = this.#attribute(type, 4)
    write32(this.bytes, at, value)
  }

  /** XOR-MAPPED-ADDRESS, RFC 8489 §14.2: the cookie, and for IPv6 the transaction id too. */
  mapped(address: Uint8Array, port: number): void {
    const size = address.length
    const at = this.#attribute(ATTRIBUTE.xorMapped, 4 + size)
    const { bytes } = this
    bytes[at + 1] = size === 4 ? 1 : 2
    write16(bytes, at + 2, port ^ (MAGIC >>> 16))
    for (let i = 0; i < size; i++) bytes[at + 4 + i] = (address[i] as number) ^ (bytes[4 + i] as number)
  }

  /** ERROR-CODE, §14.8. The phrase is ASCII. */
  error(code: number, phrase: string): void {
    const at = this.#attribute(ATTRIBUTE.errorCode, 4 + phrase.length)
    this.bytes[at + 2] = Math.floor(code / 100)
    this.bytes[at + 3] = code % 100
    for (let i = 0; i < phrase.length; i++) this.bytes[at + 4 + i] = phrase.charCodeAt(i)
  }

  unknown(types: readonly number[]): void {
    const at = this.#attribute(ATTRIBUTE.unknown, 2 * types.length)
    for (let i = 0; i < types.length; i++) write16(this.bytes, at + 2 * i, types[i] as number)
  }

  integrity(password: Uint8Array): void {
    const at = this.#attribute(ATTRIBUTE.integrity, INTEGRITY_SIZE - 4) - 4
    sign(this.bytes, 0, at, password)
  }

  /** Always the last one. */
  fingerprint(): void {
    const at = this.#attribute(ATTRIBUTE.fingerprint, 4)
    write32(this.bytes, at, crc32(this.bytes, 0, at - 4) ^ FINGERPRINT_XOR)
  }

  /** The message so far; valid until the next `begin`. */
  message(): Uint8Array {
    return this.bytes.subarray(0, STUN_HEADER + read16(this.bytes, 2))
  }
}
