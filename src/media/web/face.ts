import type { Side } from '#core'
import {
  alignAnswer,
  carriedFormats,
  type Direction,
  type Format,
  heldDirection,
  isSealed,
  parameterOf,
  plainMedium,
  refusedMedium,
  type Sdp,
  type SdpMedium,
  type WebKind,
  type WebSaid,
} from '#sdp'
import { type Transport, WEB_KINDS, type WebTerms } from './transport.ts'

/** One side of a call as it described itself last: a browser's transport, or a telephone with its media at their places. */
export type Face =
  | { transport: Transport; directions: Partial<Record<WebKind, Direction>> }
  | { transport: undefined; sdp: Sdp; at: Partial<Record<WebKind, number>>; terms: WebTerms }

export type WebCall = {
  /** What is in force. */
  faces: Partial<Record<Side, Face>>
  /** An offer that waits for its answer: who was offered to, browsers by name and telephones as the empty name. */
  offer:
    | {
        from: Side
        face: Face
        told: Sdp | undefined
        targets: Set<string>
        answered: boolean
        own?: boolean
        /** Telephones were offered to as well, by the plain exchange. */
        beside?: boolean
      }
    | undefined
  /** The browsers that the sides are, as long as nobody says otherwise. */
  webs: Partial<Record<Side, string>>
  /** Those transports that have spoken in this call: only the first time they come to it by themselves. */
  known: Set<Transport>
  /** The other side is the house: what it hears is not sent back. */
  own: boolean
}

export const newWebCall = (): WebCall => ({
  faces: {},
  offer: undefined,
  webs: {},
  known: new Set(),
  own: false,
})

/** A browser with the directions of this very description: holding a call does not change what its transport agreed on. */
export const webFace = (transport: Transport, said: WebSaid | undefined): Face => {
  const directions: Partial<Record<WebKind, Direction>> = {}
  for (const medium of said?.media ?? [])
    if (medium.kind && medium.live) directions[medium.kind] ??= medium.direction
  return { transport, directions }
}

/** What a side can do at this moment. */
export const termsOf = (face: Face): WebTerms => {
  if (!face.transport) return face.terms
  const terms: WebTerms = {}
  const view = face.transport.view()
  for (const kind of WEB_KINDS) {
    const formats = view[kind]?.formats
    if (formats) terms[kind] = { formats, direction: face.directions[kind] ?? 'inactive' }
  }
  return terms
}

/** `explained`: what the same numbers meant in the offer, for answers that do not repeat it. */
const formatsIn = (medium: SdpMedium, explained: SdpMedium | undefined): Format[] => {
  const own = carriedFormats(medium)
  if (!explained) return own
  const known = carriedFormats(explained)
  const found: Format[] = []
  for (const word of medium.formats) {
    const type = Number(word)
    const format = own.find((one) => one.type === type) ?? known.find((one) => one.type === type)
    if (format) found.push(format)
  }
  return found
}

/** A telephone's description; `usable` says which of its media can flow. `offer`: what it answers. */
export const plainFace = (sdp: Sdp, usable: readonly boolean[], offer?: Sdp): Face => {
  const aligned = offer ? alignAnswer(offer.media, sdp) : sdp
  const [at, terms]: [Partial<Record<WebKind, number>>, WebTerms] = [{}, {}]
  aligned.media.forEach((medium, index) => {
    const kind = medium.type === 'audio' || medium.type === 'video' ? medium.type : undefined
    if (!kind || at[kind] !== undefined || !usable[index] || isSealed(medium)) return
    const formats = formatsIn(medium, offer?.media[index])
    if (formats.length === 0) return
    at[kind] = index
    terms[kind] = { formats, direction: heldDirection(medium) ?? medium.direction }
  })
  return { transport: undefined, sdp: aligned, at, terms }
}

/** The media of a description for a telephone: at the places that it knows already, what is new behind them. */
export const mediaFor = (terms: WebTerms, before: Sdp | undefined): SdpMedium[] => {
  const left = new Set<WebKind>(WEB_KINDS.filter((kind) => terms[kind]))
  const media = (before?.media ?? []).map((medium) => {
    const kind = WEB_KINDS.find((one) => one === medium.type)
    const own = kind && left.delete(kind) ? terms[kind] : undefined
    return own && kind ? plainMedium(kind, own, profileOf(medium)) : refusedMedium(medium)
  })
  for (const kind of left) media.push(plainMedium(kind, terms[kind] as NonNullable<WebTerms[WebKind]>))
  return media
}

/** Feedback is offered within RTP/AVP to those who did not say more: many refuse what they do not know. */
const profileOf = ({ protocol }: SdpMedium): string => (protocol === 'RTP/AVPF' ? protocol : 'RTP/AVP')

/** Which of a telephone's media need sockets. */
export const wantedPairs = (face: Face & { transport: undefined }): boolean[] =>
  face.sdp.media.map((_, index) => Object.values(face.at).includes(index))

/** RFC 4585 §4.2: it understands requests for pictures. */
export const knowsFeedback = (face: Face, kind: WebKind): boolean => {
  if (face.transport) return true
  const medium = face.sdp.media[face.at[kind] ?? -1]
  return medium?.lines.some((line) => /^a=rtcp-fb:\S+ (?:nack pli|ccm fir)/.test(line)) ?? false
}

/** RFC 6184 §8.2.1. Base64, a few hundred octets at most. */
export const parameterSets = (formats: readonly Format[]): string[] => {
  const format = formats.find(({ name }) => name === 'h264')
  const text = format && parameterOf(format, 'sprop-parameter-sets')
  return text && text.length <= 1000 ? text.split(',').slice(0, 8) : []
}
