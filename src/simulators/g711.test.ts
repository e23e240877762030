import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toHex } from '#lib/bytes'
import { a, mu } from './g711.ts'

const octets = Uint8Array.from({ length: 256 }, (_, i) => i)

describe('G.711', () => {
  const samples = Int16Array.of(0, 7, 8, 100, -100, 1000, -1000, 5000, -5000, 20000, -20000, 32767, -32768)

  test('gives the octets of the recommendation', () => {
    assert.equal(toHex(mu.encode(samples)), 'fffefef273ce4eab2b8c0c8000')
    assert.equal(toHex(a.encode(samples)), 'd5d5d5d353fa7a8606a626aa2a')
  })

  test('knows the ends of its scale', () => {
    assert.deepEqual([...mu.decode(Uint8Array.of(0x00, 0x80, 0x7f, 0xff))], [-32124, 32124, 0, 0])
    assert.deepEqual([...a.decode(Uint8Array.of(0x2a, 0xaa, 0x55, 0xd5))], [-32256, 32256, -8, 8])
  })

  for (const [name, codec] of Object.entries({ mu, a })) {
    test(`${name}: an octet comes back as itself`, () => {
      const back = codec.encode(codec.decode(octets))
      for (let i = 0; i < 256; i++) if (!(name === 'mu' && i === 0x7f)) assert.equal(back[i], i)
    })

    test(`${name}: the error stays below a sixteenth of the sample`, () => {
      const all = Int16Array.from({ length: 65536 }, (_, i) => i - 32768)
      const back = codec.decode(codec.encode(all))
      for (let i = 0; i < all.length; i++) {
        const [sample, got] = [all[i] as number, back[i] as number]
        assert.ok(Math.abs(sample - got) <= Math.max(16, Math.abs(sample) / 16), `${sample} became ${got}`)
      }
    })
  }
})
