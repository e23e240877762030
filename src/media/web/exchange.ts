import type { MediaEvents, MediaOptions, Refusal, Side } from '#core'
import { err, ok, type Result } from '#lib/result'
import { type Format, parseSdp, type Sdp } from '#sdp'
import { type EngineCall, givePairs, type Listener, otherSide, takePairs, usableOf } from '../call.ts'
import type { SilenceLimits } from '../commands.ts'
import type { createRoster } from '../exchange.ts'
import { createDescriptions, listenerOf, meet, type Told } from './descriptions.ts'
import { type Face, newWebCall, plainFace, termsOf, type WebCall, webFace } from './face.ts'
import { planFaces } from './plan.ts'
import { createRenewal } from './renewal.ts'
import { BROWSER_FORMATS, hasSpeech, oneOf, telephoneFormats } from './terms.ts'
import { Transport, type WebTerms } from './transport.ts'
import type { Transports } from './transports.ts'

export type WebExchangePorts = {
  transports: Transports
  calls: ReturnType<typeof createRoster>
  listeners: readonly Listener[]
  limits(): SilenceLimits
  events: MediaEvents
  /** Frees a call whose first offer came to nothing. */
  close(name: string): void
}

export type WebExchange = ReturnType<typeof createWebExchange>
const webOf = (side: Side, { callerWeb, calleeWeb }: MediaOptions): string | undefined =>
  side === 'caller' ? callerWeb : calleeWeb

const wantedPairs = (face: Face & { transport: undefined }): boolean[] =>
  face.sdp.media.map((_, index) => Object.values(face.at).includes(index))

/** A telephone without a picture, and with those formats only. */
const speechOnly = (face: Face, formats: Format[]): Face => {
  if (face.transport) return face
  const { audio } = face.at
  const direction = face.terms.audio?.direction ?? 'inactive'
  return {
    ...face,
    at: audio === undefined ? {} : { audio },
    terms: { audio: { formats, direction } },
  }
}

/** Sockets of telephones that are not spoken with any more. */
const giveSide = (call: EngineCall, medium: EngineCall['media'][number], side: Side): void => {
  const pair = medium.pairs[side]
  if (pair) call.hand.pools[call.ends[side]?.listener.index ?? 0]?.give(pair)
  medium.pairs[side] = undefined
}

/**
 * Offers and answers of calls in which a browser takes part. Each browser's transport keeps a negotiation of its own; the call is
 * agreed upon in terms of formats and directions, and telephones are told of it in plain RTP.
 */
export const createWebExchange = (ports: WebExchangePorts) => {
  const { transports, calls, events } = ports
  const { enterWeb, enterPlain, offerPlain, offerWeb, answerTo } = createDescriptions(
    transports,
    ports.listeners,
  )

  const { ask, refresh, leave, closed } = createRenewal(ports)

  /** The transport's worker has the call: telephones that spoke by another get new ports. */
  const callFor = (name: string): EngineCall & { web: WebCall } => {
    const call = calls.get(name) ?? calls.open(name, transports.hand)
    if (call.hand !== transports.hand) {
      givePairs(call, [])
      call.hand.close(call.id)
      calls.move(call, transports.hand)
    }
    call.web ??= newWebCall()
    return call as EngineCall & { web: WebCall }
  }

  /** Which browser a side is: as it is said now, else as it was before. A place without one is a telephone. */
  const nameOf = (
    call: EngineCall | undefined,
    side: Side,
    options: MediaOptions | undefined,
  ): string | undefined => {
    const said = options && webOf(side, options)
    if (said !== undefined) return said
    return options && listenerOf(side, options) !== undefined ? undefined : call?.web?.webs[side]
  }

  /** Whether one of the two sides is a browser. */
  const concerns = (name: string, options: MediaOptions | undefined): boolean => {
    const call = calls.get(name)
    return nameOf(call, 'caller', options) !== undefined || nameOf(call, 'callee', options) !== undefined
  }

  /** Telephones are rung along with browsers that were offered to before. */
  const joinsRing = (name: string, from: Side, options: MediaOptions | undefined): boolean => {
    const open = calls.get(name)?.web?.offer
    const isRing = options !== undefined && listenerOf(otherSide(from), options) !== undefined
    if (!open || open.answered || open.from !== from || !isRing) return false
    open.beside = true
    return true
  }

  /** It is a telephone's answer that rang beside browsers: they may still be faster to take the call. */
  const isPhones = (name: string, options: { web?: string } | undefined): boolean => {
    const known = calls.get(name)?.web
    if (options?.web !== undefined || !known?.offer?.beside) return false
    known.faces = {}
    return true
  }

  const refuse = (call: EngineCall & { web: WebCall }, why: Refusal): Result<never, Refusal> => {
    if (!call.web.offer && Object.keys(call.web.faces).length === 0 && !call.offer) ports.close(call.name)
    return err(why)
  }

  const offer = async (name: string, side: Side, text: string, options: MediaOptions = {}): Told => {
    const call = callFor(name)
    const to = otherSide(side)
    const [own, others] = [nameOf(call, side, options), nameOf(call, to, options)]
    const entered =
      own === undefined
        ? await enterPlain(call, side, text, options)
        : await enterWeb(own, side, text, options)
    if (!entered.ok) return refuse(call, entered.error)
    const face = entered.value
    const terms = termsOf(face)
    if (!hasSpeech(terms)) return refuse(call, 'not-acceptable-media')
    if (!face.transport && !(await takePairs(call, wantedPairs(face), [side])))
      return refuse(call, 'overloaded')
    if (own !== undefined) call.web.webs[side] = own
    else delete call.web.webs[side]
    const offered: Result<[string, Sdp | undefined], Refusal> =
      others === undefined
        ? await offerPlain(call, to, terms, options)
        : await toPair(offerWeb(others, terms, to, options))
    if (!offered.ok) return refuse(call, offered.error)
    const [told, sdp] = offered.value
    remember(call, side, face, others ?? '', sdp)
    return ok(told)
  }

  const toPair = async (told: Told): Promise<Result<[string, undefined], Refusal>> => {
    const result = await told
    return result.ok ? ok([result.value, undefined]) : result
  }

  /** Phones of several kinds are offered to one after the other; the first offer after an answer begins anew. */
  const remember = (
    call: EngineCall & { web: WebCall },
    from: Side,
    face: Face,
    target: string,
    told: Sdp | undefined,
  ): void => {
    const { offer: open } = call.web
    const goes = open && open.from === from && !open.answered
    call.web.offer = {
      ...{ from, face, answered: false },
      told: told ?? (goes ? open.told : undefined),
      targets: goes ? open.targets.add(target) : new Set([target]),
    }
  }

  /** The browser that answers: as it is said, or the only one that was asked. */
  const answererOf = (
    call: EngineCall & { web: WebCall },
    side: Side,
    web: string | undefined,
  ): string | undefined => {
    if (web !== undefined) return web
    const targets = call.web.offer?.targets ?? new Set()
    if (targets.has('')) return undefined
    return call.web.webs[side] ?? [...targets][0]
  }

  const hearAnswer = (
    call: EngineCall & { web: WebCall },
    side: Side,
    text: string,
    web: string | undefined,
  ): Result<Face, Refusal> => {
    if (web !== undefined) {
      const transport = transports.get(web)
      if (!transport) return err('bad-request')
      const heard = transports.hear(transport, text)
      return heard.ok ? ok(webFace(transport, heard.value[0])) : heard
    }
    const parsed = parseSdp(text)
    const told = call.web.offer?.told
    if (!parsed.ok || !told) return err('bad-request')
    const able = usableOf(parsed.value, call.ends[side]?.listener.family ?? 4)
    const face = plainFace(parsed.value, able, told)
    if (!face.transport) call.said[side] = face.sdp
    return ok(face)
  }

  const answer = async (name: string, side: Side, text: string, options: { web?: string } = {}): Told => {
    const call = calls.get(name)
    const open = call?.web?.offer
    if (!call?.web || !open || open.from === side) return err('bad-request')
    const known = call as EngineCall & { web: WebCall }
    const web = answererOf(known, side, options.web)
    const heard = hearAnswer(known, side, text, web)
    if (!heard.ok) return heard
    const face = heard.value
    open.answered = true
    if (web !== undefined) {
      known.web.webs[side] = web
      open.beside = false
      call.offer = undefined
      // The telephones that rang with it have lost.
      for (const medium of call.media) giveSide(call, medium, side)
    } else delete known.web.webs[side]
    const { from } = open
    const offered = open.own ? undefined : open.face
    if (offered && !hasSpeech(meet(termsOf(offered), termsOf(face)))) return err('not-acceptable-media')
    const told = offered ? answerTo(known, from, offered, face) : text
    settle(known, offered ? { [from]: offered, [side]: face } : { [side]: face })
    return ok(told)
  }

  /** Puts an exchange into force. A transport comes to its call by itself only the first time. */
  const settle = (
    call: EngineCall & { web: WebCall },
    faces: Partial<Record<Side, Face>>,
    own = false,
  ): void => {
    call.web.faces = faces
    call.web.own = own
    call.hand.settle(call.id, planFaces(call, faces, ports.limits()))
    for (const side of ['caller', 'callee'] as const) {
      const transport = faces[side]?.transport
      if (!transport) continue
      const isNew = !call.web.known.has(transport)
      call.web.known.add(transport)
      if (isNew || transport.call === call.name) attach(call.name, side)
      askIfDeaf(call, side, transport)
    }
  }

  /** The browser speaks a codec that the other side has not agreed to: it is to be asked for another one. */
  const askIfDeaf = (call: EngineCall & { web: WebCall }, side: Side, transport: Transport): void => {
    const other = call.web.faces[otherSide(side)]
    const speech = transport.speech('audio')
    if (!other || !speech || !transport.isStable) return
    const formats = termsOf(other).audio?.formats ?? []
    if (formats.length > 0 && Transport.meet([speech], formats).length === 0)
      events.onWeb?.(transport.name, 'ask')
  }

  const attach = (name: string, side: Side): void => {
    const call = calls.get(name)
    const transport = call?.web?.faces[side]?.transport
    if (!call || !transport) return
    transport.call = name
    call.hand.tell({ op: 'attach', call: call.id, side })
  }

  const echo = async (name: string, side: Side, text: string, options: MediaOptions = {}): Told => {
    const call = callFor(name)
    const web = nameOf(call, side, options)
    if (web === undefined) return refuse(call, 'not-acceptable-media')
    const entered = await enterWeb(web, side, text, options)
    if (!entered.ok) return refuse(call, entered.error)
    const { transport } = entered.value
    if (!transport || !hasSpeech(termsOf(entered.value))) return refuse(call, 'not-acceptable-media')
    const one: WebTerms = {}
    for (const [kind, terms] of Object.entries(termsOf(entered.value)))
      one[kind as 'audio'] = { ...terms, formats: oneOf(terms.formats) }
    call.web.webs[side] = web
    const told = transport.answer(one)
    transports.settle(transport)
    settle(call, { [side]: entered.value })
    return ok(told)
  }

  /** Answers that side, browser or telephone, as a telephone of our own would: nothing of it is sent back. */
  const alone = async (name: string, side: Side, text: string, options: MediaOptions): Told => {
    const present = calls.get(name)
    const web = nameOf(present, side, options)
    const plain = present ?? calls.open(name, transports.hand)
    plain.web ??= newWebCall()
    const call = web === undefined ? (plain as EngineCall & { web: WebCall }) : callFor(name)
    const entered =
      web === undefined
        ? await enterPlain(call, side, text, options)
        : await enterWeb(web, side, text, options)
    if (!entered.ok) return refuse(call, entered.error)
    const formats = telephoneFormats(termsOf(entered.value).audio?.formats ?? [])
    const face = speechOnly(entered.value, formats)
    if (formats.length === 0) return refuse(call, 'not-acceptable-media')
    if (!face.transport && !(await takePairs(call, wantedPairs(face), [side])))
      return refuse(call, 'overloaded')
    if (web !== undefined) call.web.webs[side] = web
    call.offer = undefined
    const told = answerTo(call, side, face, {
      ...{ transport: undefined, sdp: { session: [], media: [] }, at: {} },
      terms: { audio: { formats, direction: 'sendrecv' } },
    })
    settle(call, { [side]: face }, true)
    return ok(told)
  }

  const invite = async (name: string, side: Side, options: MediaOptions = {}): Told => {
    const call = callFor(name)
    const web = nameOf(call, side, options)
    if (web === undefined) return refuse(call, 'not-acceptable-media')
    const told = await offerWeb(
      web,
      { audio: { formats: BROWSER_FORMATS.audio, direction: 'sendrecv' } },
      side,
      options,
    )
    if (!told.ok) return refuse(call, told.error)
    const face: Face = { transport: undefined, sdp: { session: [], media: [] }, at: {}, terms: {} }
    const from = otherSide(side)
    call.web.offer = { from, face, told: undefined, targets: new Set([web]), answered: false, own: true }
    return told
  }

  /** From now on it has telephones only. */
  const forget = (name: string): void => {
    const call = calls.get(name)
    if (!call?.web) return
    closed(call)
    call.web = undefined
  }

  return {
    concerns,
    joinsRing,
    isPhones,
    offer,
    answer,
    echo,
    alone,
    invite,
    attach,
    ask,
    refresh,
    leave,
    closed,
    forget,
  }
}
