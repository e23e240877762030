import { concat } from '#lib/bytes'
import { err, ok, type Result } from '#lib/result'

/** Sound of one channel, 16 bits a sample; `rate` is 8000 or 16000 samples a second. */
export type Wav = { rate: number; samples: Int16Array }

export type WavFault = 'not-wav' | 'short' | 'not-pcm16-mono' | 'rate'

const PCM = 1
/** What a recording program leaves where it does not know better: the extensible format, PCM in its first octets. */
const EXTENSIBLE = 0xfffe

/** Reads RIFF/WAVE with chunks in any order; a data chunk that is cut off gives what is there. */
export const decodeWav = (bytes: Uint8Array): Result<Wav, WavFault> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  if (bytes.length < 12 || tag(bytes, 0) !== 'RIFF' || tag(bytes, 8) !== 'WAVE') return err('not-wav')
  let rate = 0
  for (let at = 12; at + 8 <= bytes.length; ) {
    const length = view.getUint32(at + 4, true)
    const from = at + 8
    if (tag(bytes, at) === 'fmt ') {
      if (length < 16 || from + 16 > bytes.length) return err('short')
      const kind = view.getUint16(from, true)
      const pcm =
        kind === PCM || (kind === EXTENSIBLE && length >= 26 && view.getUint16(from + 24, true) === PCM)
      if (!pcm || view.getUint16(from + 2, true) !== 1 || view.getUint16(from + 14, true) !== 16)
        return err('not-pcm16-mono')
      rate = view.getUint32(from + 4, true)
      if (rate !== 8000 && rate !== 16000) return err('rate')
    } else if (tag(bytes, at) === 'data') {
      if (rate === 0) return err('short')
      return ok({ rate, samples: samplesOf(view, from, Math.min(from + length, bytes.length)) })
    }
    at = from + length + (length & 1)
  }
  return err('short')
}

export const encodeWav = ({ rate, samples }: Wav): Uint8Array => {
  const head = new Uint8Array(44)
  const view = new DataView(head.buffer)
  const size = samples.length * 2
  const text = (at: number, word: string) => head.set(new TextEncoder().encode(word), at)
  text(0, 'RIFF')
  view.setUint32(4, 36 + size, true)
  text(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, PCM, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, rate, true)
  view.setUint32(28, rate * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  text(36, 'data')
  view.setUint32(40, size, true)
  const data = new Uint8Array(size)
  const out = new DataView(data.buffer)
  for (let i = 0; i < samples.length; i++) out.setInt16(2 * i, samples[i] as number, true)
  return concat(head, data)
}

/** The same sound at 8000 samples a second, as G.711 wants it: of 16000, pairs become their mean. */
export const toTelephone = ({ rate, samples }: Wav): Int16Array => {
  if (rate === 8000) return samples
  const out = new Int16Array(samples.length >> 1)
  for (let i = 0; i < out.length; i++)
    out[i] = ((samples[2 * i] as number) + (samples[2 * i + 1] as number)) >> 1
  return out
}

const tag = (bytes: Uint8Array, at: number): string => String.fromCharCode(...bytes.subarray(at, at + 4))

const samplesOf = (view: DataView, from: number, to: number): Int16Array => {
  const out = new Int16Array((to - from) >> 1)
  for (let i = 0; i < out.length; i++) out[i] = view.getInt16(from + 2 * i, true)
  return out
}
