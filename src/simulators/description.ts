import type { Endpoint } from '#lib/wire'
import { type CodecName, codecs } from './g711.ts'

/**
 * The few session descriptions (SDP, RFC 8866) that a simulated handset says and understands. Its own small
 * reader and writer, so that the handset does not share a mistake with the server.
 */
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

export type MediaLine = {
  type: string
  /** 0: refused. */
  port: number
  protocol: string
  address: string
  direction: Direction
  formats: string[]
  /** Encoding name and clock rate in upper case by format, such as `PCMA/8000`. */
  codecs: Map<string, string>
}

/** Where and how the voice flows after offer and answer. */
export type VoicePath = {
  remote: Endpoint
  codec: CodecName
  payloadType: number
  eventType: number | undefined
}

const DIRECTIONS: readonly string[] = ['sendrecv', 'sendonly', 'recvonly', 'inactive']
const opposite: Record<Direction, Direction> = {
  sendrecv: 'sendrecv',
  sendonly: 'recvonly',
  recvonly: 'sendonly',
  inactive: 'inactive',
}
const statics = new Map([
  ['0', 'PCMU/8000'],
  ['8', 'PCMA/8000'],
])

/** Reads any text; what it does not understand it leaves out. */
export const readDescription = (sdp: string): MediaLine[] => {
  const lines: MediaLine[] = []
  let address = ''
  let direction: Direction = 'sendrecv'
  let current: MediaLine | undefined
  for (const line of sdp.split(/\r?\n/)) {
    const value = line.slice(2).trim()
    if (line.startsWith('m=')) {
      const [type = '', port = '0', protocol = '', ...formats] = value.split(' ')
      current = {
        type,
        port: Number.parseInt(port, 10) || 0,
        protocol,
        address,
        direction,
        formats,
        codecs: new Map(),
      }
      lines.push(current)
    } else if (line.startsWith('c=')) {
      const found = value.split(' ')[2]?.split('/')[0] ?? ''
      if (current) current.address = found
      else address = found
    } else if (line.startsWith('a=rtpmap:') && current) {
      const [format = '', codec = ''] = value.slice('rtpmap:'.length).split(' ')
      current.codecs.set(format, codec.toUpperCase())
    } else if (line.startsWith('a=') && DIRECTIONS.includes(value)) {
      if (current) current.direction = value as Direction
      else direction = value as Direction
    }
  }
  return lines
}

const codecOf = (line: MediaLine, format: string): string | undefined =>
  line.codecs.get(format) ?? statics.get(format)

/** The first codec of the line that we speak; undefined when there is none or the line is refused. */
export const voicePathOf = (line: MediaLine | undefined): VoicePath | undefined => {
  if (line?.type !== 'audio' || line.port === 0) return undefined
  const event = line.formats.find((format) => codecOf(line, format)?.startsWith('TELEPHONE-EVENT/8000'))
  for (const format of line.formats) {
    const codec = codecOf(line, format)?.split('/')[0] as CodecName
    if (!Object.hasOwn(codecs, codec ?? '')) continue
    const remote = { address: line.address, port: line.port }
    return {
      remote,
      codec,
      payloadType: Number(format),
      eventType: event === undefined ? undefined : Number(event),
    }
  }
  return undefined
}

export type OwnMedia = { session: string; version: number; audio: Endpoint; video?: Endpoint | undefined }

export const VIDEO_FORMAT = '99'
const EVENT_FORMAT = '101'

const head = ({ session, version, audio }: OwnMedia): string[] => {
  const address = `IN ${audio.address.includes(':') ? 'IP6' : 'IP4'} ${audio.address}`
  return ['v=0', `o=- ${session} ${version} ${address}`, 's=-', `c=${address}`, 't=0 0']
}

const audioLines = (
  port: number,
  formats: [format: string, codec: string][],
  direction: Direction,
): string[] => [
  `m=audio ${port} RTP/AVP ${formats.map(([format]) => format).join(' ')}`,
  ...formats.map(([format, codec]) => `a=rtpmap:${format} ${codec}`),
  ...formats.filter(([, codec]) => codec.startsWith('telephone')).map(([format]) => `a=fmtp:${format} 0-16`),
  'a=ptime:20',
  `a=${direction}`,
]

const videoLines = (port: number, format: string, direction: Direction): string[] => [
  `m=video ${port} RTP/AVP ${format}`,
  `a=rtpmap:${format} H264/90000`,
  `a=fmtp:${format} profile-level-id=42e01f;packetization-mode=1`,
  `a=${direction}`,
]

export const printOffer = (own: OwnMedia, direction: Direction = 'sendrecv'): string => {
  const formats: [string, string][] = [
    ...Object.entries(codecs).map(([name, { payloadType }]): [string, string] => [
      `${payloadType}`,
      `${name}/8000`,
    ]),
    [EVENT_FORMAT, 'telephone-event/8000'],
  ]
  const lines = [...head(own), ...audioLines(own.audio.port, formats, direction)]
  if (own.video) lines.push(...videoLines(own.video.port, VIDEO_FORMAT, direction))
  return `${lines.join('\r\n')}\r\n`
}

/** Answers an offer, one line for each of its lines (RFC 3264 §6); undefined when we share no voice codec. */
export const printAnswer = (own: OwnMedia, offer: MediaLine[]): string | undefined => {
  const path = voicePathOf(offer.find(({ type }) => type === 'audio'))
  if (!path) return undefined
  const lines = head(own)
  let voice = true
  for (const line of offer) {
    const direction = opposite[line.direction]
    if (line.type === 'audio' && voice && voicePathOf(line)) {
      voice = false
      const formats: [string, string][] = [[`${path.payloadType}`, `${path.codec}/8000`]]
      if (path.eventType !== undefined) formats.push([`${path.eventType}`, 'telephone-event/8000'])
      lines.push(...audioLines(own.audio.port, formats, direction))
    } else if (line.type === 'video' && own.video && line.port !== 0 && h264Of(line) !== undefined)
      lines.push(...videoLines(own.video.port, h264Of(line) as string, direction))
    else lines.push(`m=${line.type} 0 ${line.protocol} ${line.formats.join(' ') || '0'}`)
  }
  return `${lines.join('\r\n')}\r\n`
}

const h264Of = (line: MediaLine): string | undefined =>
  line.formats.find((format) => codecOf(line, format)?.startsWith('H264/'))

/** Where video goes; undefined when the other side has none. */
export const videoPathOf = (lines: MediaLine[]): { remote: Endpoint; payloadType: number } | undefined => {
  const line = lines.find(({ type, port }) => type === 'video' && port !== 0)
  const format = line && h264Of(line)
  return format === undefined
    ? undefined
    : { remote: { address: line?.address ?? '', port: line?.port ?? 0 }, payloadType: Number(format) }
}
