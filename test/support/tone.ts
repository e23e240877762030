/** Tones for tests: made, written, read back and recognised. 16 bit mono samples at 8 kHz throughout. */
export const RATE = 8000

export const toneSamples = (hertz: number, seconds: number, amplitude = 8000): Int16Array =>
  Int16Array.from({ length: Math.round(seconds * RATE) }, (_, at) =>
    Math.round(amplitude * Math.sin((2 * Math.PI * hertz * at) / RATE)),
  )

/** Share of the samples' energy at one frequency, 0 to 1 (Goertzel's algorithm); 0 for silence. */
export const shareOf = (samples: Int16Array, hertz: number): number => {
  const turn = 2 * Math.cos((2 * Math.PI * hertz) / RATE)
  let [before, last, energy] = [0, 0, 0]
  for (const sample of samples) {
    energy += sample * sample
    ;[before, last] = [last, sample + turn * last - before]
  }
  if (energy === 0) return 0
  const power = before * before + last * last - turn * before * last
  return Math.min(1, (2 * power) / (samples.length * energy))
}

const FRAME = RATE / 5

/** How long the tone is clearly heard, in milliseconds: frames of 200 ms that it owns by nine tenths. */
export const heardMs = (samples: Int16Array, hertz: number): number => {
  let frames = 0
  for (let at = 0; at + FRAME <= samples.length; at += FRAME)
    if (shareOf(samples.subarray(at, at + FRAME), hertz) > 0.9) frames++
  return frames * 200
}

/** Milliseconds of frames louder than a whisper, whatever they hold. */
export const soundMs = (samples: Int16Array, floor = 200): number => {
  let frames = 0
  for (let at = 0; at + FRAME <= samples.length; at += FRAME)
    if (samples.subarray(at, at + FRAME).some((sample) => Math.abs(sample) > floor)) frames++
  return frames * 200
}

export const encodeWav = (samples: Int16Array): Uint8Array => {
  const out = Buffer.alloc(44 + samples.length * 2)
  out.write('RIFF', 0)
  out.writeUInt32LE(36 + samples.length * 2, 4)
  out.write('WAVEfmt ', 8)
  out.writeUInt32LE(16, 16)
  out.writeUInt16LE(1, 20)
  out.writeUInt16LE(1, 22)
  out.writeUInt32LE(RATE, 24)
  out.writeUInt32LE(RATE * 2, 28)
  out.writeUInt16LE(2, 32)
  out.writeUInt16LE(16, 34)
  out.write('data', 36)
  out.writeUInt32LE(samples.length * 2, 40)
  for (let at = 0; at < samples.length; at++) out.writeInt16LE(samples[at] as number, 44 + at * 2)
  return out
}

/** Samples of a wav file, also of one still being written, whose header knows no length yet. */
export const decodeWav = (bytes: Uint8Array): Int16Array => {
  const start = Buffer.from(bytes).indexOf('data')
  if (start < 0) return new Int16Array(0)
  const body = new Uint8Array(bytes.subarray(start + 8, bytes.length - ((bytes.length - start) % 2)))
  return new Int16Array(body.buffer, 0, body.length >> 1)
}
