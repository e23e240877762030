import { err, ok, type Result } from '#lib/result'
import { attributeOf } from './attributes.ts'
import type { Direction, Sdp, SdpMedium } from './description.ts'
import { carriedFormats, type Format, type WebKind } from './web-formats.ts'

/** One m= block of a browser's description at its place. */
export type WebMedium = {
  /** Undefined: nothing that is carried. */
  kind: WebKind | undefined
  type: string
  protocol: string
  /** The first format as it stands there, for an answer that refuses. */
  word: string
  mid: string
  /** Offered or accepted, and in the first medium's transport. */
  live: boolean
  formats: Format[]
  direction: Direction
}

export type WebSetup = 'actpass' | 'active' | 'passive'

/** What a browser says of itself, RFC 8829. */
export type WebSaid = {
  /** Its o= line: the same as long as the browser made no new description. */
  origin: string
  ufrag: string
  pwd: string
  /** RFC 8122; none when there is no fingerprint of a kind that is known. */
  fingerprints: { hash: string; value: string }[]
  setup: WebSetup
  media: WebMedium[]
}

export type WebFault = 'too-many-media' | 'no-media' | 'no-ice' | 'no-fingerprint' | 'no-mux'

export const MAX_WEB_MEDIA = 16
const PROFILES = new Set(['UDP/TLS/RTP/SAVPF', 'TCP/TLS/RTP/SAVPF', 'RTP/SAVPF', 'UDP/TLS/RTP/SAVP'])
const ICE_TEXT = /^[A-Za-z0-9+/=_-]{4,256}$/
const MID = /^[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]{1,32}$/

const valueIn = (lines: readonly string[], name: string): string | undefined => {
  const prefix = `a=${name}:`
  return lines
    .find((line) => line.startsWith(prefix))
    ?.slice(prefix.length)
    .trim()
}

const isLive = ({ port, protocol, lines, formats }: SdpMedium): boolean =>
  PROFILES.has(protocol) && formats.length <= 128 && (port > 0 || lines.includes('a=bundle-only'))

const bundleOf = (session: readonly string[]): ReadonlySet<string> =>
  new Set(
    session
      .find((line) => line.startsWith('a=group:BUNDLE '))
      ?.slice(15)
      .split(' '),
  )

const readMedia = (sdp: Sdp): WebMedium[] => {
  const bundle = bundleOf(sdp.session)
  let first: string | undefined
  return sdp.media.map((medium, index) => {
    const { type, protocol, direction } = medium
    const said = attributeOf(medium, 'mid')
    const mid = said !== undefined && MID.test(said) ? said : `${index}`
    const formats = carriedFormats(medium)
    const live = isLive(medium) && formats.length > 0
    // RFC 9143 §7.3: one transport for all. What is not in the group would need its own.
    const joined = live && (first === undefined || (bundle.has(mid) && bundle.has(first)))
    if (joined) first ??= mid
    const kind = type === 'audio' || type === 'video' ? type : undefined
    return { kind, type, protocol, word: medium.formats[0] ?? '0', mid, live: joined, formats, direction }
  })
}

const fingerprintsOf = (lines: readonly string[]): WebSaid['fingerprints'] => {
  const found: WebSaid['fingerprints'] = []
  for (const line of lines) {
    const words = line.startsWith('a=fingerprint:') ? line.slice(14).trim().split(' ') : []
    const [hash, value] = words
    if (hash && value && /^[0-9A-Fa-f:]{11,200}$/.test(value) && found.length < 4)
      found.push({ hash: hash.toLowerCase(), value })
  }
  return found
}

/**
 * Reads a browser's offer or answer, of which `parseSdp` has taken the lines. Attributes of the transport count where the
 * first live medium or the session says them, RFC 9143 §7.1.3.
 */
export const readWeb = (sdp: Sdp): Result<WebSaid, WebFault> => {
  if (sdp.media.length > MAX_WEB_MEDIA) return err('too-many-media')
  const media = readMedia(sdp)
  const at = media.findIndex(({ live }) => live)
  const first = sdp.media[at]
  if (!first) return err('no-media')
  const own = (name: string): string | undefined => valueIn(first.lines, name) ?? valueIn(sdp.session, name)
  const [ufrag, pwd] = [own('ice-ufrag') ?? '', own('ice-pwd') ?? '']
  if (!ICE_TEXT.test(ufrag) || !ICE_TEXT.test(pwd)) return err('no-ice')
  const near = fingerprintsOf(first.lines)
  const fingerprints = near.length > 0 ? near : fingerprintsOf(sdp.session)
  if (fingerprints.length === 0) return err('no-fingerprint')
  if (!first.rtcpMux && !sdp.session.includes('a=rtcp-mux')) return err('no-mux')
  const setup = own('setup')
  return ok({
    origin: sdp.session.find((line) => line.startsWith('o=')) ?? '',
    ...{ ufrag, pwd, fingerprints, media },
    setup: setup === 'active' || setup === 'passive' ? setup : 'actpass',
  })
}
