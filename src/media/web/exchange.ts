import type { MediaEvents, MediaOptions, Refusal, Side } from '#core'
import { err, ok, type Result } from '#lib/result'
import { parseSdp, type Sdp } from '#sdp'
import { type BrowsersCall, giveSide, type Listener, otherSide, takePairs, usableOf } from '../call.ts'
import type { SilenceLimits } from '../commands.ts'
import type { createRoster } from '../exchange.ts'
import { createDescriptions, meet, type Told } from './descriptions.ts'
import { type Face, plainFace, termsOf, wantedPairs, webFace } from './face.ts'
import { createForce } from './force.ts'
import { createParties } from './parties.ts'
import { createRenewal } from './renewal.ts'
import { createSolo } from './solo.ts'
import { hasSpeech } from './terms.ts'
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

/**
 * Offers and answers of calls in which a browser takes part. Each browser's transport keeps a negotiation of its own; the call is
 * agreed upon in terms of formats and directions, and telephones are told of it in plain RTP.
 */
export const createWebExchange = (ports: WebExchangePorts) => {
  const { transports, calls } = ports
  const descriptions = createDescriptions(transports, ports.listeners)
  const { enter, offerPlain, offerWeb, answerTo } = descriptions
  const parties = createParties(ports)
  const { callFor, nameOf, concerns, joinsRing, isPhones, refuse, answererOf } = parties
  const force = createForce(ports)
  const { settle, attach } = force
  const renewal = createRenewal(ports)

  const offer = async (name: string, side: Side, text: string, options: MediaOptions = {}): Told => {
    const call = callFor(name)
    const to = otherSide(side)
    const [own, others] = [nameOf(call, side, options), nameOf(call, to, options)]
    const entered = await enter(call, own, side, text, options)
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
    call: BrowsersCall,
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

  const hearAnswer = (
    call: BrowsersCall,
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
    const known = call as BrowsersCall
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
      giveSide(call, side)
    } else delete known.web.webs[side]
    const { from } = open
    const offered = open.own ? undefined : open.face
    if (offered && !hasSpeech(meet(termsOf(offered), termsOf(face)))) return err('not-acceptable-media')
    const told = offered ? answerTo(known, from, offered, face) : text
    settle(known, offered ? { [from]: offered, [side]: face } : { [side]: face })
    return ok(told)
  }

  /** From now on it has telephones only. */
  const forget = (name: string): void => {
    const call = calls.get(name)
    if (!call?.web) return
    renewal.closed(call)
    call.web = undefined
  }

  return {
    ...{ concerns, joinsRing, isPhones, offer, answer, attach, forget },
    ...createSolo({ transports, calls, descriptions, parties, force }),
    ...renewal,
  }
}
export type WebExchange = ReturnType<typeof createWebExchange>
