import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { fromHex, toHex } from '#lib/bytes'
import { createSim } from './sim.ts'
import { createFreshness } from './sqn.ts'
import { createXor } from './xor.ts'

const { sets } = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/aka/xor-3g.json', import.meta.url), 'utf8'),
)
const hex = (text: string) => fromHex(text) as Uint8Array

describe('the test algorithm of TS 34.108', () => {
  for (const set of sets)
    test(set.name, () => {
      const [k, rand, number] = [hex(set.k), hex(set.rand), BigInt(`0x${set.sqn}`)]
      assert.equal(toHex(createXor({ k }).f1(rand, hex(set.sqn), hex(set.amf))), set.mac)
      for (const resLen of [4, 8, 16]) {
        const sim = createSim({ algo: 'xor', k, resLen })
        const vector = sim.vector({ rand, sqn: number, amf: Number.parseInt(set.amf, 16) })
        assert.equal(toHex(vector.xres), set.res.slice(0, 2 * resLen))
        assert.deepEqual([vector.ck, vector.ik, vector.ak, vector.autn].map(toHex), [
          set.ck,
          set.ik,
          set.ak,
          set.autn,
        ])
        assert.equal(toHex(sim.auts(rand, number)), set.auts_amf0000)
        assert.equal(sim.verifyAuts(rand, hex(set.auts_amf0000)), number)
      }
      assert.equal(
        toHex(createSim({ algo: 'xor', k }).vector({ rand, sqn: number, amf: 0 }).xres),
        set.res_64bit,
      )
    })

  test('as osmo-hlr computes it', () => {
    const sim = createSim({ algo: 'xor', k: hex('000102030405060708090a0b0c0d0e0f'), resLen: 16 })
    const { xres, ck, ik, autn } = sim.vector({
      rand: hex('b5039c57e4a75051551d1a390a71ce48'),
      sqn: 0n,
      amf: 0,
    })
    assert.deepEqual([xres, ck, ik, autn].map(toHex), [
      'b5029e54e0a256565d141032067cc047',
      '029e54e0a256565d141032067cc047b5',
      '9e54e0a256565d141032067cc047b502',
      '54e0a256565d0000b5029e54e0a25656',
    ])
  })

  test('a test SIM takes any number, and resynchronises when AMF is all ones', () => {
    const sim = createSim({ algo: 'xor', k: hex('11'.repeat(16)) })
    const rand = hex('42'.repeat(16))
    const memory = createFreshness({ highest: 1000n })
    assert.equal(sim.answer(rand, sim.vector({ rand, sqn: 0n, amf: 0x8000 }).autn, memory).kind, 'ok')
    const asked = sim.answer(rand, sim.vector({ rand, sqn: 0n, amf: 0xffff }).autn, memory)
    assert.equal(asked.kind === 'resync' && sim.verifyAuts(rand, asked.auts), 1000n)
  })
})
