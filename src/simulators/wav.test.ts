import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { concat } from '#lib/bytes'
import { decodeWav, encodeWav, toTelephone } from './wav.ts'

const samples = Int16Array.of(0, 1, -1, 32767, -32768, 1234)

describe('a wav file', () => {
  test('comes back as it was written', () => {
    for (const rate of [8000, 16000]) {
      const bytes = encodeWav({ rate, samples })
      assert.deepEqual(decodeWav(bytes), { ok: true, value: { rate, samples } })
    }
  })

  test('may have other chunks, also of odd length, and lose its end', () => {
    const bytes = encodeWav({ rate: 8000, samples })
    const list = Uint8Array.of(0x4c, 0x49, 0x53, 0x54, 3, 0, 0, 0, 1, 2, 3, 0)
    const more = concat(bytes.subarray(0, 36), list, bytes.subarray(36))
    assert.deepEqual(decodeWav(more), { ok: true, value: { rate: 8000, samples } })
    const cut = decodeWav(bytes.subarray(0, bytes.length - 3))
    assert.deepEqual(cut.ok && cut.value.samples, samples.subarray(0, 4))
  })

  test('that is something else gives a typed error', () => {
    const change = (at: number, value: number) => {
      const bytes = encodeWav({ rate: 8000, samples })
      bytes[at] = value
      return decodeWav(bytes)
    }
    assert.deepEqual(change(0, 0), { ok: false, error: 'not-wav' })
    assert.deepEqual(change(20, 6), { ok: false, error: 'not-pcm16-mono' })
    assert.deepEqual(change(22, 2), { ok: false, error: 'not-pcm16-mono' })
    assert.deepEqual(change(25, 0), { ok: false, error: 'rate' })
    assert.deepEqual(decodeWav(encodeWav({ rate: 8000, samples }).subarray(0, 36)), {
      ok: false,
      error: 'short',
    })
  })

  test('of any octets never throws', () => {
    const whole = encodeWav({ rate: 8000, samples })
    for (let length = 0; length <= whole.length; length++)
      assert.ok('ok' in decodeWav(whole.subarray(0, length)))
    for (let round = 0; round < 300; round++) {
      const bytes = crypto.getRandomValues(new Uint8Array(80))
      bytes.set(whole.subarray(0, 12 + (round % 32)))
      assert.ok('ok' in decodeWav(bytes))
    }
  })

  test('of 16000 samples a second is halved for the telephone', () => {
    assert.deepEqual([...toTelephone({ rate: 16000, samples: Int16Array.of(2, 4, -3, -5, 7) })], [3, -4])
    assert.equal(toTelephone({ rate: 8000, samples }), samples)
  })
})
