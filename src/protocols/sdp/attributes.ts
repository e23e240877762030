import { addressKind } from './address.ts'
import type { Direction, SdpMedium } from './description.ts'

/** Value of the first a=NAME:VALUE line. */
export const attributeOf = (medium: SdpMedium, name: string): string | undefined => {
  const prefix = `a=${name}:`
  for (const line of medium.lines) if (line.startsWith(prefix)) return line.slice(prefix.length)
  return undefined
}

export type Codec = { name: string; rate: number; channels: number }

/** What RFC 3551 §6 fixed for those payload types that need no a=rtpmap line. */
const STATIC: Record<number, Codec> = {
  0: { name: 'PCMU', rate: 8000, channels: 1 },
  3: { name: 'GSM', rate: 8000, channels: 1 },
  4: { name: 'G723', rate: 8000, channels: 1 },
  8: { name: 'PCMA', rate: 8000, channels: 1 },
  9: { name: 'G722', rate: 8000, channels: 1 },
  13: { name: 'CN', rate: 8000, channels: 1 },
  18: { name: 'G729', rate: 8000, channels: 1 },
  26: { name: 'JPEG', rate: 90_000, channels: 1 },
  31: { name: 'H261', rate: 90_000, channels: 1 },
  34: { name: 'H263', rate: 90_000, channels: 1 },
}

/** `96 AMR-WB/16000/1`: payload type, encoding name as written, clock rate in Hz, channels. */
const readRtpmap = (value: string): [number, Codec] | undefined => {
  const space = value.indexOf(' ')
  const slash = value.indexOf('/', space + 1)
  if (space < 1 || slash < 0) return undefined
  const next = value.indexOf('/', slash + 1)
  const name = value.slice(space + 1, slash)
  const type = Number(value.slice(0, space))
  const hertz = Number(value.slice(slash + 1, next < 0 ? value.length : next))
  const channels = next < 0 ? 1 : Number(value.slice(next + 1).split('/', 1)[0])
  if (name === '' || !Number.isInteger(type) || !(hertz > 0 && hertz <= 1e6)) return undefined
  return [type, { name, rate: hertz, channels: channels || 1 }]
}

/** The codec behind each payload type of the medium's m= line, as far as it says. */
export const codecsOf = (medium: SdpMedium): Map<number, Codec> => {
  const codecs = new Map<number, Codec>()
  for (const type of payloadTypesOf(medium)) {
    const known = STATIC[type]
    if (known) codecs.set(type, known)
  }
  for (const line of medium.lines) {
    if (!line.startsWith('a=rtpmap:')) continue
    const entry = readRtpmap(line.slice(9))
    if (entry) codecs.set(entry[0], entry[1])
  }
  return codecs
}

const EVENT = 'telephone-event'
const EVENT_IN = /^[^ ]+ telephone-event\//i

/** The payload types that are telephone-events (RFC 4733), with their clock rate in Hz. */
export const eventsOf = (medium: SdpMedium): [type: number, rate: number][] => {
  const events: [number, number][] = []
  for (const line of medium.lines) {
    if (!line.startsWith('a=rtpmap:')) continue
    const slash = line.indexOf('/')
    const is = line.charCodeAt(slash - EVENT.length - 1) === 32 && EVENT_IN.test(line)
    // The last word on a type counts.
    if (!is && events.length === 0) continue
    const entry = readRtpmap(line.slice(9))
    if (!entry) continue
    const [type, { rate }] = entry
    const at = events.findIndex(([known]) => known === type)
    if (at >= 0) events.splice(at, 1)
    if (is && type >= 0 && type <= 127) events.push([type, rate])
  }
  return events
}

/** The formats that are payload types, 0 to 127. */
export const payloadTypesOf = (medium: SdpMedium): number[] => {
  const types: number[] = []
  for (const format of medium.formats) {
    const type = Number(format)
    if (Number.isInteger(type) && type >= 0 && type <= 127 && format !== '') types.push(type)
  }
  return types
}

/** Parameters of a=fmtp for that payload type, as written. */
export const fmtpOf = (medium: SdpMedium, type: number): string | undefined => {
  const prefix = `a=fmtp:${type} `
  for (const line of medium.lines) if (line.startsWith(prefix)) return line.slice(prefix.length)
  return undefined
}

/** Value of b=KIND (RFC 8866 §5.8) in its own unit: kbit/s for AS and CT, bit/s for TIAS, RS and RR. */
export const bandwidthOf = (medium: SdpMedium, kind: string): number | undefined => {
  const prefix = `b=${kind}:`
  for (const line of medium.lines) {
    const value = line.startsWith(prefix) ? Number(line.slice(prefix.length)) : Number.NaN
    if (value >= 0) return value
  }
  return undefined
}

/** Milliseconds of a=ptime. */
export const ptimeOf = (medium: SdpMedium): number | undefined => {
  const value = Number(attributeOf(medium, 'ptime'))
  return value > 0 ? value : undefined
}

export const sends = (direction: Direction): boolean => direction === 'sendrecv' || direction === 'sendonly'
export const receives = (direction: Direction): boolean =>
  direction === 'sendrecv' || direction === 'recvonly'

export const directionFrom = (send: boolean, receive: boolean): Direction =>
  send ? (receive ? 'sendrecv' : 'sendonly') : receive ? 'recvonly' : 'inactive'

/** The same stream seen from the other end, RFC 3264 §6.1. */
export const mirrored = (direction: Direction): Direction =>
  directionFrom(receives(direction), sends(direction))

/**
 * Hold in the manner of RFC 2543: with the address 0.0.0.0 a party says that it does not receive (RFC 3264 §8.4).
 * The direction that this means; undefined when the medium is not held so.
 */
export const heldDirection = (medium: SdpMedium): Direction | undefined => {
  const { connection } = medium
  if (!connection || addressKind(connection.address) !== 'unspecified') return undefined
  return directionFrom(sends(medium.direction), false)
}
