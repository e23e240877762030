import type { Timers } from '#lib/clock'
import type { Random } from '#lib/random'
import {
  type Direction,
  type MediaLine,
  type OwnMedia,
  printAnswer,
  printOffer,
  readDescription,
  videoPathOf,
  voicePathOf,
} from './description.ts'
import type { MediaSocket, OpenMedia } from './media-socket.ts'
import { type AudioSource, sampleSource, silence, toneSource } from './tone.ts'
import { createVideo, type VideoReport } from './video.ts'
import { createVoice, type VoiceReport } from './voice.ts'

export type Audio = { tone: number } | { samples: Int16Array } | 'silence'

export type CallMediaPorts = { openMedia: OpenMedia; timers: Timers; random: Random }

export type CallMediaOptions = {
  audio: Audio
  video: boolean
  record: boolean
  /** Address of the server, to choose the own one by. */
  towards: string
}

export type MediaReport = { voice: VoiceReport; video: VideoReport | undefined }

/** The media of one call: our descriptions, what the other side's mean, and the streams that follow from both. */
export type CallMedia = {
  /** Our description as an offer. `direction` other than sendrecv holds the call. */
  offer(direction?: Direction): string
  /** Answers an offer and follows it; undefined when nothing fits. */
  answer(offer: string): string | undefined
  /** Follows the answer to our offer; false when it holds no voice. */
  follow(answer: string): boolean
  press(keys: string): boolean
  pause(): void
  report(): MediaReport
  recording(): Int16Array
  close(): void
}

export const createCallMedia = async (
  ports: CallMediaPorts,
  options: CallMediaOptions,
): Promise<CallMedia> => {
  const { openMedia, timers, random } = ports
  const { audio, record, towards } = options
  const socket = await openMedia(towards)
  const videoSocket = options.video ? await openMedia(towards) : undefined
  const voice = createVoice({ socket, timers, random }, sourceOf(audio, random), record)
  const video = videoSocket && createVideo({ socket: videoSocket, timers, random })
  const session = `${new DataView(random.bytes(4).buffer).getUint32(0)}`
  let version = 0
  let own: Direction = 'sendrecv'

  const ownMedia = (): OwnMedia => ({
    session,
    version: ++version,
    audio: socket.local,
    video: localOf(videoSocket),
  })

  /** Sends where the other side listens, unless one of us holds. */
  const stream = (lines: MediaLine[]): boolean => {
    const line = lines.find(({ type }) => type === 'audio')
    const path = voicePathOf(line)
    if (!line || !path) return false
    const listens = line.direction === 'sendrecv' || line.direction === 'recvonly'
    if (listens && own === 'sendrecv') voice.play(path)
    else voice.pause()
    const picture = videoPathOf(lines)
    if (picture && listens && own === 'sendrecv') video?.play(picture)
    else video?.pause()
    return true
  }

  return {
    offer(direction = 'sendrecv') {
      own = direction
      return printOffer(ownMedia(), direction)
    },
    answer(offer) {
      const lines = readDescription(offer)
      own = 'sendrecv'
      const answer = printAnswer(ownMedia(), lines)
      if (answer !== undefined) stream(lines)
      return answer
    },
    follow: (answer) => stream(readDescription(answer)),
    press: (keys) => voice.press(keys),
    pause() {
      voice.pause()
      video?.pause()
    },
    report: () => ({ voice: voice.report(), video: video?.report() }),
    recording: () => voice.recording(),
    close() {
      voice.close()
      video?.close()
    },
  }
}

const localOf = (socket: MediaSocket | undefined) => socket?.local

const sourceOf = (audio: Audio, random: Random): AudioSource => {
  if (audio === 'silence') return silence
  return 'tone' in audio ? toneSource(audio.tone, random) : sampleSource(audio.samples)
}
