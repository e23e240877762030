/** Unpredictable bytes as a port, so that tests can be repeatable. `globalThis.crypto` is the language's own. */
export type Random = { bytes(length: number): Uint8Array; token(length?: number): string }

/** A share from 0 to 1 of what is spread, so that not all do it in one moment. */
export const shareOf = (random: Pick<Random, 'bytes'>): number => (random.bytes(1)[0] ?? 0) / 255

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789'

/** Draws from a pool: one call of the system generator serves about a thousand tags. */
export const createRandom = (): Random => {
  const pool = new Uint8Array(8192)
  let at = pool.length
  const take = (length: number): number => {
    if (at + length > pool.length) {
      crypto.getRandomValues(pool)
      at = 0
    }
    at += length
    return at - length
  }
  return {
    bytes: (length) => {
      if (length > pool.length) return crypto.getRandomValues(new Uint8Array(length))
      const from = take(length)
      return pool.slice(from, from + length)
    },
    /** `length` letters and digits (default 12, about 60 bits), fit for tags, branches and Call-IDs. */
    token: (length = 12) => {
      const from = take(length)
      let text = ''
      for (let i = 0; i < length; i++) text += ALPHABET[(pool[from + i] as number) % 36]
      return text
    },
  }
}
