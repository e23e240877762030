import type { Clock } from '#lib/clock'
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
  let serial = new DataView(random.bytes(4).buffer).getUint32(0) >>> 1

  const issue = (): string => {
    serial = (serial + 1) >>> 0
    const at = serial % size
    const bytes = random.bytes(8)
    const [a, b] = [word(bytes, 0), word(bytes, 4)]
    serials[at] = serial
    secrets[2 * at] = a
    secrets[2 * at + 1] = b
    issuedMs[at] = clock.nowMs()
    counts[at] = 0
    return hex(serial) + hex(a) + hex(b)
  }

  /**
   * Checks a nonce and notes its use. `count` is the request's nc; without qop a nonce serves once.
   */
  const use = (nonce: string, count: number | undefined): NonceState => {
    if (nonce.length !== 24 || !/^[0-9a-f]+$/.test(nonce)) return 'unknown'
    const number = Number.parseInt(nonce.slice(0, 8), 16)
    const at = number % size
    if (serials[at] !== number) return 'stale'
    if (secrets[2 * at] !== Number.parseInt(nonce.slice(8, 16), 16)) return 'unknown'
    if (secrets[2 * at + 1] !== Number.parseInt(nonce.slice(16), 16)) return 'unknown'
    if (clock.nowMs() - (issuedMs[at] as number) > lifetimeMs) return 'stale'
    const last = counts[at] as number
    if (count === undefined ? last > 0 : count <= last) return count === undefined ? 'stale' : 'replayed'
    counts[at] = count ?? 1
    return 'fresh'
  }

  return { issue, use }
}
export type Nonces = ReturnType<typeof createNonces>

const hex = (value: number): string => (value + 0x1_0000_0000).toString(16).slice(1)

const word = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)) >>>
  0
