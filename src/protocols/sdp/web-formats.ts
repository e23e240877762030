import { codecsOf, fmtpOf, payloadTypesOf } from './attributes.ts'
import type { SdpMedium } from './description.ts'

export type WebKind = 'audio' | 'video'

/** One payload type as a description explains it. Names are in lower case. */
export type Format = {
  type: number
  name: string
  /** Clock, Hz. */
  rate: number
  channels: number
  /** Of a=fmtp, as written; empty when there is none. */
  parameters: string
  /** Of a=rtcp-fb, as written: `nack pli`. */
  feedback: string[]
}

const EVENT = 'telephone-event'
/** What is carried between browsers and telephones; nothing is transcoded but the two laws of G.711. */
const CARRIED: Record<WebKind, ReadonlySet<string>> = {
  audio: new Set(['opus', 'pcmu', 'pcma', 'g722', EVENT]),
  video: new Set(['vp8', 'h264']),
}

export const isEvent = ({ name }: Format): boolean => name === EVENT
export const isLaw = ({ name }: Format): boolean => name === 'pcmu' || name === 'pcma'

const feedbackOf = (medium: SdpMedium, type: number): string[] => {
  const found: string[] = []
  for (const line of medium.lines) {
    if (!line.startsWith('a=rtcp-fb:')) continue
    const space = line.indexOf(' ')
    const of = line.slice(10, space)
    if (space > 0 && (of === '*' || of === `${type}`)) found.push(line.slice(space + 1))
  }
  return found
}

/** The formats of the m= line that can be carried, in its order. */
export const carriedFormats = (medium: SdpMedium): Format[] => {
  const carried = CARRIED[medium.type as WebKind]
  const codecs = codecsOf(medium)
  const found: Format[] = []
  for (const type of carried ? payloadTypesOf(medium) : []) {
    const codec = codecs.get(type)
    const name = codec?.name.toLowerCase() ?? ''
    if (!codec || !carried.has(name) || found.some((format) => format.type === type)) continue
    const { rate, channels } = codec
    const [parameters, feedback] = [fmtpOf(medium, type) ?? '', feedbackOf(medium, type)]
    found.push({ type, name, rate, channels, parameters, feedback })
  }
  return found
}

/** Value of one parameter among `a=1;b=2`, in lower case. */
export const parameterOf = ({ parameters }: Format, name: string): string | undefined => {
  for (const part of parameters.split(';')) {
    const equals = part.indexOf('=')
    if (equals > 0 && part.slice(0, equals).trim().toLowerCase() === name)
      return part.slice(equals + 1).trim()
  }
  return undefined
}

/**
 * What H.264 decoders must agree on, by meaning and not by letter (RFC 6184 §8.1): the profile, of which all kinds of
 * baseline count as one, and the packetization mode, 0 where none is said. Levels may differ.
 */
const pictureOf = (format: Format): string => {
  const profile = (parameterOf(format, 'profile-level-id') ?? '42').slice(0, 2).toLowerCase()
  return `${profile} ${parameterOf(format, 'packetization-mode') ?? '0'}`
}

export const isBaseline = (format: Format): boolean =>
  format.name === 'h264' && pictureOf(format).startsWith('42')

/** Both name the same codec, whatever their numbers. */
export const sameFormat = (a: Format, b: Format): boolean =>
  a.name === b.name &&
  a.rate === b.rate &&
  a.channels === b.channels &&
  (a.name !== 'h264' || pictureOf(a) === pictureOf(b))

/** Something that `format` can go on as: the same codec, else one that differs only in what can be bridged. */
export const counterpartOf = (format: Format, among: readonly Format[]): Format | undefined =>
  among.find((other) => sameFormat(format, other)) ??
  among.find(
    (other) =>
      (isLaw(format) && isLaw(other)) ||
      (isEvent(format) && isEvent(other)) ||
      (isBaseline(format) && isBaseline(other)),
  )

/** Two keys are equal where `sameFormat` holds. */
export const keyOf = (format: Format): string =>
  `${format.name}/${format.rate}/${format.channels}${format.name === 'h264' ? ` ${pictureOf(format)}` : ''}`
