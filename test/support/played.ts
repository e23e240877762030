import type { Page } from 'playwright-core'

/** Of the pages, as far as it is used here. */
declare class AudioContext {
  decodeAudioData(octets: ArrayBuffer): Promise<{
    sampleRate: number
    duration: number
    numberOfChannels: number
    getChannelData(channel: number): Float32Array
  }>
}

/** What a browser hears in a file: how long it is, and the frequency of each channel's loudest second. */
export const playedBy = (page: Page, file: Uint8Array): Promise<{ seconds: number; hertz: number[] }> =>
  page.evaluate(async (text) => {
    const sound = await new AudioContext().decodeAudioData(Uint8Array.fromBase64(text).buffer)
    const frequencyOf = (samples: Float32Array): number => {
      const { sampleRate } = sound
      const from = Math.max(0, samples.length - Math.round(1.5 * sampleRate))
      let crossings = 0
      for (let i = from + 1; i < from + sampleRate && i < samples.length; i++)
        if ((samples[i - 1] as number) < 0 && (samples[i] as number) >= 0) crossings++
      return crossings
    }
    const channels = Array.from({ length: sound.numberOfChannels }, (_, i) => sound.getChannelData(i))
    return { seconds: sound.duration, hertz: channels.map(frequencyOf) }
  }, file.toBase64())
