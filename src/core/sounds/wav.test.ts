import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { PROMPTS, tonesWav } from './tones.ts'
import { printWav, telephoneWav, wavMs } from './wav.ts'

/** A WAV of another rate or with two channels, as browsers make them. */
const aWav = (samples: number[], rate: number, channels = 1): Uint8Array => {
  const wav = printWav(Int16Array.from(samples))
  const view = new DataView(wav.buffer)
  view.setUint16(22, channels, true)
  view.setUint32(24, rate, true)
  view.setUint32(28, rate * 2 * channels, true)
  view.setUint16(32, 2 * channels, true)
  return wav
}
const samplesOf = (wav: Uint8Array): number[] => {
  const view = new DataView(wav.buffer, wav.byteOffset)
  return Array.from({ length: (wav.length - 44) / 2 }, (_, at) => view.getInt16(44 + at * 2, true))
}
const asTelephone = (wav: Uint8Array) => {
  const made = telephoneWav(wav)
  return made.ok ? samplesOf(made.value) : made.error
}

describe('a greeting', () => {
  test('of a telephone’s rate stays as it is', () => {
    assert.deepEqual(asTelephone(printWav(Int16Array.of(1, -2, 32767, -32768))), [1, -2, 32767, -32768])
    assert.equal(wavMs(44 + 16_000), 1000)
  })

  test('of a finer rate, or with two channels, becomes the mean of what it was', () => {
    assert.deepEqual(asTelephone(aWav([0, 2, 10, 20], 16_000)), [1, 15])
    assert.deepEqual(asTelephone(aWav([0, 10, 20, 30], 8000, 2)), [5, 25])
    const tone = Array.from({ length: 44_100 }, (_, at) => Math.round(10_000 * Math.sin(at / 10)))
    assert.equal(asTelephone(aWav(tone, 44_100)).length, 8000)
  })

  test('is found behind other chunks', () => {
    const wav = printWav(Int16Array.of(7, 8))
    const list = Buffer.from('LIST\x03\x00\x00\x00abc\x00', 'latin1')
    const padded = Buffer.concat([wav.subarray(0, 36), list, wav.subarray(36)])
    assert.deepEqual(asTelephone(padded), [7, 8])
  })

  test('is refused when it is something else, or lasts too long', () => {
    assert.equal(asTelephone(new Uint8Array(0)), 'no-wav')
    assert.equal(asTelephone(Buffer.alloc(100, 'RIFF')), 'no-wav')
    for (const [at, value] of [
      [20, 3],
      [22, 6],
      [34, 8],
    ] as const) {
      const wav = printWav(new Int16Array(10))
      new DataView(wav.buffer).setUint16(at, value, true)
      assert.equal(asTelephone(wav), 'no-wav', `${at}`)
    }
    assert.equal(asTelephone(printWav(new Int16Array(8000 * 121))), 'too-long')
    const good = printWav(new Int16Array(50))
    const chunks = Buffer.concat([good.subarray(0, 12), Buffer.alloc(8 * 101), good.subarray(12)])
    assert.equal(asTelephone(chunks), 'no-wav', 'a hundred chunks of nothing')
  })

  test('of any octets gives a file or a named error', () => {
    let seed = 5
    const next = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0
      return (seed >>> 8) % below
    }
    for (let i = 0; i < 3000; i++) {
      const wav = Buffer.from(printWav(new Int16Array(50)))
      for (let n = 0; n <= i % 5; n++) wav[next(wav.length)] = next(256)
      const made = telephoneWav(wav.subarray(0, i % 3 === 0 ? next(wav.length) : wav.length))
      if (!made.ok) assert.match(made.error, /^(no-wav|too-long)$/)
    }
  })
})

describe('prompts', () => {
  test('are as long as their tones, and neither click nor clip', () => {
    const samples = samplesOf(tonesWav(PROMPTS.greeting))
    assert.equal(samples.length, 8 * PROMPTS.greeting.reduce((sum, { ms }) => sum + ms, 0))
    assert.ok(Math.max(...samples.map(Math.abs)) < 12_000)
    for (const [at, sample] of samples.entries())
      assert.ok(Math.abs(sample - (samples[at - 1] ?? 0)) < 9000, `a click at ${at}`)
  })
})
