/** How loud a microphone is, 0 to 1, ten times a second; the answer stops it. */
export const meter = (track: MediaStreamTrack, onLevel: (level: number) => void): (() => void) => {
  const context = new AudioContext()
  const source = context.createMediaStreamSource(new MediaStream([track]))
  const analyser = new AnalyserNode(context, { fftSize: 1024 })
  // Never to the loudspeaker: the analyser is the end of this road.
  source.connect(analyser)
  const samples = new Float32Array(analyser.fftSize)
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples)
    let sum = 0
    for (const sample of samples) sum += sample * sample
    // From −60 dB (nothing) to −10 dB (loud speech).
    const db = 10 * Math.log10(sum / samples.length + 1e-9)
    onLevel(Math.min(1, Math.max(0, (db + 60) / 50)))
  }, 100)
  return () => {
    clearInterval(timer)
    source.disconnect()
    void context.close().catch(() => {})
  }
}
