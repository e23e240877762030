import { crc32 } from './crc32.ts'

/**
 * STUN, RFC 8489 §5 (and the same in RFC 5389):
 *
 *     |0 0|  method and class (14)    |        length (16)            |
 *     |                    magic cookie 0x2112A442                    |
 *     |                    transaction id (96 bits)                   |
 *     attributes: type (16), length (16), value, filled up to four octets
 */
export const STUN_HEADER = 20
export const MAGIC = 0x2112a442
export const BINDING_REQUEST = 0x0001
export const BINDING_INDICATION = 0x0011
export const BINDING_SUCCESS = 0x0101
export const BINDING_ERROR = 0x0111

/** RFC 8489 §18.3, and those of ICE in RFC 8445 §16.1. */
export const ATTRIBUTE = {
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  unknown: 0x000a,
  integritySha256: 0x001c,
  xorMapped: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  software: 0x8022,
  fingerprint: 0x8028,
  controlled: 0x8029,
  controlling: 0x802a,
} as const

export type StunError = 'short' | 'not-stun' | 'length' | 'attribute' | 'fingerprint'

/** Where things lie in a message; -1 for what it has not. Filled anew by each `scanStun`, so that nothing is allocated. */
export type StunScan = {
  type: number
  username: number
  usernameLength: number
  /** Of the attribute's header, not its value. */
  integrity: number
  fingerprint: number
  priority: number
  useCandidate: boolean
  controlling: number
  controlled: number
  /** 300 to 699, or 0. */
  errorCode: number
  mapped: number
  mappedLength: number
  /** Up to eight attributes that one must know and we do not (§14.9). */
  unknown: number[]
}

export const createScan = (): StunScan => ({
  ...{ type: 0, username: -1, usernameLength: 0, integrity: -1, fingerprint: -1, priority: -1 },
  ...{ useCandidate: false, controlling: -1, controlled: -1, errorCode: 0, mapped: -1, mappedLength: 0 },
  unknown: [],
})

const clear = (scan: StunScan): void => {
  scan.username = scan.integrity = scan.fingerprint = scan.priority = -1
  scan.controlling = scan.controlled = scan.mapped = -1
  scan.usernameLength = scan.errorCode = scan.mappedLength = 0
  scan.useCandidate = false
  if (scan.unknown.length > 0) scan.unknown.length = 0
}

export const read16 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) << 8) | (bytes[at + 1] as number)

export const read32 = (bytes: Uint8Array, at: number): number =>
  ((read16(bytes, at) << 16) | read16(bytes, at + 2)) >>> 0

export const write16 = (bytes: Uint8Array, at: number, value: number): void => {
  bytes[at] = value >>> 8
  bytes[at + 1] = value
}

export const write32 = (bytes: Uint8Array, at: number, value: number): void => {
  write16(bytes, at, value >>> 16)
  write16(bytes, at + 2, value & 0xffff)
}

/** What RFC 7983 §7 says of the first octet, with the cookie: cheap enough to ask of every datagram. */
export const looksLikeStun = (bytes: Uint8Array, at: number, length: number): boolean =>
  length >= STUN_HEADER && (bytes[at] as number) < 4 && read32(bytes, at + 4) === MAGIC

const MOST_UNKNOWN = 8

/** The whole of an attribute's own syntax; false when its length cannot be. */
const take = (scan: StunScan, bytes: Uint8Array, type: number, at: number, length: number): boolean => {
  switch (type) {
    case ATTRIBUTE.username:
      // §5 of RFC 8489: the first one counts.
      if (scan.username >= 0) return true
      scan.username = at
      scan.usernameLength = length
      return length <= 513
    case ATTRIBUTE.integrity:
      scan.integrity = at - 4
      return length === 20
    case ATTRIBUTE.fingerprint:
      scan.fingerprint = at - 4
      return length === 4
    case ATTRIBUTE.priority:
      if (length === 4) scan.priority = read32(bytes, at)
      return length === 4
    case ATTRIBUTE.useCandidate:
      scan.useCandidate = true
      return length === 0
    case ATTRIBUTE.controlling:
      scan.controlling = at
      return length === 8
    case ATTRIBUTE.controlled:
      scan.controlled = at
      return length === 8
    case ATTRIBUTE.errorCode:
      if (length < 4) return false
      scan.errorCode = ((bytes[at + 2] as number) & 7) * 100 + ((bytes[at + 3] as number) % 100)
      return true
    case ATTRIBUTE.xorMapped:
      scan.mapped = at
      scan.mappedLength = length
      return length === 8 || length === 20
    default:
      if (type < 0x8000 && type !== ATTRIBUTE.unknown && scan.unknown.length < MOST_UNKNOWN)
        scan.unknown.push(type)
      return true
  }
}

/**
 * Reads the message of `length` octets at `at`, which must be all of the datagram. Attributes behind the integrity
 * are not looked at, but for the fingerprint (§14.5), which is checked when there is one. Undefined when all is well.
 */
export const scanStun = (
  scan: StunScan,
  bytes: Uint8Array,
  at: number,
  length: number,
): StunError | undefined => {
  clear(scan)
  if (length < STUN_HEADER) return 'short'
  if (!looksLikeStun(bytes, at, length)) return 'not-stun'
  const end = at + length
  if (end > bytes.length || read16(bytes, at + 2) !== length - STUN_HEADER || length & 3) return 'length'
  scan.type = read16(bytes, at)
  for (let next = at + STUN_HEADER; next < end; ) {
    const type = read16(bytes, next)
    const size = read16(bytes, next + 2)
    const after = next + 4 + ((size + 3) & ~3)
    if (after > end || scan.fingerprint >= 0) return 'attribute'
    const looked = scan.integrity < 0 || type === ATTRIBUTE.fingerprint
    if (looked && !take(scan, bytes, type, next + 4, size)) return 'attribute'
    next = after
  }
  if (scan.fingerprint < 0) return undefined
  const wanted = (crc32(bytes, at, scan.fingerprint) ^ FINGERPRINT_XOR) >>> 0
  return read32(bytes, scan.fingerprint + 4) === wanted ? undefined : 'fingerprint'
}

export const FINGERPRINT_XOR = 0x5354554e
