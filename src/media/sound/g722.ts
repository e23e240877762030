/**
 * The lower half of G.722 (ITU-T G.722 §3 and §6, 64 kbit/s): speech up to 4 kHz at 8000 samples a second, which is all that a
 * telephone's recording holds. The two bits of the upper half are left out.
 */
const QUANTA = [
  ...[-136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360],
  ...[-8576, -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032],
  ...[-1688, -1360, -1040, -728, 24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360],
  ...[8576, 7856, 7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360],
  ...[1040, 728, 432, 136, -432, -136],
]
const COARSE = [
  ...[0, -20456, -12896, -8968, -6288, -4240, -2584, -1200],
  ...[20456, 12896, 8968, 6288, 4240, 2584, 1200, 0],
]
const STEPS = [-60, -30, 58, 172, 334, 538, 1198, 3042]
const STEP_OF = [0, 7, 6, 5, 4, 3, 2, 1, 7, 6, 5, 4, 3, 2, 1, 0]
const EXPONENTIALS = [
  ...[2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834],
  ...[2896, 2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008],
]

const limited = (value: number): number => Math.max(-32_768, Math.min(32_767, value))
const at = (table: readonly number[], index: number): number => table[index] as number

/** One direction's decoder; it remembers. */
export class G722 {
  #log = 0
  #scale = 32
  #s = 0
  #zero = 0
  /** Pole section, zero section and what they look back on. */
  readonly #a = [0, 0, 0]
  readonly #b = [0, 0, 0, 0, 0, 0, 0]
  readonly #r = [0, 0, 0]
  readonly #p = [0, 0, 0]
  readonly #d = [0, 0, 0, 0, 0, 0, 0]

  decode(octets: Uint8Array): Int16Array {
    const samples = new Int16Array(octets.length)
    for (const [index, octet] of octets.entries()) samples[index] = this.#next(octet & 0x3f)
    return samples
  }

  #next(code: number): number {
    const scale = this.#scale
    const fine = (scale * at(QUANTA, code)) >> 15
    const sample = Math.max(-16_384, Math.min(16_383, this.#s + fine))
    const coarse = code >> 2
    const difference = (scale * at(COARSE, coarse)) >> 15
    this.#log = Math.max(0, Math.min(18_432, ((this.#log * 127) >> 7) + at(STEPS, at(STEP_OF, coarse))))
    const shift = 8 - (this.#log >> 11)
    const base = at(EXPONENTIALS, (this.#log >> 6) & 31)
    this.#scale = (shift < 0 ? base << -shift : base >> shift) << 2
    this.#predict(difference)
    // The half band has half the level.
    return limited(sample << 1)
  }

  /** Block 4 of the recommendation: poles, zeros and the next prediction. */
  #predict(difference: number): void {
    const [a, b, r, p, d] = [this.#a, this.#b, this.#r, this.#p, this.#d]
    d[0] = difference
    r[0] = limited(this.#s + difference)
    p[0] = limited(this.#zero + difference)
    const signs = p.map((value) => value >> 15)
    this.#poles(a, signs)
    const step = difference === 0 ? 0 : 128
    const sign = difference >> 15
    for (let i = 1; i < 7; i++) {
      const grows = sign === at(d, i) >> 15 ? step : -step
      b[i] = limited(grows + ((at(b, i) * 32_640) >> 15))
    }
    for (let i = 6; i > 0; i--) d[i] = at(d, i - 1)
    for (let i = 2; i > 0; i--) {
      r[i] = at(r, i - 1)
      p[i] = at(p, i - 1)
    }
    const first = (at(a, 1) * limited(2 * at(r, 1))) >> 15
    const second = (at(a, 2) * limited(2 * at(r, 2))) >> 15
    let zero = 0
    for (let i = 6; i > 0; i--) zero += (at(b, i) * limited(2 * at(d, i))) >> 15
    this.#zero = limited(zero)
    this.#s = limited(limited(first + second) + this.#zero)
  }

  #poles(a: number[], signs: readonly number[]): void {
    const leading = limited(at(a, 1) << 2)
    const pull = Math.min(32_767, signs[0] === signs[1] ? -leading : leading)
    const second = (signs[0] === signs[2] ? 128 : -128) + (pull >> 7) + ((at(a, 2) * 32_512) >> 15)
    const bounded = Math.max(-12_288, Math.min(12_288, second))
    const first = (signs[0] === signs[1] ? 192 : -192) + ((at(a, 1) * 32_640) >> 15)
    const most = limited(15_360 - bounded)
    a[2] = bounded
    a[1] = Math.max(-most, Math.min(most, first))
  }
}
