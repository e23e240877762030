import type { Random } from '#lib/random'

/** Sound on demand: the next `length` samples, 8000 a second. */
export type AudioSource = (length: number) => Int16Array<ArrayBuffer>

export const RATE = 8000
const AMPLITUDE = 8000

/**
 * A sine of `hz`. A grain of noise far below hearing makes every packet unlike every other, so that
 * an echo can be told from another phone with the same tone.
 */
export const toneSource = (hz: number, random?: Random): AudioSource => {
  let at = 0
  return (length) => {
    const grain = random?.bytes(length)
    const out = new Int16Array(length)
    for (let i = 0; i < length; i++, at++)
      out[i] =
        Math.round(AMPLITUDE * Math.sin((2 * Math.PI * hz * at) / RATE)) + ((grain?.[i] ?? 128) >> 2) - 32
    return out
  }
}

export const silence: AudioSource = (length) => new Int16Array(length)

/** Plays `samples` once, then silence. */
export const sampleSource = (samples: Int16Array): AudioSource => {
  let at = 0
  return (length) => {
    const out = new Int16Array(length)
    out.set(samples.subarray(at, at + length))
    at = Math.min(at + length, samples.length)
    return out
  }
}

/** `hz` is the strongest tone; `purity` (0 to 1) is how much of the sound's power is in it. */
export type Heard = { hz: number; purity: number }

const WINDOW = 800
const [LOWEST, HIGHEST, STEP] = [100, 3800, 10]
/** Power per sample below which there is nothing to hear: about -60 dB of full scale. */
const QUIET = 33 * 33

/** Power of one frequency in `samples`, by Goertzel's recurrence. A pure sine has all the power of the sound. */
export const powerAt = (samples: Float64Array, hz: number): number => {
  const turn = 2 * Math.cos((2 * Math.PI * hz) / RATE)
  let [one, two] = [0, 0]
  for (let i = 0; i < samples.length; i++) [two, one] = [one, (samples[i] as number) + turn * one - two]
  return (2 * (one * one + two * two - turn * one * two)) / (samples.length * samples.length)
}

/** Listens to windows of 100 ms; tells what each was, `undefined` being silence. */
export const createToneDetector = (onWindow: (heard: Heard | undefined) => void) => {
  const window = new Float64Array(WINDOW)
  let filled = 0
  const hear = (samples: Int16Array): void => {
    for (let i = 0; i < samples.length; i++) {
      window[filled++] = samples[i] as number
      if (filled === WINDOW) {
        filled = 0
        onWindow(strongestIn(window))
      }
    }
  }
  return { hear }
}

const strongestIn = (window: Float64Array): Heard | undefined => {
  let power = 0
  for (let i = 0; i < WINDOW; i++) power += (window[i] as number) ** 2
  power /= WINDOW
  if (power < QUIET) return undefined
  let [best, at] = [0, 0]
  const look = (from: number, to: number, step: number) => {
    for (let hz = from; hz <= to; hz += step) {
      const found = powerAt(window, hz)
      if (found > best) [best, at] = [found, hz]
    }
  }
  look(LOWEST, HIGHEST, STEP)
  look(at - STEP, at + STEP, 1)
  return { hz: at, purity: Math.min(1, best / power) }
}
