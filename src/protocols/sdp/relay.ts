import type { Direction, Sdp, SdpMedium } from './description.ts'
import { mediaLine } from './description.ts'

/** Where a relay receives one medium; port 0 refuses it (RFC 3264 §6). */
export type OwnMedium = {
  port: number
  /** Adds a=rtcp-mux (RFC 5761 §5.1.1); whatever the original said about it is dropped. */
  mux: boolean
  /** Replaces the direction that the original says. */
  direction?: Direction
}

export type OwnAddress = { family: 4 | 6; address: string }

/** Who describes: RFC 8866 §5.2. The version grows by one whenever the description changes, RFC 3264 §8. */
export type Origin = OwnAddress & { sessionId: string; version: number }

const PROFILES = new Set(['RTP/AVP', 'RTP/AVPF', 'RTP/SAVP', 'RTP/SAVPF'])

/** Encrypted: headers are readable, payloads are not. */
export const isSealed = (medium: SdpMedium): boolean => medium.protocol.startsWith('RTP/SAVP')

/** Audio and video over plain RTP, or over SRTP with keys in the description (RFC 4568), which passes sealed. */
export const isRelayable = (medium: SdpMedium): boolean =>
  medium.port > 0 &&
  medium.ports === 1 &&
  (medium.type === 'audio' || medium.type === 'video') &&
  PROFILES.has(medium.protocol) &&
  medium.formats.length <= 128 &&
  (!isSealed(medium) || medium.lines.some((line) => line.startsWith('a=crypto:')))

/**
 * Attributes about the path between two hops, which ends at a relay: ICE (RFC 8839), DTLS (RFC 8842),
 * RTCP's port (RFC 3605) and multiplexing (RFC 5761, 8858), bundling (RFC 9143).
 */
const HOP = new Set([
  ...['candidate', 'end-of-candidates', 'remote-candidates', 'ice-lite', 'ice-mismatch', 'ice-options'],
  ...['ice-pacing', 'ice-pwd', 'ice-ufrag', 'fingerprint', 'setup', 'tls-id', 'dtls-id'],
  ...['rtcp', 'rtcp-mux', 'rtcp-mux-only', 'bundle-only'],
])
const DIRECTIONS = new Set(['sendrecv', 'sendonly', 'recvonly', 'inactive'])

/** Marks of the first letters of those names: most lines are none of them, which this tells without making a string. */
const MARKS = new Uint8Array(1024)
const markOf = (line: string): number =>
  (line.charCodeAt(2) ^ (line.charCodeAt(3) << 3) ^ (line.charCodeAt(4) << 5)) & 1023
for (const name of [...HOP, ...DIRECTIONS]) MARKS[markOf(`a=${name}`)] = 1
const isMarked = (line: string): boolean => MARKS[markOf(line)] === 1

const nameOf = (line: string): string => {
  const colon = line.indexOf(':')
  return colon < 0 ? line.slice(2) : line.slice(2, colon)
}

const staysInSession = (line: string): boolean =>
  !line.startsWith('a=') || (!(isMarked(line) && HOP.has(nameOf(line))) && !line.startsWith('a=group:BUNDLE'))

/** All but v= and o=, with one c= for the whole session in its place (RFC 8866 §5). */
const printSession = (lines: string[], own: OwnAddress): string => {
  const connection = `c=IN IP${own.family} ${own.address}\r\n`
  let text = ''
  let placed = false
  for (const line of lines) {
    const letter = line[0] as string
    if (letter === 'v' || letter === 'o' || letter === 'c') continue
    if (!placed && !'siuep'.includes(letter)) {
      text += connection
      placed = true
    }
    if (staysInSession(line)) text += `${line}\r\n`
  }
  return placed ? text : text + connection
}

const printMedium = (medium: SdpMedium, own: OwnMedium): string => {
  let text = `${mediaLine(medium, own.port)}\r\n`
  if (own.port === 0) return text
  for (const line of medium.lines) {
    const letter = line[0]
    if (letter === 'c') continue
    if (letter === 'a' && isMarked(line)) {
      const name = nameOf(line)
      if (HOP.has(name) || (own.direction !== undefined && DIRECTIONS.has(name))) continue
    }
    text += `${line}\r\n`
  }
  if (own.direction !== undefined) text += `a=${own.direction}\r\n`
  return own.mux ? `${text}a=rtcp-mux\r\n` : text
}

/**
 * The description with a relay's own address and ports in it, without v= and o=, so that two of them can be
 * compared. Every line that is not about the path passes exactly as it came. `media` has one entry per medium.
 */
export const relayBody = (sdp: Sdp, own: OwnAddress, media: readonly OwnMedium[]): string => {
  let text = printSession(sdp.session, own)
  for (let i = 0; i < sdp.media.length; i++)
    text += printMedium(sdp.media[i] as SdpMedium, media[i] ?? { port: 0, mux: false })
  return text
}

export const withOrigin = (body: string, { sessionId, version, family, address }: Origin): string =>
  `v=0\r\no=- ${sessionId} ${version} IN IP${family} ${address}\r\n${body}`

/**
 * The media of an answer at the places of the offer's (RFC 3264 §6 wants as many). A peer that left refused
 * media out is understood by taking each of its media to the next offered one of that type; gaps are refused.
 */
export const alignAnswer = (offered: readonly SdpMedium[], answer: Sdp): Sdp => {
  if (answer.media.length === offered.length) return answer
  const given = [...answer.media]
  const complete = given.length >= offered.length
  const media = offered.map((medium): SdpMedium => {
    if (complete || given[0]?.type === medium.type) return given.shift() ?? { ...medium, port: 0, lines: [] }
    return { ...medium, port: 0, lines: [] }
  })
  return { session: answer.session, media }
}
