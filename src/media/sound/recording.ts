import type { RecordedFile, Side } from '#core'
import { ALAW, expand, ULAW } from '../g711.ts'
import type { Kept, Types } from './formats.ts'
import { G722 } from './g722.ts'
import { createOpusFile, type OpusFile } from './opus-file.ts'
import { readBatch, type Tapped } from './tap.ts'
import { SETTLED_MS, Timeline } from './timeline.ts'
import { createWavFile, type WavFile } from './wav.ts'

/** Mean of what the samples weigh: below a hundred nobody speaks. */
const loudnessOf = (samples: Int16Array): number => {
  let sum = 0
  for (const sample of samples) sum += Math.abs(sample)
  return samples.length === 0 ? 0 : sum / samples.length
}

/** Where packets go that were said at the same time: samples of either side. */
const createDecoders = () => {
  const bands: Record<Side, G722> = { caller: new G722(), callee: new G722() }
  return (kept: Exclude<Kept, 'opus'>, side: Side, payload: Uint8Array): Int16Array => {
    if (kept === 'g722') return bands[side].decode(payload)
    return expand(payload, kept === 'pcmu' ? ULAW : ALAW)
  }
}

export type RecordingPlan = {
  folder: string
  name: string
  /** For Ogg. */
  serial: number
}

/**
 * Both sides of a call, in files that all begin with the recording: telephone speech in one stereo WAV (the caller left),
 * Opus as it came, one file a side.
 */
export const createRecording = ({ folder, name, serial }: RecordingPlan) => {
  const decode = createDecoders()
  const timeline = new Timeline(2)
  const opus: Partial<Record<Side, OpusFile>> = {}
  const wavPath = `${folder}/${name}.wav`
  const opusPath = (side: Side): string => `${folder}/${name}-${side}.ogg`
  let wav: WavFile | undefined
  let nowMs = 0

  const keep = (types: Types, { side, type, payload, ssrc, timestamp, atMs }: Tapped): void => {
    const kept = types[side].get(type)
    if (kept === 'opus') {
      opus[side] ??= createOpusFile(opusPath(side), serial + (side === 'caller' ? 0 : 1))
      opus[side].put(ssrc, timestamp, atMs, payload)
    } else if (kept) {
      wav ??= createWavFile(wavPath, 2)
      timeline.put(side === 'caller' ? 0 : 1, ssrc, timestamp, atMs, decode(kept, side, payload))
    }
  }

  /** What is older is final; what began before there was a file is silence in it. */
  const write = async (untilMs: number): Promise<void> => {
    const works: Promise<void>[] = []
    while (wav && timeline.takenMs < Math.floor(untilMs)) works.push(wav.append(timeline.take(untilMs)))
    for (const one of [opus.caller, opus.callee]) if (one) works.push(one.take(untilMs))
    await Promise.all(works)
  }

  return {
    async put(octets: Uint8Array, types: Types): Promise<void> {
      const batch = readBatch(octets)
      nowMs = batch.nowMs
      for (const packet of batch.packets) keep(types, packet)
      await write(nowMs - SETTLED_MS)
    },
    async finish(): Promise<RecordedFile[]> {
      await write(nowMs)
      const files: RecordedFile[] = []
      if (wav) files.push({ path: wavPath, type: 'audio/wav', ms: await wav.finish() })
      for (const side of ['caller', 'callee'] as const) {
        const one = opus[side]
        if (one) files.push({ side, path: opusPath(side), type: 'audio/ogg', ms: await one.finish() })
      }
      return files
    },
  }
}

/** Below this mean of a packet nobody speaks; after so long of it, nobody will. */
const QUIET = 120
export const SILENCE_MS = 5000
/** Is left of the silence at the end. */
const TAIL_MS = 500

export type Heard = { nowMs: number; quietMs: number }

/** One side alone, for a mailbox: without the silence at its end. */
export const createMessage = ({ path, side }: { path: string; side: Side }) => {
  const decode = createDecoders()
  const timeline = new Timeline(1)
  const wav = createWavFile(path, 1)
  let [nowMs, loudMs] = [0, 0]

  const write = async (untilMs: number): Promise<void> => {
    const works: Promise<void>[] = []
    while (timeline.takenMs < Math.floor(untilMs)) works.push(wav.append(timeline.take(untilMs)))
    await Promise.all(works)
  }

  return {
    async put(octets: Uint8Array, types: Types): Promise<Heard> {
      const batch = readBatch(octets)
      nowMs = batch.nowMs
      for (const { side: from, type, ssrc, timestamp, atMs, payload } of batch.packets) {
        const kept = types[from].get(type)
        if (from !== side || !kept || kept === 'opus') continue
        const samples = decode(kept, side, payload)
        if (loudnessOf(samples) > QUIET) loudMs = atMs + samples.length / 8
        timeline.put(0, ssrc, timestamp, atMs, samples)
      }
      const heard = { nowMs, quietMs: nowMs - loudMs }
      await write(nowMs - SETTLED_MS)
      return heard
    },
    /** Gives how long it is: nothing, where nobody spoke. */
    async finish(): Promise<number> {
      await write(nowMs)
      return wav.finish(loudMs === 0 ? 0 : loudMs + TAIL_MS)
    },
  }
}
