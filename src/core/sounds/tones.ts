import { printWav, RATE } from './wav.ts'

/** Some frequencies together for a while; none of them: silence. */
type Tone = { hz: readonly number[]; ms: number }

/** Each tone comes and goes within so many samples: no clicks. */
const SLOPE = 80
const LOUD = 9000

const samplesOf = ({ hz, ms }: Tone): Int16Array => {
  const samples = new Int16Array(Math.round((ms * RATE) / 1000))
  for (let at = 0; at < samples.length; at++) {
    const slope = Math.min(1, at / SLOPE, (samples.length - at) / SLOPE)
    let sum = 0
    for (const one of hz) sum += Math.sin((2 * Math.PI * one * at) / RATE)
    samples[at] = Math.round((LOUD * slope * sum) / Math.max(1, hz.length))
  }
  return samples
}

export const tonesWav = (tones: readonly Tone[]): Uint8Array => {
  const parts = tones.map(samplesOf)
  const all = new Int16Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return printWav(all)
}

/** What a mailbox says without words; its owner may record better ones. */
export const PROMPTS = {
  /** Three steps down: nobody is there. */
  greeting: [
    { hz: [], ms: 400 },
    { hz: [659.3, 830.6], ms: 350 },
    { hz: [554.4, 659.3], ms: 350 },
    { hz: [440, 554.4], ms: 700 },
    { hz: [], ms: 500 },
  ],
  /** Now. */
  beep: [{ hz: [1000], ms: 400 }],
  /** Between two messages. */
  next: [
    { hz: [880], ms: 120 },
    { hz: [], ms: 200 },
  ],
  /** There are no more. */
  none: [
    { hz: [440], ms: 250 },
    { hz: [], ms: 100 },
    { hz: [330], ms: 500 },
  ],
} as const satisfies Record<string, readonly Tone[]>
export type Prompt = keyof typeof PROMPTS
