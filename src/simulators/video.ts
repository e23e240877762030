import type { Timers } from '#lib/clock'
import type { Random } from '#lib/random'
import type { Endpoint } from '#lib/wire'
import { decodeRtp } from '#rtp'
import type { MediaSocket } from './media-socket.ts'
import { createReception } from './reception.ts'
import { createSender, type Sender } from './sender.ts'

export type VideoReport = { sent: number; received: number; lost: number }

export type VideoPath = { remote: Endpoint; payloadType: number }

const PERIOD_MS = 40
const TICKS = 90 * PERIOD_MS
const OCTETS = 400

/** A stream in the place of video: 25 packets a second of octets without meaning, counted at the other end. */
export const createVideo = ({
  socket,
  timers,
  random,
}: {
  socket: MediaSocket
  timers: Timers
  random: Random
}) => {
  const reception = createReception(timers.clock)
  let sender: Sender | undefined
  let payloadType = 0
  socket.onPacket = (octets) => {
    const packet = decodeRtp(octets)
    if (packet.ok) reception.take(packet.value, undefined)
  }
  return {
    play(path: VideoPath): void {
      payloadType = path.payloadType
      sender ??= createSender(
        { socket, timers, random },
        { to: path.remote, periodMs: PERIOD_MS, ticks: TICKS },
        () => ({ payload: random.bytes(OCTETS), payloadType, marker: true }),
      )
      sender.to = path.remote
      sender.start()
    },
    pause: (): void => sender?.stop(),
    report(): VideoReport {
      const { received, lost } = reception.report()
      return { sent: sender?.sent ?? 0, received, lost }
    },
    close(): void {
      sender?.stop()
      socket.onPacket = undefined
      socket.close()
    },
  }
}
