import type { Clock } from '#lib/clock'
import { hash32 } from '#lib/hash'
import type { Random } from '#lib/random'

/** What a nonce that came back is worth. */
export type NonceState = 'fresh' | 'stale' | 'replayed' | 'unknown'

/**
 * Nonces of the password digests, RFC 7616 §3.3. They live in a ring of fixed size, so that a flood of challenges
 * costs no memory: a nonce pushed out by newer ones is merely stale. Its text is the serial number and 64 random bits.
 */
export const createNonces = (clock: Clock, random: Random, lifetimeMs: number, size = 1 << 17) => {
  const serials = new Uint32Array(size)
  const secrets = new Uint32Array(2 * size)
  const issuedMs = new Float64Array(size)
  const counts = new Uint32Array(size)
  const sources = new Uint32Array(size)
  let serial = new DataView(random.bytes(4).buffer).getUint32(0) >>> 1
  const hex = (value: number): string => value.toString(16).padStart(8, '0')

  /** `source`: the address that is challenged. */
  const issue = (source: string): string => {
    serial = (serial + 1) >>> 0
    const at = serial % size
    const bytes = random.bytes(8)
    const [a, b] = [word(bytes, 0), word(bytes, 4)]
    serials[at] = serial
    secrets[2 * at] = a
    secrets[2 * at + 1] = b
    issuedMs[at] = clock.nowMs()
    counts[at] = 0
    sources[at] = hash32(source)
    return hex(serial) + hex(a) + hex(b)
  }

  /** Its place in the ring; -1 when it was never issued here, -2 when it was and is no more. */
  const placeOf = (nonce: string): number => {
    if (nonce.length !== 24 || !/^[0-9a-f]+$/.test(nonce)) return -1
    const number = Number.parseInt(nonce.slice(0, 8), 16)
    const at = number % size
    if (serials[at] !== number) return -2
    if (secrets[2 * at] !== Number.parseInt(nonce.slice(8, 16), 16)) return -1
    if (secrets[2 * at + 1] !== Number.parseInt(nonce.slice(16), 16)) return -1
    return clock.nowMs() - (issuedMs[at] as number) > lifetimeMs ? -2 : at
  }

  return {
    issue,
    /** Ours and not too old: only then is what was made of it worth a look. */
    isOpen: (nonce: string): boolean => placeOf(nonce) >= 0,
    /** Whether that very address was challenged with it: nobody else answers for its failures. */
    isFrom(nonce: string, source: string): boolean {
      const at = placeOf(nonce)
      return at >= 0 && sources[at] === hash32(source)
    },
    /** Notes its use. `count` is the request's nc, which has to grow; without qop a nonce serves once. */
    use(nonce: string, count: number | undefined): NonceState {
      const at = placeOf(nonce)
      if (at < 0) return at === -1 ? 'unknown' : 'stale'
      const last = counts[at] as number
      if (count === undefined && last > 0) return 'stale'
      if (count !== undefined && count <= last) return 'replayed'
      counts[at] = count ?? 1
      return 'fresh'
    },
  }
}
export type Nonces = ReturnType<typeof createNonces>

const word = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)) >>>
  0
