import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { openChromium } from './chromium.ts'

/** What runs in the page: one peer connection that sends a tone, and a picture where it is wished. */
const SCRIPT = `
const state = { pc: undefined, context: undefined, analyser: undefined, video: undefined, dtmf: undefined }
const tone = (hertz) => {
  state.context ??= new AudioContext()
  const oscillator = state.context.createOscillator()
  oscillator.frequency.value = hertz
  const end = state.context.createMediaStreamDestination()
  oscillator.connect(end)
  oscillator.start()
  return end.stream
}
const picture = () => {
  const canvas = document.createElement('canvas')
  canvas.width = 320
  canvas.height = 240
  const brush = canvas.getContext('2d')
  setInterval(() => {
    brush.fillStyle = 'hsl(' + (performance.now() / 10) % 360 + ' 90% 50%)'
    brush.fillRect(0, 0, 320, 240)
  }, 40)
  return canvas.captureStream(25)
}
const onTrack = ({ track }) => {
  const stream = new MediaStream([track])
  const element = document.createElement(track.kind)
  element.srcObject = stream
  element.muted = true
  document.body.append(element)
  element.play()
  if (track.kind === 'video') state.video = element
  else {
    state.analyser = state.context.createAnalyser()
    state.analyser.fftSize = 4096
    state.context.createMediaStreamSource(stream).connect(state.analyser)
  }
}
const make = (plan) => {
  const pc = new RTCPeerConnection(plan.bundle ? { bundlePolicy: plan.bundle } : {})
  state.pc = pc
  pc.ontrack = onTrack
  const audio = tone(plan.hertz)
  state.stream = audio
  if (plan.answers) return pc
  prefer(pc.addTransceiver(audio.getAudioTracks()[0], { streams: [audio] }), 'audio', plan.audio)
  if (plan.video) prefer(pc.addTransceiver(picture().getVideoTracks()[0], { streams: [audio] }), 'video', plan.video)
  return pc
}
const prefer = (transceiver, kind, names) => {
  if (!names || names === true) return
  const known = RTCRtpReceiver.getCapabilities(kind).codecs
  transceiver.setCodecPreferences(known.filter(({ mimeType }) => names.some((name) => mimeType.toLowerCase().endsWith(name))))
}
window.phone = {
  offer: async (plan) => {
    const pc = state.pc ?? make(plan)
    if (plan.blind) for (const one of pc.getTransceivers()) if (one.receiver.track?.kind === 'video') one.stop()
    await pc.setLocalDescription(await pc.createOffer({ iceRestart: plan.restart === true }))
    return pc.localDescription.sdp
  },
  answered: (sdp) => state.pc.setRemoteDescription({ type: 'answer', sdp }),
  answer: async (sdp, plan) => {
    const pc = state.pc ?? make({ ...plan, answers: true })
    await pc.setRemoteDescription({ type: 'offer', sdp })
    for (const transceiver of pc.getTransceivers()) {
      if (transceiver.sender.track || transceiver.currentDirection === 'stopped') continue
      const kind = transceiver.receiver.track.kind
      if (kind === 'video' && !plan.video) continue
      transceiver.direction = 'sendrecv'
      await transceiver.sender.replaceTrack(kind === 'audio' ? state.stream.getAudioTracks()[0] : picture().getVideoTracks()[0])
    }
    const answer = await pc.createAnswer()
    const said = plan.passive ? answer.sdp.replaceAll('a=setup:active', 'a=setup:passive') : answer.sdp
    await pc.setLocalDescription({ type: 'answer', sdp: said })
    return said
  },
  connected: () => state.pc?.connectionState,
  heard: () => {
    if (!state.analyser) return 0
    const bins = new Float32Array(state.analyser.frequencyBinCount)
    state.analyser.getFloatFrequencyData(bins)
    let best = 1
    for (let i = 2; i < bins.length; i++) if (bins[i] > bins[best]) best = i
    return bins[best] < -70 ? 0 : (best * state.context.sampleRate) / state.analyser.fftSize
  },
  seen: () => state.video ? [state.video.videoWidth, state.video.getVideoPlaybackQuality().totalVideoFrames] : [0, 0],
  press: (digit) => state.pc.getSenders()[0].dtmf.insertDTMF(digit, 120, 70),
  mute: (muted) => { for (const { track } of state.pc.getSenders()) if (track) track.enabled = !muted },
  stats: async () => [...(await state.pc.getStats()).values()],
  close: () => { state.pc?.close(); state.pc = undefined },
}
`

export type PagePlan = {
  hertz: number
  /** Codecs in order of liking, `['opus']`; undefined: the browser's own order. */
  audio?: string[]
  video?: string[] | true
  bundle?: 'max-bundle' | 'balanced' | 'max-compat'
  restart?: boolean
  passive?: boolean
  /** Stops its transceivers for pictures before it offers. */
  blind?: boolean
}

const serve = async (): Promise<Server> => {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(`<!doctype html><title>phone</title><body><script>${SCRIPT}</script>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

/** A browser whose pages are bare phones: no signalling, only descriptions in and out. */
export const aWebBrowser = async () => {
  const server = await serve()
  const browser = await openChromium()
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return {
    page: async () => {
      const page = await browser.context.newPage()
      await page.goto(url)
      return phoneOn(page)
    },
    close: async () => {
      await browser.close()
      server.close()
    },
  }
}

const phoneOn = (page: Page) => {
  const call = <T>(name: string, ...values: unknown[]): Promise<T> =>
    page.evaluate(
      ([method, given]) =>
        (globalThis as unknown as { phone: Record<string, (...of: unknown[]) => unknown> }).phone[
          method as string
        ]?.(...(given as unknown[])) as never,
      [name, values] as const,
    )
  return {
    page,
    offer: (plan: PagePlan) => call<string>('offer', plan),
    answered: (sdp: string) => call<void>('answered', sdp),
    answer: (sdp: string, plan: PagePlan) => call<string>('answer', sdp, plan),
    connected: () => call<string>('connected'),
    /** Hertz of the loudest tone; 0: silence. */
    heard: () => call<number>('heard'),
    seen: () => call<[width: number, frames: number]>('seen'),
    press: (digit: string) => call<void>('press', digit),
    mute: (muted: boolean) => call<void>('mute', muted),
    stats: () => call<Record<string, unknown>[]>('stats'),
    close: () => call<void>('close'),
  }
}

export type WebPagePhone = ReturnType<typeof phoneOn>
