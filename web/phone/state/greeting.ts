/** Greetings are what telephones play: one channel, 8 kHz, 16 bit, in a WAV file. */
export const RATE = 8000
export const MOST_MS = 60_000

export const wavOf = (samples: Float32Array): Blob => {
  const bytes = new ArrayBuffer(44 + samples.length * 2)
  const view = new DataView(bytes)
  const text = (at: number, word: string) => {
    for (const [index, letter] of [...word].entries()) view.setUint8(at + index, letter.charCodeAt(0))
  }
  text(0, 'RIFF')
  view.setUint32(4, bytes.byteLength - 8, true)
  text(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, RATE, true)
  view.setUint32(28, RATE * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  text(36, 'data')
  view.setUint32(40, samples.length * 2, true)
  for (const [index, sample] of samples.entries())
    view.setInt16(44 + index * 2, Math.round(Math.min(1, Math.max(-1, sample)) * 32_767), true)
  return new Blob([bytes], { type: 'audio/wav' })
}

/** Loud enough on a telephone, without clipping. */
const levelled = (samples: Float32Array): Float32Array => {
  let peak = 0
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample))
  return peak > 0.01 ? samples.map((sample) => (sample * 0.8) / peak) : samples
}

/** Any sound file the browser can read, as a greeting. */
export const asGreeting = async (sound: Blob): Promise<Blob> => {
  const context = new AudioContext()
  try {
    const heard = await context.decodeAudioData(await sound.arrayBuffer())
    const length = Math.min(Math.ceil(heard.duration * RATE), (MOST_MS / 1000) * RATE)
    const slow = new OfflineAudioContext(1, Math.max(1, length), RATE)
    const source = new AudioBufferSourceNode(slow, { buffer: heard })
    source.connect(slow.destination)
    source.start()
    return wavOf(levelled((await slow.startRendering()).getChannelData(0)))
  } finally {
    void context.close()
  }
}

/** Keeps what the microphone hears until `stop`. */
export const record = (track: MediaStreamTrack): { stop(): void; done: Promise<Blob> } => {
  const recorder = new MediaRecorder(new MediaStream([track]))
  const parts: Blob[] = []
  recorder.ondataavailable = ({ data }) => parts.push(data)
  const done = new Promise<Blob>((resolve) => {
    recorder.onstop = () => {
      track.stop()
      resolve(new Blob(parts, { type: recorder.mimeType }))
    }
  })
  recorder.start()
  const timer = setTimeout(() => recorder.state === 'recording' && recorder.stop(), MOST_MS)
  return {
    done,
    stop: () => {
      clearTimeout(timer)
      if (recorder.state === 'recording') recorder.stop()
    },
  }
}
