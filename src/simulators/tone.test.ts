import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createRandom } from '#lib/random'
import { a, mu } from './g711.ts'
import { createToneDetector, type Heard, sampleSource, silence, toneSource } from './tone.ts'

const listen = (samples: Int16Array): (Heard | undefined)[] => {
  const windows: (Heard | undefined)[] = []
  const detector = createToneDetector((heard) => windows.push(heard))
  for (let at = 0; at < samples.length; at += 160) detector.hear(samples.subarray(at, at + 160))
  return windows
}

describe('the tone detector', () => {
  for (const hz of [200, 425, 440, 1004, 2600, 3400])
    test(`hears ${hz} Hz, also through both codecs`, () => {
      const tone = toneSource(hz, createRandom())(1600)
      for (const sound of [tone, mu.decode(mu.encode(tone)), a.decode(a.encode(tone))]) {
        const windows = listen(sound)
        assert.equal(windows.length, 2)
        for (const heard of windows) {
          assert.ok(heard && Math.abs(heard.hz - hz) <= 2, `${heard?.hz}`)
          assert.ok(heard.purity > 0.9)
        }
      }
    })

  test('hears nothing in silence, and no pure tone in noise', () => {
    assert.deepEqual(listen(silence(800)), [undefined])
    const noise = Int16Array.from(createRandom().bytes(800), (octet) => (octet - 128) * 50)
    assert.ok((listen(noise)[0]?.purity ?? 1) < 0.5)
  })
})

describe('a source', () => {
  test('goes on where it stopped', () => {
    const [whole, parts] = [toneSource(440)(320), toneSource(440)]
    assert.deepEqual(whole, Int16Array.of(...parts(160), ...parts(160)))
  })

  test('of samples falls silent at its end', () => {
    const source = sampleSource(Int16Array.of(1, 2, 3))
    assert.deepEqual([...source(2)], [1, 2])
    assert.deepEqual([...source(2)], [3, 0])
    assert.deepEqual([...source(2)], [0, 0])
  })

  test('of a tone is never twice the same with a grain of noise', () => {
    const source = toneSource(400, createRandom())
    assert.notDeepEqual(source(160), source(160))
  })
})
