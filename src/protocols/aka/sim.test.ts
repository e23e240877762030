import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { decodeAuts, decodeNonce } from './digest-aka.ts'
import { type SimSecrets, secretsFault } from './secrets.ts'
import { createSim } from './sim.ts'
import { createFreshness, nextSqn } from './sqn.ts'

const octets = (length: number, fill: number) => new Uint8Array(length).fill(fill)
const rand = octets(16, 0x42)
const secrets: Record<string, SimSecrets> = {
  xor: { algo: 'xor', k: octets(16, 1) },
  milenage: { algo: 'miln', k: octets(16, 1), opc: octets(16, 2) },
  'milenage of an operator': {
    algo: 'miln',
    k: octets(16, 1),
    op: octets(16, 2),
    r: [3, 17, 33, 65, 127],
    c: [1, 2, 3, 4, 5].map((n) => octets(16, n)),
    resLen: 4,
  },
  tuak: { algo: 'tuak', k: octets(16, 1), topc: octets(32, 2) },
  'tuak with 256 bits': { algo: 'tuak', k: octets(32, 1), top: octets(32, 2), keccakIter: 3, resLen: 16 },
}

for (const [name, secret] of Object.entries(secrets))
  describe(`a SIM with ${name}`, () => {
    const sim = createSim(secret)

    test('answers its home with the same RES, CK and IK', () => {
      const sqn = nextSqn(0n, 3)
      const vector = sim.vector({ rand, sqn, amf: 0x8000 })
      assert.equal(vector.xres.length, secret.resLen ?? 8)
      assert.deepEqual(sim.answer(rand, vector.autn, createFreshness()), {
        kind: 'ok',
        res: vector.xres,
        ck: vector.ck,
        ik: vector.ik,
        sqn,
      })
    })

    test('sees one changed bit of AUTN', () => {
      const { autn } = sim.vector({ rand, sqn: 0x40n, amf: 0x8000 })
      for (let bit = 0; bit < 128; bit++) {
        const changed = autn.slice()
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
        assert.equal(sim.answer(rand, changed, createFreshness()).kind, 'mac-wrong')
      }
    })

    test('proves its own number when the offered one is old', () => {
      if (secret.algo === 'xor') return // covered by its own test: test SIMs do not look at SQN
      const memory = createFreshness({ highest: 0x123456789a40n })
      const said = sim.answer(rand, sim.vector({ rand, sqn: 0x40n, amf: 0x8000 }).autn, memory)
      assert.equal(said.kind, 'resync')
      assert.equal(said.kind === 'resync' && sim.verifyAuts(rand, said.auts), 0x123456789a40n)
      assert.equal(said.kind === 'resync' && sim.verifyAuts(octets(16, 0x43), said.auts), undefined)
    })

    test('takes any octets without falling over', () => {
      const memory = createFreshness()
      for (let length = 0; length < 40; length++) {
        const bytes = crypto.getRandomValues(new Uint8Array(length))
        assert.equal(sim.answer(rand, bytes, memory).kind, 'mac-wrong')
        assert.equal(sim.answer(bytes, octets(16, 0), memory).kind, 'mac-wrong')
        assert.equal(sim.verifyAuts(rand, bytes), undefined)
        const text = Buffer.from(bytes).toString('latin1')
        assert.ok('ok' in decodeNonce(text) && 'ok' in decodeAuts(text))
      }
    })
  })

describe('secrets that cannot be', () => {
  const faulty: [SimSecrets, keyof SimSecrets][] = [
    [{ algo: 'xor', k: octets(15, 1) }, 'k'],
    [{ algo: 'xor', k: octets(32, 1) }, 'k'],
    [{ algo: 'xor', k: octets(16, 1), resLen: 17 }, 'resLen'],
    [{ algo: 'miln', k: octets(16, 1) }, 'opc'],
    [{ algo: 'miln', k: octets(16, 1), op: octets(15, 1) }, 'op'],
    [{ algo: 'miln', k: octets(16, 1), opc: octets(17, 1) }, 'opc'],
    [{ algo: 'miln', k: octets(16, 1), opc: octets(16, 1), r: [1, 2, 3, 4, 128] }, 'r'],
    [{ algo: 'miln', k: octets(16, 1), opc: octets(16, 1), c: [octets(16, 1)] }, 'c'],
    [{ algo: 'tuak', k: octets(24, 1), top: octets(32, 1) }, 'k'],
    [{ algo: 'tuak', k: octets(16, 1) }, 'topc'],
    [{ algo: 'tuak', k: octets(16, 1), top: octets(16, 1) }, 'top'],
    [{ algo: 'tuak', k: octets(16, 1), top: octets(32, 1), keccakIter: 0 }, 'keccakIter'],
    [{ algo: 'tuak', k: octets(16, 1), top: octets(32, 1), resLen: 6 }, 'resLen'],
  ]
  for (const [secret, property] of faulty)
    test(`${secret.algo}: ${property}`, () => {
      assert.equal(secretsFault(secret)?.property, property)
      assert.throws(() => createSim(secret), RangeError)
    })

  test('are none of the ones used here', () => {
    for (const secret of Object.values(secrets)) assert.equal(secretsFault(secret), undefined)
  })
})
