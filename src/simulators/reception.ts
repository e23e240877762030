import type { Clock } from '#lib/clock'
import { createToneDetector } from './tone.ts'

/** What came in on one voice path. */
export type Reception = {
  received: number
  lost: number
  repeated: number
  /** Interarrival jitter, RFC 3550 §6.4.1. */
  jitterMs: number
  /** The tone that filled at least half of the sound; undefined when there was none. */
  heardHz: number | undefined
  /** Share (0 to 1) of the time with any sound in it. */
  soundShare: number
}

export type RtpFields = { sequence: number; timestamp: number; ssrc: number }

/** Ten minutes of voice: what a recording may grow to. */
const LONGEST = 10 * 60 * 8000
const PURE = 0.5
const LARGEST_GAP = 8000

/** Counts packets and listens to the sound; one source (SSRC) after the other. */
export const createReception = (clock: Clock, record = false) => {
  const sources: Source[] = []
  const windows = { sound: 0, silent: 0, tones: new Map<number, number>() }
  const chunks: Int16Array[] = []
  let recorded = 0
  let total = 0
  let repeated = 0
  const detector = createToneDetector((heard) => {
    if (!heard) windows.silent++
    else {
      windows.sound++
      if (heard.purity >= PURE) windows.tones.set(heard.hz, (windows.tones.get(heard.hz) ?? 0) + 1)
    }
  })

  const keep = (samples: Int16Array): void => {
    if (!record || recorded + samples.length > LONGEST) return
    chunks.push(samples)
    recorded += samples.length
  }

  return {
    /** `samples`: the decoded sound; undefined for anything that is not voice. */
    take(fields: RtpFields, samples: Int16Array | undefined): void {
      total++
      let source = sources.at(-1)
      if (source?.ssrc !== fields.ssrc) {
        source = createSource(fields)
        // Sources beyond any sensible call are counted as packets only.
        if (sources.length >= 64) return
        sources.push(source)
      }
      const fresh = source.arrived(fields, clock.nowMs())
      if (fresh === 'repeated') repeated++
      if (typeof fresh === 'string' || !samples) return
      if (fresh > 0 && fresh <= LARGEST_GAP) keep(new Int16Array(fresh))
      detector.hear(samples)
      keep(samples)
    },
    report(): Reception {
      const lost = sources.reduce((sum, source) => sum + source.lost(), 0)
      const all = windows.sound + windows.silent
      return {
        received: total,
        lost,
        repeated,
        jitterMs: Math.max(0, ...sources.map((source) => source.jitterMs())),
        heardHz: mainTone(windows.tones, all),
        soundShare: all === 0 ? 0 : windows.sound / all,
      }
    },
    /** The sound of the whole call when asked to record it; gaps are silent. */
    recording(): Int16Array {
      const out = new Int16Array(recorded)
      let at = 0
      for (const chunk of chunks) {
        out.set(chunk, at)
        at += chunk.length
      }
      return out
    },
  }
}

/** Neighbouring results count as one: a window of 100 ms does not tell 440 from 441 Hz. */
const mainTone = (tones: Map<number, number>, windows: number): number | undefined => {
  let [best, most] = [0, 0]
  for (const hz of tones.keys()) {
    let count = 0
    for (let near = hz - 3; near <= hz + 3; near++) count += tones.get(near) ?? 0
    if (count > most || (count === most && (tones.get(hz) ?? 0) > (tones.get(best) ?? 0)))
      [best, most] = [hz, count]
  }
  return most > 0 && most * 2 >= windows ? best : undefined
}

type Source = ReturnType<typeof createSource>

/** Sequence arithmetic of one source, RFC 3550 appendix A.1, A.3 and A.8. */
const createSource = (first: RtpFields) => {
  const base = first.sequence
  let highest = first.sequence - 1
  let lastTimestamp: number | undefined
  let lastTransit: number | undefined
  let jitter = 0
  let count = 0
  const seen = new Uint8Array(65536)

  /** Gives how many samples are missing before this packet, or why its sound is not to be played. */
  const arrived = ({ sequence, timestamp }: RtpFields, nowMs: number): number | 'repeated' | 'late' => {
    const ahead = (sequence - highest) & 0xffff
    const extended = ahead < 0x8000 ? highest + ahead : highest + ahead - 0x10000
    if (extended > highest) for (let lost = highest + 1; lost < extended; lost++) seen[lost & 0xffff] = 0
    else if (seen[sequence]) return 'repeated'
    seen[sequence] = 1
    count++
    if (extended < highest) return 'late'
    highest = extended
    const transit = nowMs * 8 - timestamp
    if (lastTransit !== undefined) jitter += (Math.abs((transit - lastTransit) | 0) - jitter) / 16
    lastTransit = transit
    const gap = lastTimestamp === undefined ? 0 : ((timestamp - lastTimestamp) | 0) - 160
    lastTimestamp = timestamp
    return Math.max(0, gap)
  }
  return {
    ssrc: first.ssrc,
    arrived,
    lost: () => Math.max(0, highest - base + 1 - count),
    jitterMs: () => jitter / 8,
  }
}
