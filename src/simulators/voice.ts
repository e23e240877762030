import type { Timers } from '#lib/clock'
import type { Random } from '#lib/random'
import { decodeRtp, eventOf, isRtcpType } from '#rtp'
import type { VoicePath } from './description.ts'
import { createKeyListener, type EventPacket, packetsOf } from './digits.ts'
import { codecs, type G711 } from './g711.ts'
import type { MediaSocket } from './media-socket.ts'
import { createReception, type Reception } from './reception.ts'
import { createSender, type Filling, type Sender } from './sender.ts'
import type { AudioSource } from './tone.ts'

export type VoiceReport = Reception & {
  sent: number
  /** From sending a packet to hearing its very octets again; undefined when nobody echoes. */
  echoMs: number | undefined
  /** Keys pressed at the other end. */
  keys: string
}

export type Voice = {
  /** Sends from now on to where `path` says; a later path replaces the former one. */
  play(path: VoicePath): void
  /** Sends nothing until the next `play`. */
  pause(): void
  /** Queues key presses as RFC 4733 events; false when the other side does not know them or a key is none. */
  press(keys: string): boolean
  report(): VoiceReport
  recording(): Int16Array
  close(): void
}

const SAMPLES = 160
const MOST_KEYS = 64
/** Sent packets that an echo is looked for among: five seconds. */
const REMEMBERED = 250

export type VoicePorts = { socket: MediaSocket; timers: Timers; random: Random }

/** Both directions of one voice path over one socket. */
export const createVoice = (ports: VoicePorts, source: AudioSource, record = false): Voice => {
  const { socket, timers } = ports
  const reception = createReception(timers.clock, record)
  const echo = createEchoMeter(() => timers.clock.nowMs())
  const pending: { packet: EventPacket | undefined }[] = []
  let path: VoicePath | undefined
  let sender: Sender | undefined
  let keys = ''
  const listener = createKeyListener((key) => {
    if (keys.length < MOST_KEYS) keys += key
  })

  const fill = (timestamp: number): Filling => {
    if (!path) return undefined
    const samples = source(SAMPLES)
    const event = pending.shift()
    if (event && path.eventType !== undefined)
      return event.packet && eventFilling(event.packet, path.eventType, timestamp)
    const payload = codecs[path.codec].coder.encode(samples)
    echo.sent(payload)
    return { payload, payloadType: path.payloadType }
  }

  const coderOf = (payloadType: number): G711 | undefined => {
    if (payloadType === path?.payloadType) return codecs[path.codec].coder
    return Object.values(codecs).find((codec) => codec.payloadType === payloadType)?.coder
  }

  socket.onPacket = (octets) => {
    const decoded = isRtcpType(octets[1] ?? 0) ? undefined : decodeRtp(octets)
    if (!decoded?.ok) return
    const packet = decoded.value
    if (packet.payloadType === path?.eventType) listener.take(packet.timestamp, packet.payload)
    const coder = coderOf(packet.payloadType)
    if (coder) echo.heard(packet.payload)
    reception.take(packet, coder?.decode(packet.payload))
  }

  return {
    play(next) {
      path = next
      sender ??= createSender(ports, { to: next.remote, periodMs: 20, ticks: SAMPLES }, fill)
      sender.to = next.remote
      sender.start()
    },
    pause: () => sender?.stop(),
    press(wanted) {
      const events = Array.from(wanted, eventOf)
      if (path?.eventType === undefined || events.includes(undefined) || wanted.length > MOST_KEYS)
        return false
      for (const event of events) for (const packet of packetsOf(event as number)) pending.push({ packet })
      return true
    },
    report: () => ({ ...reception.report(), sent: sender?.sent ?? 0, echoMs: echo.delayMs(), keys }),
    recording: () => reception.recording(),
    close() {
      sender?.stop()
      socket.onPacket = undefined
      socket.close()
    },
  }
}

const eventFilling = (
  { payload, first, turnsAgo }: EventPacket,
  payloadType: number,
  timestamp: number,
): Filling => ({
  payload,
  payloadType,
  marker: first,
  timestamp: (timestamp - turnsAgo * SAMPLES) >>> 0,
})

/**
 * Recognises sent packets among those that arrive. Coarse codecs swallow most of the grain of noise: two phones with the
 * same tone do send a like packet now and then, so an echo is what brings back most of what is heard.
 */
const createEchoMeter = (nowMs: () => number) => {
  const times = new Map<string, number>()
  let [sum, count, all] = [0, 0, 0]
  const keyOf = (payload: Uint8Array) => String.fromCharCode(...payload.subarray(0, SAMPLES))
  const plain = (payload: Uint8Array) => payload.every((octet) => octet === payload[0])
  return {
    sent(payload: Uint8Array): void {
      if (plain(payload)) return
      times.set(keyOf(payload), nowMs())
      if (times.size > REMEMBERED) times.delete(times.keys().next().value as string)
    },
    heard(payload: Uint8Array): void {
      if (plain(payload)) return
      all++
      const at = times.get(keyOf(payload))
      if (at === undefined) return
      sum += nowMs() - at
      count++
    },
    delayMs: () => (count === 0 || count * 2 < all ? undefined : sum / count),
  }
}
