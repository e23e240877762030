import assert from 'node:assert/strict'
import { createCipheriv } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fromHex, toHex, xor } from '#lib/bytes'
import { gsmAnswer, gsmSresCut } from './gsm.ts'
import { createMilenage, opcOf } from './milenage.ts'
import { createSim } from './sim.ts'

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../test/fixtures/aka/${name}.json`, import.meta.url), 'utf8')).sets
const hex = (text: string) => fromHex(text) as Uint8Array
const toHexAll = (answer: Record<string, Uint8Array>) =>
  Object.fromEntries(Object.entries(answer).map(([name, bytes]) => [name, toHex(bytes)]))

describe('Milenage, the 20 sets of TS 35.208', () => {
  const sets = read('milenage')
  test('are all there', () => assert.equal(sets.length, 20))
  for (const set of sets)
    test(set.name, () => {
      const [k, rand, sqn, amf] = [hex(set.k), hex(set.rand), hex(set.sqn), hex(set.amf)]
      assert.equal(toHex(opcOf(k, hex(set.op))), set.opc)
      const f = createMilenage({ k, opc: hex(set.opc) })
      assert.equal(toHex(f.f1(rand, sqn, amf)), set.f1)
      assert.equal(toHex(f.f1Star(rand, sqn, amf)), set.f1star)
      assert.deepEqual(toHexAll(f.f2345(rand)), { res: set.f2, ck: set.f3, ik: set.f4, ak: set.f5 })
      assert.equal(toHex(f.f5Star(rand)), set.f5star)

      const sim = createSim({ algo: 'miln', k, op: hex(set.op) })
      const number = BigInt(`0x${set.sqn}`)
      const vector = sim.vector({ rand, sqn: number, amf: Number.parseInt(set.amf, 16) })
      assert.equal(toHex(vector.autn), set.derived.autn)
      assert.equal(toHex(sim.auts(rand, number)), set.derived.auts_amf0000)
      assert.equal(sim.verifyAuts(rand, hex(set.derived.auts_amf0000)), number)

      const gsm = gsmAnswer(f.f2345(rand))
      assert.equal(toHex(gsm.sres), set.derived.gsm_sres_1)
      assert.equal(toHex(gsm.kc), set.derived.gsm_kc)
    })
})

describe('the 2G answers of TS 55.205', () => {
  for (const set of read('gsm-milenage'))
    test(set.name, () => {
      const answer = createMilenage({ k: hex(set.ki), opc: hex(set.opc) }).f2345(hex(set.rand))
      const { sres, kc } = gsmAnswer(answer)
      assert.equal(toHex(sres), set.sres_1)
      assert.equal(toHex(gsmSresCut(answer.res)), set.sres_2)
      assert.equal(toHex(kc), set.kc)
    })
})

/** Milenage once more, on one 128-bit number and straight from the formulas of TS 35.206 §4.1. */
const outByNumbers = (
  n: number,
  k: Uint8Array,
  opc: Uint8Array,
  rand: Uint8Array,
  r: number,
  c: Uint8Array,
) => {
  const aes = (x: Uint8Array) =>
    Uint8Array.from(createCipheriv('aes-128-ecb', k, null).setAutoPadding(false).update(x))
  const number = BigInt(`0x${toHex(xor(aes(xor(rand, opc)), opc))}`)
  const turned = BigInt.asUintN(128, (number << BigInt(r)) | (number >> BigInt(128 - r)))
  assert.ok(n >= 2)
  return xor(aes(xor(hex(turned.toString(16).padStart(32, '0')), c)), opc)
}

describe('an operator with own rotations and constants', () => {
  const [k, opc, rand] = [hex('01'.repeat(16)), hex('5c'.repeat(16)), hex('23553cbe9637a89d218ae64dae47bf35')]
  const c = [1, 2, 3, 4, 5].map((n) => new Uint8Array(16).fill(0x11 * n))

  test('may rotate by any number of bits', () => {
    for (let bits = 0; bits < 128; bits++) {
      const r = [bits, bits, (bits + 1) % 128, (bits + 7) % 128, (bits + 64) % 128]
      const f = createMilenage({ k, opc, r, c })
      const out = (n: number) => outByNumbers(n, k, opc, rand, r[n - 1] as number, c[n - 1] as Uint8Array)
      const { res, ck, ik, ak } = f.f2345(rand)
      assert.deepEqual([ak, res], [out(2).slice(0, 6), out(2).slice(8)])
      assert.deepEqual([ck, ik], [out(3), out(4)])
      assert.deepEqual(f.f5Star(rand), out(5).slice(0, 6))
    }
  })

  test('gets another MAC than the standard one, and the same when the values are the standard ones', () => {
    const [sqn, amf] = [new Uint8Array(6), new Uint8Array(2)]
    const mac = (r?: number[], constants?: Uint8Array[]) =>
      toHex(createMilenage({ k, opc, r, c: constants }).f1(rand, sqn, amf))
    const standardC = [0, 1, 2, 4, 8].map((last) => new Uint8Array(16).fill(last, 15))
    assert.equal(mac([64, 0, 32, 64, 96], standardC), mac())
    assert.notEqual(mac([65, 0, 32, 64, 96], standardC), mac())
    assert.notEqual(mac(undefined, c), mac())
  })

  test('RES is cut to its length', () => {
    assert.equal(createMilenage({ k, opc, resLen: 4 }).f2345(rand).res.length, 4)
    assert.equal(createMilenage({ k, opc, resLen: 16 }).f2345(rand).res.length, 8)
  })
})
