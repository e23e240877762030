import { createFile } from './file.ts'
import { createOggOpus, OPUS_RATE, OPUS_SILENCE, opusSamples } from './ogg.ts'
import { Placing } from './timeline.ts'

const PER_MS = OPUS_RATE / 1000
const STEP = 20 * PER_MS
/** More of a silence at once would be written in pieces anyway. */
const MOST_WAITING = 200

/** One side's Opus as it came, in the order of its timestamps, with silence where nothing came. */
export const createOpusFile = (path: string, serial: number) => {
  const file = createFile(path)
  const ogg = createOggOpus(serial, 2)
  const placing = new Placing(PER_MS)
  let waiting: { at: number; packet: Uint8Array }[] = []

  const write = (pages: readonly Uint8Array[]): Promise<void> =>
    pages.length === 0 ? Promise.resolve() : file.append(Buffer.concat(pages))
  void write(ogg.begin()).catch(() => {})

  const silence = (until: number, pages: Uint8Array[]): void => {
    while (until - ogg.samples >= STEP) pages.push(...ogg.put(OPUS_SILENCE, STEP))
  }

  return {
    put(ssrc: number, timestamp: number, atMs: number, packet: Uint8Array): void {
      if (opusSamples(packet) === 0 || waiting.length >= MOST_WAITING) return
      const at = placing.place(ssrc, timestamp, atMs)
      let index = waiting.length
      while (index > 0 && (waiting[index - 1]?.at ?? 0) > at) index--
      if (waiting[index - 1]?.at !== at) waiting.splice(index, 0, { at, packet: packet.slice() })
    },
    /** All that is before that time is final. */
    take(untilMs: number): Promise<void> {
      const until = untilMs * PER_MS
      const pages: Uint8Array[] = []
      let count = 0
      for (const { at, packet } of waiting) {
        if (at >= until) break
        count++
        // Half a frame late is early enough: a clock that is a little off must not cost a frame.
        if (at < ogg.samples - STEP / 2) continue
        silence(at, pages)
        pages.push(...ogg.put(packet, opusSamples(packet)))
      }
      waiting = waiting.slice(count)
      silence(Math.min(until, waiting[0]?.at ?? until), pages)
      return write(pages)
    },
    async finish(): Promise<number> {
      await write(ogg.end()).catch(() => {})
      await file.finish()
      return Math.round(ogg.samples / PER_MS)
    },
  }
}

export type OpusFile = ReturnType<typeof createOpusFile>
