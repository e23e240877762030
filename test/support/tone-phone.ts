import { createSocket } from 'node:dgram'
import type { AddressInfo } from 'node:net'
import { decodeRtp, encodeRtp } from '#rtp'
import { shareOf, toneSamples } from './tone.ts'

type Law = 'PCMU' | 'PCMA'

/** G.711 by its definition: a tone needs no more. */
const encodeUlaw = (sample: number): number => {
  const magnitude = Math.min(Math.abs(sample), 32_635) + 0x84
  const segment = Math.max(0, 31 - Math.clz32(magnitude) - 7)
  return ~((sample < 0 ? 0x80 : 0) | (segment << 4) | ((magnitude >> (segment + 3)) & 15)) & 0xff
}
const decodeUlaw = (octet: number): number => {
  const value = ~octet & 0xff
  const magnitude = ((((value & 15) << 3) + 0x84) << ((value >> 4) & 7)) - 0x84
  return value & 0x80 ? -magnitude : magnitude
}
const encodeAlaw = (sample: number): number => {
  const magnitude = Math.min(Math.abs(sample), 32_635)
  const segment = Math.max(0, 31 - Math.clz32(magnitude | 1) - 7)
  const low = segment === 0 ? magnitude >> 4 : magnitude >> (segment + 3)
  return ((sample >= 0 ? 0x80 : 0) | (segment << 4) | (low & 15)) ^ 0x55
}
const decodeAlaw = (octet: number): number => {
  const value = octet ^ 0x55
  const segment = (value >> 4) & 7
  const low = ((value & 15) << 4) + (segment === 0 ? 8 : 0x108)
  const magnitude = segment === 0 ? low : low << (segment - 1)
  return value & 0x80 ? magnitude : -magnitude
}
const LAWS = {
  PCMU: { type: 0, encode: encodeUlaw, decode: decodeUlaw },
  PCMA: { type: 8, encode: encodeAlaw, decode: decodeAlaw },
}

/** A telephone on loopback that hums a tone, says which tone it hears and which keys. */
export const aTonePhone = async (law: Law, hertz: number, ssrc = 1) => {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address() as AddressInfo
  const { type, encode, decode } = LAWS[law]
  const wave = Uint8Array.from(toneSamples(hertz, 1), encode)
  let heard = new Int16Array(0)
  const keys = new Map<number, { event: number; duration: number }>()
  const sequences: number[] = []
  let [sequence, towards, timer] = [0, 0, undefined as NodeJS.Timeout | undefined]

  socket.on('message', (octets) => {
    const packet = decodeRtp(new Uint8Array(octets))
    if (!packet.ok) return
    const { payload, payloadType, timestamp } = packet.value
    sequences.push(packet.value.sequence)
    if (payloadType === 101)
      keys.set(timestamp, { event: payload[0] ?? -1, duration: ((payload[2] ?? 0) << 8) | (payload[3] ?? 0) })
    else if (payloadType === type)
      heard = Int16Array.from([...heard.slice(-1440), ...Int16Array.from(payload, decode)])
  })

  return {
    port,
    sequences,
    description: (direction = 'sendrecv', version = 1) =>
      `v=0\r\no=- 1 ${version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\n` +
      `m=audio ${port} RTP/AVP ${type} 101\r\na=rtpmap:${type} ${law}/8000\r\na=rtpmap:101 telephone-event/8000\r\na=${direction}\r\n`,
    /** Hums to the first medium of that description, 50 packets a second. */
    hum: (sdp: string) => {
      towards = Number(/^m=audio (\d+)/m.exec(sdp)?.[1])
      timer ??= setInterval(() => {
        const at = (sequence * 160) % 8000
        const packet = {
          marker: false,
          payloadType: type,
          sequence,
          timestamp: sequence * 160,
          ssrc,
          csrcs: [],
          extension: undefined,
        }
        socket.send(encodeRtp({ ...packet, payload: wave.subarray(at, at + 160) }), towards, '127.0.0.1')
        sequence++
      }, 20)
    },
    /** One key to where it hums, RFC 4733: begun, and its three ends. */
    press: (event: number) => {
      const timestamp = sequence * 160
      for (const end of [0, 0x80, 0x80, 0x80]) {
        const packet = {
          marker: false,
          payloadType: 101,
          sequence,
          timestamp,
          ssrc,
          csrcs: [],
          extension: undefined,
        }
        socket.send(
          encodeRtp({ ...packet, payload: Uint8Array.of(event, end | 10, 3, 32) }),
          towards,
          '127.0.0.1',
        )
        sequence++
      }
    },
    /** The tone fills what was heard in the last fifth of a second. */
    hears: (tone: number) => heard.length >= 1600 && shareOf(heard, tone) > 0.9,
    deafen: () => {
      heard = new Int16Array(0)
    },
    keys: () => [...keys.values()],
    close: () => {
      clearInterval(timer)
      socket.close()
    },
  }
}
