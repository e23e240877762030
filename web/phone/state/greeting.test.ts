import assert from 'node:assert/strict'
import { test } from 'node:test'
import { wavOf } from './greeting.ts'

test('a greeting is a WAV file of 8 kHz, 16 bit, one channel', async () => {
  const blob = wavOf(Float32Array.of(0, 1, -1, 2))
  const view = new DataView(await blob.arrayBuffer())
  const text = (at: number, length: number) =>
    Array.from({ length }, (_, index) => String.fromCharCode(view.getUint8(at + index))).join('')
  assert.deepEqual([text(0, 4), text(8, 8), text(36, 4)], ['RIFF', 'WAVEfmt ', 'data'])
  assert.deepEqual(
    [view.getUint16(22, true), view.getUint32(24, true), view.getUint16(34, true)],
    [1, 8000, 16],
  )
  assert.deepEqual([view.getUint32(4, true) + 8, view.getUint32(40, true)], [blob.size, 8])
  assert.deepEqual(
    [44, 46, 48, 50].map((at) => view.getInt16(at, true)),
    [0, 32_767, -32_767, 32_767],
  )
})
