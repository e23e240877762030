/**
 * Keccak-f[1600], FIPS 202 §3.2-3.4: 24 rounds over 25 lanes of 64 bits, each kept as two 32-bit halves
 * (low first, which is also the octet order of the state). Node offers SHA-3 but not the bare permutation.
 */
export const keccakF1600 = (state: Uint8Array, times = 1): void => {
  const view = new DataView(state.buffer, state.byteOffset, 200)
  const a = new Int32Array(50)
  for (let i = 0; i < 50; i++) a[i] = view.getInt32(4 * i, true)
  const b = new Int32Array(50)
  const parity = new Int32Array(10)
  for (let turn = 0; turn < times; turn++)
    for (let round = 0; round < 24; round++) {
      theta(a, parity)
      rhoPi(a, b)
      chi(b, a)
      a[0] = at(a, 0) ^ at(IOTA, 2 * round)
      a[1] = at(a, 1) ^ at(IOTA, 2 * round + 1)
    }
  for (let i = 0; i < 50; i++) view.setInt32(4 * i, at(a, i), true)
}

const at = (from: Int32Array, index: number): number => from[index] as number

const theta = (a: Int32Array, parity: Int32Array): void => {
  for (let i = 0; i < 10; i++)
    parity[i] = at(a, i) ^ at(a, i + 10) ^ at(a, i + 20) ^ at(a, i + 30) ^ at(a, i + 40)
  for (let x = 0; x < 5; x++) {
    const before = 2 * ((x + 4) % 5)
    const after = 2 * ((x + 1) % 5)
    const [low, high] = [at(parity, after), at(parity, after + 1)]
    const d0 = at(parity, before) ^ ((low << 1) | (high >>> 31))
    const d1 = at(parity, before + 1) ^ ((high << 1) | (low >>> 31))
    for (let i = 2 * x; i < 50; i += 10) {
      a[i] = at(a, i) ^ d0
      a[i + 1] = at(a, i + 1) ^ d1
    }
  }
}

const rhoPi = (a: Int32Array, b: Int32Array): void => {
  for (let lane = 0; lane < 25; lane++) {
    const offset = at(RHO, lane)
    const swap = offset >= 32 ? 1 : 0
    const low = at(a, 2 * lane + swap)
    const high = at(a, 2 * lane + 1 - swap)
    const bits = offset & 31
    const to = 2 * at(PI, lane)
    b[to] = bits === 0 ? low : (low << bits) | (high >>> (32 - bits))
    b[to + 1] = bits === 0 ? high : (high << bits) | (low >>> (32 - bits))
  }
}

const chi = (b: Int32Array, a: Int32Array): void => {
  for (let row = 0; row < 50; row += 10)
    for (let x = 0; x < 10; x++) {
      const next = row + ((x + 2) % 10)
      const afterNext = row + ((x + 4) % 10)
      a[row + x] = at(b, row + x) ^ (~at(b, next) & at(b, afterNext))
    }
}

/** Rotation of each lane (x + 5y), FIPS 202 §3.2.2, and where π puts it, §3.2.3. */
const RHO = new Int32Array(25)
const PI = new Int32Array(25)
for (let t = 0, x = 1, y = 0; t < 24; t++) {
  RHO[x + 5 * y] = (((t + 1) * (t + 2)) / 2) % 64
  ;[x, y] = [y, (2 * x + 3 * y) % 5]
}
for (let x = 0; x < 5; x++) for (let y = 0; y < 5; y++) PI[x + 5 * y] = y + 5 * ((2 * x + 3 * y) % 5)

/** Round constants from the shift register of FIPS 202 §3.2.5. */
const IOTA = new Int32Array(48)
for (let t = 0, register = 1; t < 24 * 7; t++) {
  if (register & 1) {
    const bit = 2 ** (t % 7) - 1
    const index = 2 * Math.floor(t / 7) + (bit >> 5)
    IOTA[index] = at(IOTA, index) ^ (1 << (bit & 31))
  }
  register = register & 0x80 ? (register << 1) ^ 0x171 : register << 1
}
