import type { MediaOptions, Refusal, Side } from '#core'
import { err, ok, type Result } from '#lib/result'
import { formatsForPhone, parseSdp, type Sdp } from '#sdp'
import {
  describeTo,
  type EngineCall,
  endAt,
  type Listener,
  listenerFor,
  ownMedia,
  takePairs,
  usableOf,
} from '../call.ts'
import { familyOf } from '../negotiation.ts'
import { addressOf, listenerOf } from '../options.ts'
import { type Face, mediaFor, plainFace, termsOf, webFace } from './face.ts'
import { formatsForBrowser, hasSpeech, renumbered, within } from './terms.ts'
import { Transport, WEB_KINDS, type WebTerms } from './transport.ts'
import type { Transports } from './transports.ts'

export type Told = Promise<Result<string, Refusal>>

/** Formats of `ours` that the other side can take, by kind. */
export const meet = (ours: WebTerms, others: WebTerms): WebTerms => {
  const met: WebTerms = {}
  for (const kind of WEB_KINDS) {
    const [own, other] = [ours[kind], others[kind]]
    const formats = own && other ? Transport.meet(own.formats, other.formats) : []
    if (own && formats.length > 0) met[kind] = { formats, direction: own.direction }
  }
  return met
}

/** The descriptions of calls with a browser: what either side's mean, and what each is told of the other. */
export const createDescriptions = (transports: Transports, listeners: readonly Listener[]) => {
  const enterWeb = async (
    name: string,
    side: Side,
    text: string,
    options: MediaOptions,
  ): Promise<Result<Face, Refusal>> => {
    const opened = await transports.open(name, addressOf(side, options))
    if (!opened.ok) return opened
    const heard = transports.hear(opened.value, text)
    // One that began with nonsense holds a socket for nothing.
    if (!heard.ok && !opened.value.said) transports.leave(name)
    return heard.ok ? ok(webFace(opened.value, heard.value[0])) : heard
  }

  const enterPlain = async (
    call: EngineCall,
    side: Side,
    text: string,
    options: MediaOptions,
  ): Promise<Result<Face, Refusal>> => {
    const parsed = parseSdp(text)
    if (!parsed.ok) return err('bad-request')
    const sdp = parsed.value
    const wished = listenerOf(side, options) ?? call.ends[side]?.listener.index ?? 0
    const listener = listenerFor(listeners, wished, familyOf(sdp))
    if (!listener) return err('unsupported-address')
    endAt(call, side, listener, addressOf(side, options))
    const face = plainFace(sdp, usableOf(sdp, listener.family))
    call.said[side] = sdp
    return ok(face)
  }

  /** A side as it describes itself now: the browser of that name, or a telephone. */
  const enter = (
    call: EngineCall,
    web: string | undefined,
    side: Side,
    text: string,
    options: MediaOptions,
  ): Promise<Result<Face, Refusal>> =>
    web === undefined ? enterPlain(call, side, text, options) : enterWeb(web, side, text, options)

  /** What the telephones of a side are offered. */
  const offerPlain = async (
    call: EngineCall,
    to: Side,
    terms: WebTerms,
    options: MediaOptions,
  ): Promise<Result<[string, Sdp], Refusal>> => {
    const wished = listenerOf(to, options) ?? call.ends[to]?.listener.index ?? 0
    const listener = listeners[wished]
    if (!listener) return err('unsupported-address')
    endAt(call, to, listener, addressOf(to, options))
    const before = call.said[to]
    const known = before
      ? plainFace(
          before,
          before.media.map(() => true),
        )
      : undefined
    const wanted: WebTerms = {}
    for (const kind of WEB_KINDS) {
      const [own, named] = [terms[kind], known && termsOf(known)[kind]?.formats]
      const formats = own ? renumbered(formatsForPhone(kind, own.formats, named ?? []), named ?? []) : []
      if (own && formats.length > 0) wanted[kind] = { formats, direction: own.direction }
    }
    if (!hasSpeech(wanted)) return err('not-acceptable-media')
    const told = { session: ['s=-', 't=0 0'], media: mediaFor(wanted, before) }
    const usable = told.media.map(({ port }) => port > 0)
    if (!(await takePairs(call, usable, [to]))) return err('overloaded')
    return ok([describeTo(call, to, told, ownMedia(call, to, told, usable)), told])
  }

  const offerWeb = async (
    name: string,
    terms: WebTerms,
    to: Side,
    options: MediaOptions,
  ): Promise<Result<string, Refusal>> => {
    const opened = await transports.open(name, addressOf(to, options))
    if (!opened.ok) return opened
    const wanted: WebTerms = {}
    for (const kind of WEB_KINDS) {
      const own = terms[kind]
      if (own) wanted[kind] = { formats: formatsForBrowser(own.formats), direction: own.direction }
    }
    const text = opened.value.offer(wanted)
    transports.settle(opened.value)
    return ok(text)
  }

  /** What the one who offered is told of the other's answer. */
  const answerTo = (call: EngineCall, from: Side, offered: Face, face: Face): string => {
    const [ours, theirs] = [termsOf(offered), termsOf(face)]
    const met = meet(ours, theirs)
    if (offered.transport) {
      const text = offered.transport.answer(met)
      transports.settle(offered.transport)
      return text
    }
    const media = offered.sdp.media.map((medium, index) => {
      const kind = WEB_KINDS.find((one) => offered.at[one] === index)
      const own = kind && met[kind]
      if (!kind || !own) return refusedIn(medium)
      const direction = within(theirs[kind]?.direction ?? 'inactive', ours[kind]?.direction ?? 'inactive')
      const [made] = mediaFor(
        { [kind]: { formats: own.formats, direction } },
        { session: [], media: [medium] },
      )
      return made ?? refusedIn(medium)
    })
    const told = { session: ['s=-', ...offered.sdp.session.filter((line) => line.startsWith('t='))], media }
    media.forEach((medium, index) => {
      const own = call.media[index]
      if (own && medium.port > 0) own.mux[from] = offered.sdp.media[index]?.rtcpMux ?? false
    })
    return describeTo(
      call,
      from,
      told,
      ownMedia(
        call,
        from,
        told,
        media.map(({ port }) => port > 0),
      ),
    )
  }

  const refusedIn = (medium: Sdp['media'][number]): Sdp['media'][number] => ({
    ...medium,
    port: 0,
    lines: [],
  })

  return { enter, offerPlain, offerWeb, answerTo }
}
export type Descriptions = ReturnType<typeof createDescriptions>
