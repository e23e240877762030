import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { concat, fromHex, toHex, xor } from '#lib/bytes'
import { keccakF1600 } from './keccak.ts'
import { createSim } from './sim.ts'
import { createTuak, topcOf } from './tuak.ts'

const { sets, keccak_f1600: permutations } = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/aka/tuak.json', import.meta.url), 'utf8'),
)
const hex = (text: string) => fromHex(text) as Uint8Array

describe('Keccak-f[1600], the known answers of TS 35.232', () => {
  test('are all there', () => assert.equal(permutations.length, 6))
  for (const known of permutations)
    test(known.name, () => {
      const state = hex(known.in)
      keccakF1600(state)
      assert.equal(toHex(state), known.out)
    })

  test('works in place inside a larger buffer', () => {
    const buffer = new Uint8Array(300)
    buffer.set(hex(permutations[0].in), 7)
    keccakF1600(buffer.subarray(7, 207))
    assert.equal(toHex(buffer.subarray(7, 207)), permutations[0].out)
    assert.equal(buffer[6], 0)
    assert.equal(buffer[207], 0)
  })
})

describe('TUAK, the sets of TS 35.233', () => {
  test('are all there', () => assert.equal(sets.length, 6))
  for (const set of sets)
    test(set.name, () => {
      const [k, rand, sqn, amf] = [hex(set.k), hex(set.rand), hex(set.sqn), hex(set.amf)]
      const iterations = set.keccak_iterations
      const topc = topcOf(k, hex(set.top), iterations)
      assert.equal(toHex(topc), set.topc)
      const lengths = { mac: set.mac_bits, res: set.res_bits, ck: set.ck_bits, ik: set.ik_bits }
      const f = createTuak({ k, topc, iterations, lengths })
      assert.equal(toHex(f.f1(rand, sqn, amf)), set.f1)
      assert.equal(toHex(f.f1Star(rand, sqn, amf)), set.f1star)
      const { res, ck, ik, ak } = f.f2345(rand)
      assert.deepEqual([res, ck, ik, ak].map(toHex), [set.f2, set.f3, set.f4, set.f5])
      assert.equal(toHex(f.f5Star(rand)), set.f5star)
      if (set.derived?.autn)
        assert.equal(toHex(concat(xor(sqn, ak), amf, f.f1(rand, sqn, amf))), set.derived.autn)
    })

  test('set 1 as a SIM of the home network', () => {
    const [set] = sets
    const sim = createSim({ algo: 'tuak', k: hex(set.k), top: hex(set.top), resLen: 4 })
    const sqn = BigInt(`0x${set.sqn}`)
    const vector = sim.vector({ rand: hex(set.rand), sqn, amf: Number.parseInt(set.amf, 16) })
    assert.equal(toHex(vector.autn), set.derived.autn)
    assert.equal(toHex(vector.xres), set.f2)
  })
})
