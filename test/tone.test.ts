import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeWav, encodeWav, heardMs, shareOf, soundMs, toneSamples } from './support/tone.ts'

test('a tone is told from its neighbours, from noise and from silence', () => {
  const tone = toneSamples(440, 1)
  assert.ok(shareOf(tone, 440) > 0.99)
  assert.ok(shareOf(tone, 600) < 0.01)
  assert.equal(heardMs(tone, 440), 1000)
  assert.equal(heardMs(tone, 600), 0)
  const noise = Int16Array.from({ length: 8000 }, (_, at) => ((at * 7919) % 2003) - 1001)
  assert.equal(heardMs(noise, 440), 0)
  assert.equal(soundMs(noise), 1000)
  assert.equal(soundMs(new Int16Array(8000)), 0)
  assert.equal(shareOf(new Int16Array(100), 440), 0)
})

test('a wav file is read as it was written', () => {
  const tone = toneSamples(600, 0.1)
  assert.deepEqual(decodeWav(encodeWav(tone)), tone)
  assert.equal(decodeWav(new Uint8Array(3)).length, 0)
})
