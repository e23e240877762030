import type { Bencoded } from './bencode.ts'

/** What rtpengine is to make of a description for a telephone, and for a browser. It knows no BUNDLE. */
const PLAIN = {
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

/** Lines of browsers that mean nothing to telephones, and that rtpengine would hand on. */
const FOREIGN =
  /^a=(?:extmap|extmap-allow-mixed|msid|msid-semantic|ssrc|ssrc-group|group|mid|rtcp-rsize|ice-options)(?::|$)/

export const forTelephones = (sdp: string): string =>
  sdp
    .split('\r\n')
    .filter((line) => !FOREIGN.test(line))
    .join('\r\n')

/** Whose packets come may change with each party and each of its connections: pages that were told of one hear no other. */
const TOO_MUCH = /^a=ssrc(?:-group)?:.*\r?\n/gm

/**
 * With BUNDLE (RFC 9143) around the only medium that there is: a page of policy `max-bundle` takes nothing without. Two media come from two
 * ports, of which nothing else could be said.
 */
export const forBrowsers = (sdp: string): string => {
  const [session = '', ...media] = sdp.replace(TOO_MUCH, '').split(/(?=^m=)/m)
  const live = media.filter((medium) => !/^m=\S+ 0 /.test(medium))
  const mid = live.length === 1 ? /^a=mid:(\S+)/m.exec(live[0] ?? '')?.[1] : undefined
  if (mid === undefined || /^a=group:BUNDLE/m.test(session)) return `${session}${media.join('')}`
  return `${session}a=group:BUNDLE ${mid}\r\n${media.join('')}`
}
