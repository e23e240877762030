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

/** What a browser makes of a file that is played in the page: seconds, and how many of its tenths are not silent. */
export const loudTenthsOf = (page: Page, player: string): Promise<{ seconds: number; loud: number }> =>
  page.locator(`${player} audio`).evaluate(async (audio) => {
    const file = await fetch((audio as unknown as { src: string }).src)
    const sound = await new AudioContext().decodeAudioData(await file.arrayBuffer())
    const samples = sound.getChannelData(0)
    const tenth = Math.floor(samples.length / (sound.duration * 10))
    let loud = 0
    for (let from = 0; from + tenth <= samples.length; from += tenth)
      if (samples.subarray(from, from + tenth).some((one) => Math.abs(one) > 0.02)) loud++
    return { seconds: sound.duration, loud }
  })
