import { err, ok, type Result } from '#lib/result'
import type { Connection } from './address.ts'

export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

/**
 * One m= block, RFC 8866 §5.14. `lines` are all lines after the m= line exactly as they came; the other
 * fields are read from them, with the session's values where the medium has none of its own.
 */
export type SdpMedium = {
  type: string
  port: number
  /** Number of port pairs, 1 unless the line says PORT/N. */
  ports: number
  protocol: string
  formats: string[]
  lines: string[]
  connection: Connection | undefined
  direction: Direction
  /** Of a=rtcp (RFC 3605); the connection is present only when the attribute names one. */
  rtcp: { port: number; connection: Connection | undefined } | undefined
  rtcpMux: boolean
}

/** A session description that remembers its lines, so that what nobody understands is passed on untouched. */
export type Sdp = { session: string[]; media: SdpMedium[] }

export type SdpError =
  | 'too-long'
  | 'too-many-media'
  | 'bad-line'
  | 'no-version'
  | 'bad-media'
  | 'bad-connection'

export const MAX_SDP_LENGTH = 65_536
export const MAX_SDP_MEDIA = 100

const C = 99
const M = 109
const A = 97

/** Decimal digits only, 0 to 65535; -1 else. */
const portOf = (text: string): number => {
  if (text.length === 0 || text.length > 5) return -1
  let value = 0
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 48
    if (digit < 0 || digit > 9) return -1
    value = value * 10 + digit
  }
  return value > 65_535 ? -1 : value
}

const spaces = (text: string): string[] => {
  const words = text.split(' ')
  return words.includes('') ? words.filter((word) => word !== '') : words
}

const readMedium = (line: string, session: SdpMedium): SdpMedium | undefined => {
  const words = spaces(line.slice(2))
  const [type, where, protocol] = words
  if (type === undefined || where === undefined || protocol === undefined || words.length < 4)
    return undefined
  const slash = where.indexOf('/')
  const port = portOf(slash < 0 ? where : where.slice(0, slash))
  const ports = slash < 0 ? 1 : portOf(where.slice(slash + 1))
  if (port < 0 || ports < 1) return undefined
  const { connection, direction } = session
  const formats = words.slice(3)
  return {
    type,
    port,
    ports,
    protocol,
    formats,
    lines: [],
    connection,
    direction,
    rtcp: undefined,
    rtcpMux: false,
  }
}

/** `IN IP4 192.0.2.1` or `IN IP6 2001:db8::1`; the TTL of a multicast address is left off. */
const readConnection = (text: string): Connection | undefined => {
  if (text.startsWith('IN IP4 ') && text.indexOf(' ', 7) < 0 && text.length > 7 && !text.includes('/'))
    return { family: 4, address: text.slice(7) }
  const words = spaces(text)
  const kind = words[1]
  const address = words[2]
  if (words[0] !== 'IN' || address === undefined || (kind !== 'IP4' && kind !== 'IP6')) return undefined
  const slash = address.indexOf('/')
  return { family: kind === 'IP4' ? 4 : 6, address: slash < 0 ? address : address.slice(0, slash) }
}

const readAttribute = (line: string, into: SdpMedium): void => {
  switch (line) {
    case 'a=sendrecv':
    case 'a=sendonly':
    case 'a=recvonly':
    case 'a=inactive':
      into.direction = line.slice(2) as Direction
      return
    case 'a=rtcp-mux':
      into.rtcpMux = true
      return
  }
  if (!line.startsWith('a=rtcp:')) return
  const space = line.indexOf(' ')
  const port = portOf(line.slice(7, space < 0 ? line.length : space))
  if (port > 0)
    into.rtcp = { port, connection: space < 0 ? undefined : readConnection(line.slice(space + 1)) }
}

/** The session level as a medium, so that the same reader serves both. */
const emptyMedium = (lines: string[]): SdpMedium => ({
  ...{ type: '', port: 0, ports: 1, protocol: '', formats: [], lines },
  ...{ connection: undefined, direction: 'sendrecv', rtcp: undefined, rtcpMux: false },
})

/** One line into the level it stands in; an error word when it is none. */
const readLine = (line: string, into: SdpMedium): SdpError | undefined => {
  if (line.charCodeAt(1) !== 61 || line.includes('\r')) return 'bad-line'
  const letter = line.charCodeAt(0)
  if (letter < 97 || letter > 122) return 'bad-line'
  into.lines.push(line)
  if (letter === A) readAttribute(line, into)
  else if (letter === C) {
    into.connection = readConnection(line.slice(2))
    if (!into.connection) return 'bad-connection'
  }
  return undefined
}

/**
 * Reads a session description, RFC 8866 §5, in time proportional to its length. Lines may end in LF alone and
 * empty lines are skipped; a lone CR or a NUL is refused, because the next reader may see another line there.
 */
export const parseSdp = (text: string): Result<Sdp, SdpError> => {
  if (text.length > MAX_SDP_LENGTH) return err('too-long')
  if (!text.startsWith('v=0')) return err('no-version')
  if (text.includes('\0')) return err('bad-line')
  const session: SdpMedium = emptyMedium([])
  const media: SdpMedium[] = []
  let into = session
  for (let at = 0; at < text.length; ) {
    const feed = text.indexOf('\n', at)
    const end = feed < 0 ? text.length : feed
    const line = text.slice(at, end > at && text.charCodeAt(end - 1) === 13 ? end - 1 : end)
    at = end + 1
    if (line === '') continue
    if (line.charCodeAt(0) === M && line.charCodeAt(1) === 61) {
      if (media.length === MAX_SDP_MEDIA) return err('too-many-media')
      const medium = line.includes('\r') ? undefined : readMedium(line, session)
      if (!medium) return err('bad-media')
      media.push(medium)
      into = medium
    } else {
      const wrong = readLine(line, into)
      if (wrong) return err(wrong)
    }
  }
  return ok({ session: session.lines, media })
}

export const mediaLine = (medium: SdpMedium, port = medium.port): string =>
  `m=${medium.type} ${port}${medium.ports > 1 ? `/${medium.ports}` : ''} ${medium.protocol} ${medium.formats.join(' ')}`

/** Writes it with CRLF line ends; a description that came so comes out octet for octet (but for doubled spaces in m= lines). */
export const printSdp = (sdp: Sdp): string => {
  let text = ''
  for (const line of sdp.session) text += `${line}\r\n`
  for (const medium of sdp.media) {
    text += `${mediaLine(medium)}\r\n`
    for (const line of medium.lines) text += `${line}\r\n`
  }
  return text
}
