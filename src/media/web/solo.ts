import type { MediaOptions, Side } from '#core'
import { ok } from '#lib/result'
import type { Format } from '#sdp'
import { type BrowsersCall, otherSide, takePairs } from '../call.ts'
import type { createRoster } from '../exchange.ts'
import type { Descriptions, Told } from './descriptions.ts'
import { type Face, newWebCall, termsOf, wantedPairs } from './face.ts'
import type { Force } from './force.ts'
import type { Parties } from './parties.ts'
import { BROWSER_FORMATS, hasSpeech, oneOf, telephoneFormats } from './terms.ts'
import type { WebTerms } from './transport.ts'
import type { Transports } from './transports.ts'

type SoloPorts = {
  transports: Transports
  calls: ReturnType<typeof createRoster>
  descriptions: Descriptions
  parties: Parties
  force: Force
}

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

/** A party that says nothing of itself: the house's own. */
const nothing: Face & { transport: undefined } = {
  ...{ transport: undefined, sdp: { session: [], media: [] }, at: {}, terms: {} },
}

/** Calls that have one party only: the echo, those in which the house speaks, those that the house begins. */
export const createSolo = ({ transports, calls, descriptions, parties, force }: SoloPorts) => {
  const { callFor, nameOf, refuse } = parties
  const { enter, offerWeb, answerTo } = descriptions
  const { settle } = force

  const echo = async (name: string, side: Side, text: string, options: MediaOptions = {}): Told => {
    const call = callFor(name)
    const web = nameOf(call, side, options)
    if (web === undefined) return refuse(call, 'not-acceptable-media')
    const entered = await enter(call, web, side, text, options)
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
    const call = web === undefined ? (plain as BrowsersCall) : callFor(name)
    const entered = await enter(call, web, side, text, options)
    if (!entered.ok) return refuse(call, entered.error)
    const formats = telephoneFormats(termsOf(entered.value).audio?.formats ?? [])
    const face = speechOnly(entered.value, formats)
    if (formats.length === 0) return refuse(call, 'not-acceptable-media')
    if (!face.transport && !(await takePairs(call, wantedPairs(face), [side])))
      return refuse(call, 'overloaded')
    if (web !== undefined) call.web.webs[side] = web
    call.offer = undefined
    const told = answerTo(call, side, face, {
      ...nothing,
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
    const from = otherSide(side)
    call.web.offer = {
      from,
      face: nothing,
      told: undefined,
      targets: new Set([web]),
      answered: false,
      own: true,
    }
    return told
  }

  return { echo, alone, invite }
}
