/** A microphone that hears one tone, and an ear that tells which one comes: for pages of tests. */
const context = new AudioContext()

/** On machines without sound Firefox lets no context run, but its test microphone beeps all the same (440 Hz by preference). */
const beeping = navigator.userAgent.includes('Firefox')
  ? await navigator.mediaDevices.getUserMedia({ audio: true })
  : undefined

export const toneStream = (hertz) => {
  if (beeping) return beeping.clone()
  const oscillator = new OscillatorNode(context, { frequency: hertz })
  const gain = new GainNode(context, { gain: 0.4 })
  const out = new MediaStreamAudioDestinationNode(context)
  oscillator.connect(gain).connect(out)
  oscillator.start()
  void context.resume()
  return out.stream
}

/** A picture that moves. */
export const pictureStream = () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 })
  const draw = canvas.getContext('2d')
  let frame = 0
  setInterval(() => {
    draw.fillStyle = `hsl(${(frame++ * 7) % 360} 80% 50%)`
    draw.fillRect(0, 0, 320, 240)
  }, 50)
  return canvas.captureStream(20)
}

/** The loudest frequency of a stream in hertz, now; 0 for silence. */
export const createEar = (stream) => {
  // Chromium lets a remote stream run only where an element plays it.
  const player = Object.assign(new Audio(), { srcObject: stream, muted: true })
  void player.play()
  const analyser = new AnalyserNode(context, { fftSize: 8192, smoothingTimeConstant: 0 })
  new MediaStreamAudioSourceNode(context, { mediaStream: stream }).connect(analyser)
  const bins = new Float32Array(analyser.frequencyBinCount)
  return () => {
    analyser.getFloatFrequencyData(bins)
    let best = 0
    for (let at = 1; at < bins.length; at++) if (bins[at] > bins[best]) best = at
    return bins[best] < -60 ? 0 : (best * context.sampleRate) / analyser.fftSize
  }
}
