import type { Media, MediaEvents, MediaOptions, Refusal, Side } from '#core'
import { err, ok, type Result } from '#lib/result'
import { otherSide } from '../call.ts'
import { listenerOf, webOf } from '../options.ts'
import { type Call, type Register, refusalOf, tagsOf } from './call.ts'
import { encodingsIn, encodingsOf, flagsFor, forBrowsers, forTelephones, withMediaOf } from './flags.ts'
import type { NgFault, NgReply } from './ng.ts'
import type { Places } from './places.ts'

type Told = Promise<Result<string, Refusal>>

export type DescriptionPorts = {
  register: Register
  places: Places
  events: Pick<MediaEvents, 'onWeb'>
  /** Serves calls that rtpengine does not have. */
  embedded: Pick<Media, 'offer' | 'answer' | 'refresh'>
  /** Its page can make no other peer connection, which whoever goes from call to call in rtpengine needs. */
  isFixed(web: string): boolean
  /** Encodings added to offers that lack them. */
  transcode: readonly string[]
}

const sdpOf = (reply: Result<NgReply, NgFault>, toPhone: boolean): Result<string, Refusal> => {
  if (!reply.ok) return err(refusalOf(reply.error))
  const { sdp } = reply.value
  if (typeof sdp !== 'string') return err('not-acceptable-media')
  return ok(toPhone ? forTelephones(sdp) : forBrowsers(sdp))
}

/** A browser is remembered; a place without one is a telephone. */
const browserOf = (call: Call, side: Side, options: MediaOptions): string | undefined =>
  webOf(side, options) ?? (listenerOf(side, options) === undefined ? call.said[side]?.web : undefined)

/** Offers and answers of both sides, and those of browsers that come by another way. */
export const createDescriptions = (ports: DescriptionPorts) => {
  const { register, places, events, embedded } = ports
  /** What we are told to add, and in a later offer what the other side has spoken: else it might know nothing of it. */
  const addedFor = (known: string | undefined) =>
    ports.transcode.length === 0
      ? {}
      : encodingsOf([...new Set([...ports.transcode, ...(known === undefined ? [] : encodingsIn(known))])])
  const { calls, ask, inTurn } = register

  const staysHere = (web: string | undefined): boolean => web !== undefined && ports.isFixed(web)

  /**
   * The call of a browser that was asked here stays here: its answer is to our own description. Phones of both kinds may ring: then
   * who answers decides.
   */
  const isHere = (name: string, side: Side, options: MediaOptions): boolean => {
    const web = webOf(side, options)
    if (staysHere(web) || staysHere(webOf(otherSide(side), options))) return true
    if (calls.has(name)) return false
    return places.isHoused(name) || (web !== undefined && places.wasAsked(web))
  }

  const offerOf = async (call: Call, side: Side, sdp: string, options: MediaOptions): Told => {
    const [own, to] = [browserOf(call, side, options), otherSide(side)]
    const web = browserOf(call, to, options)
    const branch = call.branch ?? web ?? 'phones'
    const reply = await register.firstOffer(call, {
      ...{ sdp, ...tagsOf(side, call), 'via-branch': branch },
      ...flagsFor(own !== undefined, web !== undefined, false),
      ...addedFor(call.said[to]?.sdp),
    })
    if (!reply.ok) {
      if (!call.offer) register.forget(call)
      return err(refusalOf(reply.error))
    }
    call.said[side] = { sdp, web: own }
    const forked = call.branch === undefined && call.offer?.from === side ? call.offer.targets : new Map()
    call.offer = { from: side, targets: forked.set(web ?? '', { web, branch }) }
    return sdpOf(reply, web === undefined)
  }

  const answerOf = async (call: Call, side: Side, sdp: string, options: { web?: string }): Told => {
    const open = call.offer
    if (!open || open.from === side) return err('bad-request')
    const only = open.targets.size === 1 ? [...open.targets.values()][0] : undefined
    const target = open.targets.get(options.web ?? '') ?? (options.web === undefined ? only : undefined)
    if (!target) return err('bad-request')
    const toWeb = call.said[open.from]?.web !== undefined
    const reply = await ask(call, 'answer', {
      ...{ sdp, 'from-tag': open.from, 'to-tag': side, 'via-branch': target.branch },
      ...flagsFor(target.web !== undefined, toWeb, true),
    })
    if (!reply.ok) return err(refusalOf(reply.error))
    call.branch = target.branch
    call.said[side] = { sdp, web: target.web }
    for (const one of ['caller', 'callee'] as const) {
      const web = call.said[one]?.web
      if (web !== undefined) places.begin(web, { call: call.name, side: one })
    }
    return sdpOf(reply, !toWeb)
  }

  const refreshOf = async (call: Call, side: Side, web: string, sdp: string): Told => {
    const others = call.said[otherSide(side)]
    if (!others || call.branch === undefined) return err('bad-request')
    const branch = { 'via-branch': call.branch }
    const isWeb = others.web !== undefined
    const offered = await ask(call, 'offer', {
      ...{ sdp, 'from-tag': side, 'to-tag': otherSide(side), ...branch },
      ...flagsFor(true, isWeb, false),
      ...addedFor(others.sdp),
    })
    if (!offered.ok) return err(refusalOf(offered.error))
    call.said[side] = { sdp, web }
    const reply = await ask(call, 'answer', {
      ...{ sdp: withMediaOf(others.sdp, sdp), 'from-tag': side, 'to-tag': otherSide(side), ...branch },
      ...flagsFor(isWeb, true, true),
    })
    if (reply.ok) events.onWeb?.(web, 'up')
    return sdpOf(reply, false)
  }

  const offer: Media['offer'] = async (name, side, sdp, options = {}) => {
    if (isHere(name, side, options)) {
      places.house(name, options, !calls.has(name))
      return embedded.offer(name, side, sdp, options)
    }
    const call = register.enter(name)
    if (!call) return err('overloaded')
    return inTurn(call, () => offerOf(call, side, sdp, options))
  }

  const answer: Media['answer'] = async (name, side, sdp, options = {}) => {
    if (staysHere(options.web) && places.isHoused(name)) {
      void register.end(name)
      places.beginHere(name)
    }
    const call = calls.get(name)
    return call
      ? inTurn(call, () => answerOf(call, side, sdp, options))
      : embedded.answer(name, side, sdp, options)
  }

  /** The browser's way to us is another: both sides are negotiated once more, and only it hears of that. */
  const refresh: Media['refresh'] = async (web, sdp) => {
    const place = places.of(web)
    const call = place && calls.get(place.call)
    return call ? inTurn(call, () => refreshOf(call, place.side, web, sdp)) : embedded.refresh(web, sdp)
  }

  return { offer, answer, refresh }
}
