import type { Direction } from './description.ts'
import type { OwnAddress } from './relay.ts'
import type { Format, WebKind } from './web-formats.ts'
import type { WebSetup } from './web-read.ts'

/** One m= block of ours for a browser. `formats` empty: refused, with port 0. */
export type WebLine = {
  /** As the browser's offer said it; for ours the kind. */
  type: string
  protocol: string
  word: string
  mid: string
  kind: WebKind | undefined
  formats: readonly Format[]
  direction: Direction
  /** Of what we send. */
  ssrc: number
}

/** Our end of a browser's transport: one socket, ice-lite (RFC 8445 §2.5), DTLS-SRTP. */
export type WebEnd = {
  sessionId: string
  version: number
  /** Where we are, best first; all with the same port. */
  addresses: readonly OwnAddress[]
  port: number
  ufrag: string
  pwd: string
  /** Value of a=fingerprint:sha-256. */
  fingerprint: string
  setup: WebSetup
  cname: string
}

const WEB_PROFILE = 'UDP/TLS/RTP/SAVPF'

/** RFC 8445 §5.1.2.1: host candidates, the first one preferred. */
const priorityOf = (index: number): number => ((126 << 24) | ((65_535 - index) << 8) | 255) >>> 0

const candidates = ({ addresses, port }: WebEnd): string => {
  let text = ''
  addresses.forEach(({ address }, index) => {
    text += `a=candidate:${index + 1} 1 udp ${priorityOf(index)} ${address} ${port} typ host\r\n`
  })
  return `${text}a=end-of-candidates\r\n`
}

const PICTURE_FEEDBACK = ['nack', 'nack pli', 'ccm fir', 'goog-remb']

/** What browsers do not know is that a format without a=rtpmap has one, but for the static types: all get one. */
const printFormat = ({ type, name, rate, channels, parameters, feedback }: Format, kind: WebKind): string => {
  let text = `a=rtpmap:${type} ${NAMES[name] ?? name}/${rate}${channels > 1 ? `/${channels}` : ''}\r\n`
  if (parameters !== '') text += `a=fmtp:${type} ${parameters}\r\n`
  if (kind === 'video')
    for (const kept of PICTURE_FEEDBACK) if (feedback.includes(kept)) text += `a=rtcp-fb:${type} ${kept}\r\n`
  return text
}

export const NAMES: Record<string, string> = {
  ...{ pcmu: 'PCMU', pcma: 'PCMA', g722: 'G722', opus: 'opus' },
  ...{ vp8: 'VP8', h264: 'H264' },
}

const refused = ({ type, protocol, word, mid }: WebLine): string =>
  `m=${type} 0 ${protocol} ${word}\r\nc=IN IP4 0.0.0.0\r\na=inactive\r\na=mid:${mid}\r\n`

const printLine = (line: WebLine, end: WebEnd, first: boolean): string => {
  const { formats, kind, mid, direction, ssrc, type } = line
  if (formats.length === 0 || !kind) return refused(line)
  const { family, address } = end.addresses[0] as OwnAddress
  const text = [
    `m=${type} ${end.port} ${WEB_PROFILE} ${formats.map((format) => format.type).join(' ')}`,
    `c=IN IP${family} ${address}`,
    `a=mid:${mid}`,
    'a=rtcp-mux',
    `a=ice-ufrag:${end.ufrag}`,
    `a=ice-pwd:${end.pwd}`,
    `a=fingerprint:sha-256 ${end.fingerprint}`,
    `a=setup:${end.setup}`,
    `a=${direction}`,
    `a=msid:tandem ${kind}`,
    `a=ssrc:${ssrc} cname:${end.cname}`,
    '',
  ].join('\r\n')
  const described = formats.map((format) => printFormat(format, kind)).join('')
  return `${text}${first ? candidates(end) : ''}${described}${kind === 'audio' ? 'a=ptime:20\r\n' : ''}`
}

/** An offer or an answer for a browser, RFC 8829 §5.2.1 and §5.3.1; only accepted media are in the bundle (RFC 9143 §7.3.1). */
export const printWeb = (lines: readonly WebLine[], end: WebEnd): string => {
  const live = lines.filter(({ formats, kind }) => kind && formats.length > 0)
  const { family, address } = end.addresses[0] as OwnAddress
  let text =
    `v=0\r\no=- ${end.sessionId} ${end.version} IN IP${family} ${address}\r\ns=-\r\nt=0 0\r\n` +
    (live.length > 0 ? `a=group:BUNDLE ${live.map(({ mid }) => mid).join(' ')}\r\n` : '') +
    'a=ice-lite\r\na=msid-semantic:WMS tandem\r\n'
  for (const line of lines) text += printLine(line, end, line === live[0])
  return text
}
