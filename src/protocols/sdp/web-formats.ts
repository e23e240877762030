import { codecsOf, payloadTypesOf } from './attributes.ts'
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

/** What the attributes say of each type, in one pass: descriptions may be long. `*` speaks of all. */
const wordsOf = ({ lines }: SdpMedium) => {
  const parameters = new Map<number, string>()
  const feedback = new Map<string, string[]>()
  for (const line of lines) {
    const space = line.indexOf(' ')
    if (space < 0) continue
    if (line.startsWith('a=fmtp:')) {
      const type = Number(line.slice(7, space))
      if (!parameters.has(type)) parameters.set(type, line.slice(space + 1))
    } else if (line.startsWith('a=rtcp-fb:')) {
      const of = feedback.getOrInsertComputed(line.slice(10, space), () => [])
      if (of.length < MOST_FEEDBACK) of.push(line.slice(space + 1))
    }
  }
  return { parameters, feedback }
}
const MOST_FEEDBACK = 16

/** The formats of the m= line that can be carried, in its order. */
export const carriedFormats = (medium: SdpMedium): Format[] => {
  const carried = CARRIED[medium.type as WebKind]
  if (!carried) return []
  const codecs = codecsOf(medium)
  const { parameters, feedback } = wordsOf(medium)
  const found = new Map<number, Format>()
  for (const type of payloadTypesOf(medium)) {
    const codec = codecs.get(type)
    const name = codec?.name.toLowerCase() ?? ''
    if (!codec || !carried.has(name) || found.has(type)) continue
    found.set(type, {
      ...{ type, name, rate: codec.rate, channels: codec.channels },
      parameters: parameters.get(type) ?? '',
      feedback: [...(feedback.get(`${type}`) ?? []), ...(feedback.get('*') ?? [])],
    })
  }
  return [...found.values()]
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
