import { err, ok, type Result } from '#lib/result'

/** What media play: 16 bit, one channel, so many samples a second. */
export const RATE = 8000
const HEAD = 44
const LONGEST_S = 120
/** Files have a handful; millions of empty ones would take seconds. */
const MOST_CHUNKS = 100

const text = (view: DataView, at: number): string =>
  String.fromCharCode(...Array.from({ length: 4 }, (_, i) => view.getUint8(at + i)))

/** A WAV file of 8000 samples a second, 16 bit, one channel. */
export const printWav = (samples: Int16Array): Uint8Array => {
  const octets = new Uint8Array(HEAD + samples.length * 2)
  const view = new DataView(octets.buffer)
  const put = (at: number, word: string): void => {
    for (let i = 0; i < 4; i++) view.setUint8(at + i, word.charCodeAt(i))
  }
  put(0, 'RIFF')
  view.setUint32(4, octets.length - 8, true)
  put(8, 'WAVE')
  put(12, 'fmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, RATE, true)
  view.setUint32(28, RATE * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  put(36, 'data')
  view.setUint32(40, samples.length * 2, true)
  for (const [at, sample] of samples.entries()) view.setInt16(HEAD + at * 2, sample, true)
  return octets
}

/** Milliseconds that a file of that many octets, as `printWav` makes it, lasts. */
export const wavMs = (octets: number): number =>
  Math.max(0, Math.round(((octets - HEAD) * 1000) / (RATE * 2)))

type Sound = { rate: number; channels: number; data: DataView }
type Chunks = { format?: DataView; data?: DataView }

const chunksOf = (view: DataView): Chunks => {
  const found: Chunks = {}
  for (let [at, count] = [12, 0]; at + 8 <= view.byteLength && count < MOST_CHUNKS; count++) {
    const [name, size] = [text(view, at), view.getUint32(at + 4, true)]
    const length = Math.min(size, view.byteLength - at - 8)
    const part = new DataView(view.buffer, view.byteOffset + at + 8, length)
    if (name === 'fmt ' && length >= 16) found.format ??= part
    if (name === 'data') found.data ??= part
    at += 8 + size + (size & 1)
  }
  return found
}

const soundOf = (octets: Uint8Array): Sound | undefined => {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.byteLength)
  if (octets.length < HEAD || text(view, 0) !== 'RIFF' || text(view, 8) !== 'WAVE') return undefined
  const { format, data } = chunksOf(view)
  if (!format || !data || format.getUint16(0, true) !== 1 || format.getUint16(14, true) !== 16)
    return undefined
  const [channels, rate] = [format.getUint16(2, true), format.getUint32(4, true)]
  if (channels < 1 || channels > 2 || rate < RATE || rate > 192_000) return undefined
  return { rate, channels, data }
}

/**
 * Any usual WAV (16 bit, one or two channels, up to two minutes) as media play it: each sample is the mean of those in
 * its time, which is filter enough for a telephone.
 */
export const telephoneWav = (octets: Uint8Array): Result<Uint8Array, 'no-wav' | 'too-long'> => {
  const sound = soundOf(octets)
  if (!sound) return err('no-wav')
  const { rate, channels, data } = sound
  const frames = Math.floor(data.byteLength / (2 * channels))
  if (frames > rate * LONGEST_S) return err('too-long')
  const samples = new Int16Array(Math.floor((frames * RATE) / rate))
  for (let at = 0; at < samples.length; at++) {
    const from = Math.floor((at * rate) / RATE)
    const to = Math.max(from + 1, Math.floor(((at + 1) * rate) / RATE))
    let sum = 0
    for (let i = from * channels; i < to * channels; i++) sum += data.getInt16(i * 2, true)
    samples[at] = Math.round(sum / ((to - from) * channels))
  }
  return ok(printWav(samples))
}
