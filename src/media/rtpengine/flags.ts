import type { Bencoded } from './bencode.ts'

/** What rtpengine is to make of a description for a telephone, and for a browser. It knows no BUNDLE. */
export const PLAIN = {
  ...{ ICE: 'remove', DTLS: 'off', SDES: ['off'], 'transport-protocol': 'RTP/AVP' },
  'rtcp-mux': ['demux'],
}
const WEB = {
  ...{ ICE: 'force', DTLS: 'passive', SDES: ['off'], 'transport-protocol': 'UDP/TLS/RTP/SAVPF' },
  'rtcp-mux': ['offer', 'require'],
}

/**
 * `to` and `from`: whether a browser is there. Telephones keep the profile that they speak. Keys can be put in where a telephone's
 * description allows it; allowed by a browser's, version 10.5 lets the browser hear nothing.
 */
export const flagsFor = (from: boolean, to: boolean, isAnswer: boolean): { [key: string]: Bencoded } => {
  const flags = [...(from ? [] : ['inject-DTMF']), ...(to ? ['generate-mid'] : [])]
  const common = { replace: ['origin', 'session-connection'], flags }
  if (to) return { ...common, ...WEB, ...(isAnswer && { 'rtcp-mux': ['accept'] }) }
  return from ? { ...common, ...PLAIN } : { ...common, ICE: 'remove' }
}

/** Of offers: encodings that one which lacks them gets besides. Taken ones are converted, by the library that rtpengine was built with. */
export const encodingsOf = (transcode: readonly string[]): { [key: string]: Bencoded } =>
  transcode.length > 0 ? { codec: { transcode: [...transcode] } } : {}

/** Lines of browsers that mean nothing to telephones, and that rtpengine would hand on. */
const FOREIGN =
  /^a=(?:extmap|extmap-allow-mixed|msid|msid-semantic|ssrc|ssrc-group|group|mid|rtcp-rsize|ice-options)(?::|$)/

export const forTelephones = (sdp: string): string =>
  sdp
    .split('\r\n')
    .filter((line) => !FOREIGN.test(line))
    .join('\r\n')

/**
 * Whose packets come may change with each party and each of its connections: pages that were told of one SSRC hear no other. Nor is
 * there a BUNDLE group (RFC 9143), not even of the only medium: pages let nothing go that was in one, so that a picture could not follow.
 */
export const forBrowsers = (sdp: string): string =>
  sdp.replace(/^a=(?:ssrc|ssrc-group|group):.*(?:\r?\n|$)/gm, '')

/** What is said of the session, and of each medium. */
export const partsOf = (sdp: string): string[] => sdp.split(/(?=^m=)/m)

/** An answer as long as the offer, RFC 3264 §6: what the offer has no more is left out, what it has besides is refused. */
export const withMediaOf = (answer: string, offer: string): string => {
  const [session = '', ...said] = partsOf(answer)
  const wanted = offer.match(/^m=\S+ .*/gm) ?? []
  const media = wanted.map((line, at) => said[at] ?? `${line.trimEnd().replace(/^(m=\S+ )\d+/, '$10')}\r\n`)
  return session + media.join('')
}

const DIRECTION = /^a=(?:sendrecv|sendonly|recvonly|inactive)(?=\r?$)/gm

/** As if nobody held anybody. */
export const openly = (sdp: string): string => sdp.replace(DIRECTION, 'a=sendrecv')

/** The same with each medium's direction as `other` has it. */
export const inDirectionsOf = (sdp: string, other: string): string => {
  const [session = '', ...media] = partsOf(sdp)
  const [theirs = '', ...wanted] = partsOf(other)
  const common = theirs.match(DIRECTION)?.[0]
  const turned = media.map((section, at) =>
    section.replace(DIRECTION, () => wanted[at]?.match(DIRECTION)?.[0] ?? common ?? 'a=sendrecv'),
  )
  return session + turned.join('')
}

/** With a BUNDLE group of the first medium that is not refused: pages of policy `max-bundle` take no description without one. */
export const grouped = (sdp: string): string => {
  const [session = '', ...media] = partsOf(sdp)
  const mid = media.find((one) => !/^m=\S+ 0 /.test(one))?.match(/^a=mid:(\S+)/m)?.[1]
  return mid === undefined ? sdp : `${session}a=group:BUNDLE ${mid}\r\n${media.join('')}`
}

const STATIC: Record<string, string> = { 0: 'PCMU', 8: 'PCMA', 9: 'G722', 18: 'G729' }

/** Encodings of speech that a description names, as in `a=rtpmap`. */
export const encodingsIn = (sdp: string): string[] => {
  const audio = partsOf(sdp).find((part) => part.startsWith('m=audio')) ?? ''
  const types = /^m=\S+ \S+ \S+ (.*)/.exec(audio)?.[1]?.trim().split(' ') ?? []
  const named = new Map(
    Array.from(audio.matchAll(/^a=rtpmap:(\d+) (\S+)/gm), ([, type, name]) => [type, name]),
  )
  return types
    .map((type) => named.get(type) ?? STATIC[type] ?? '')
    .filter((name) => /^(?!telephone-event|CN\/)[\w.+-]{1,32}(?:\/\d{1,6}){0,2}$/i.test(name))
    .slice(0, 8)
}
