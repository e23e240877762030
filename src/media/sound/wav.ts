import { readFile, stat } from 'node:fs/promises'
import { toUlaw } from '../g711.ts'
import { createFile } from './file.ts'
import { RATE } from './timeline.ts'

const HEAD = 44
/** Ten minutes: nothing that is played lasts longer. */
const MOST_OCTETS = HEAD + 600 * RATE * 2

const headOf = (channels: number, octets: number): Uint8Array => {
  const out = new Uint8Array(HEAD)
  const view = new DataView(out.buffer)
  const put = (at: number, word: string): void => {
    for (let i = 0; i < 4; i++) out[at + i] = word.charCodeAt(i)
  }
  put(0, 'RIFF')
  view.setUint32(4, Math.min(0xffff_ffff, octets + HEAD - 8), true)
  put(8, 'WAVE')
  put(12, 'fmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, channels, true)
  view.setUint32(24, RATE, true)
  view.setUint32(28, RATE * 2 * channels, true)
  view.setUint16(32, 2 * channels, true)
  view.setUint16(34, 16, true)
  put(36, 'data')
  view.setUint32(40, Math.min(0xffff_ffff, octets), true)
  return out
}

/** Written as it comes; its head is true once it is finished. */
export const createWavFile = (path: string, channels: 1 | 2) => {
  const file = createFile(path)
  void file.append(headOf(channels, 0)).catch(() => {})
  return {
    append: (samples: Int16Array): Promise<void> =>
      file.append(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)),
    /** `mostMs`: what is behind it is cut off. Gives how long it is. */
    async finish(mostMs = Number.POSITIVE_INFINITY): Promise<number> {
      const most = Math.round((mostMs * RATE) / 1000) * 2 * channels
      const octets = Math.min(file.length - HEAD, most)
      const works = [file.cut(HEAD + octets), file.patch(headOf(channels, octets))]
      await Promise.allSettled(works)
      await file.finish()
      return Math.round((octets * 1000) / (RATE * 2 * channels))
    },
  }
}

export type WavFile = ReturnType<typeof createWavFile>

/** The samples of a file as it is to be played (8000 a second, 16 bit, one channel), by the law of PCMU; undefined: it is none. */
export const readUlaw = async (path: string): Promise<Uint8Array | undefined> => {
  const { size } = await stat(path).catch(() => ({ size: 0 }))
  if (size < HEAD || size > MOST_OCTETS) return undefined
  const octets = await readFile(path)
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length)
  if (octets.latin1Slice(0, 4) !== 'RIFF' || octets.latin1Slice(8, 12) !== 'WAVE') return undefined
  for (let at = 12; at + 8 <= octets.length; ) {
    const length = view.getUint32(at + 4, true)
    if (octets.latin1Slice(at, at + 4) === 'data') {
      const count = Math.min(length, octets.length - at - 8) >> 1
      return Uint8Array.from({ length: count }, (_, i) => toUlaw(view.getInt16(at + 8 + i * 2, true)))
    }
    at += 8 + length + (length & 1)
  }
  return undefined
}
