import type { AskOptions } from '#core'
import { err, ok } from '#lib/result'
import type { EngineCall } from '../call.ts'
import { otherSide } from '../call.ts'
import type { SilenceLimits } from '../commands.ts'
import type { createRoster } from '../exchange.ts'
import { meet, type Told } from './descriptions.ts'
import { termsOf } from './face.ts'
import { planFaces } from './plan.ts'
import { BROWSER_FORMATS, formatsForBrowser, hasSpeech } from './terms.ts'
import { type Transport, WEB_KINDS, type WebTerms } from './transport.ts'
import type { Transports } from './transports.ts'

/** Where a transport of that name spoke before its worker died. */
const lostIn = (calls: ReturnType<typeof createRoster>, web: string): Transport | undefined => {
  for (const call of calls.all())
    for (const transport of call.web?.known ?? [])
      if (transport.name === web && transport.gone) return transport
  return undefined
}

/** The calls of one transport become another's, each where it was. */
const inherit = (calls: ReturnType<typeof createRoster>, old: Transport, heir: Transport): void => {
  for (const call of calls.all()) {
    if (!call.web?.known.delete(old)) continue
    call.web.known.add(heir)
    for (const side of ['caller', 'callee'] as const) {
      const face = call.web.faces[side]
      if (face?.transport === old) call.web.faces[side] = { ...face, transport: heir }
    }
    const { offer } = call.web
    if (offer?.face.transport === old) offer.face = { ...offer.face, transport: heir }
  }
  heir.call = old.call
}

export type RenewalPorts = {
  transports: Transports
  calls: ReturnType<typeof createRoster>
  limits(): SilenceLimits
}

/** What concerns a browser's transport by itself, whichever calls it has: other formats, another way to us, its end. */
export const createRenewal = ({ transports, calls, limits }: RenewalPorts) => {
  /** What the other side of the call that it speaks in can do. */
  const othersOf = (transport: Transport): WebTerms => {
    const call = transport.call === undefined ? undefined : calls.get(transport.call)
    const faces = call?.web?.faces
    for (const side of ['caller', 'callee'] as const)
      if (faces?.[side]?.transport === transport) {
        const other = faces[otherSide(side)]
        if (other) return termsOf(other)
      }
    return {}
  }

  const ask = async (web: string, { video, address }: AskOptions): Told => {
    const opened = await transports.open(web, address)
    if (!opened.ok) return opened
    const transport = opened.value
    if (transport.said && !transports.isUp(web)) transport.restart()
    const others = othersOf(transport)
    const wanted: WebTerms = {}
    for (const kind of WEB_KINDS) {
      if (kind === 'video' && !video) continue
      const first = formatsForBrowser(others[kind]?.formats ?? [])
      const formats = [...first, ...BROWSER_FORMATS[kind]]
      wanted[kind] = { formats, direction: 'sendrecv' }
    }
    const text = transport.offer(wanted)
    transports.settle(transport)
    return ok(text)
  }

  const refresh = async (web: string, text: string): Told => {
    const old = transports.get(web) ?? lostIn(calls, web)
    if (!old) return err('bad-request')
    const before = old.view()
    const opened = await transports.open(web, old.addresses[0]?.address)
    if (!opened.ok) return opened
    const transport = opened.value
    const heard = transports.hear(transport, text)
    if (!heard.ok) {
      if (!transport.said) transports.leave(web)
      return heard
    }
    if (transport !== old) inherit(calls, old, transport)
    const others = othersOf(transport)
    const wished: WebTerms = {}
    for (const kind of WEB_KINDS) {
      const known = others[kind] ?? before[kind]
      if (known) wished[kind] = known
    }
    const view = transport.view()
    const told =
      heard.value[1] === 'offer' ? transport.answer(meet(view, hasSpeech(wished) ? wished : view)) : ''
    transports.settle(transport)
    replan(transport)
    if (transport !== old) comeBack(transport)
    return ok(told)
  }

  /** Its payload types may be others now. */
  const replan = (transport: Transport): void => {
    for (const call of calls.all()) {
      if (!call.web?.known.has(transport)) continue
      call.hand.settle(call.id, planFaces(call, call.web.faces, limits()))
    }
  }

  /** A new worker knows of no browser in which call it speaks. */
  const comeBack = (transport: Transport): void => {
    const call = transport.call === undefined ? undefined : calls.get(transport.call)
    for (const side of ['caller', 'callee'] as const)
      if (call?.web?.faces[side]?.transport === transport)
        call.hand.tell({ op: 'attach', call: call.id, side })
  }

  const leave = (web: string): void => {
    const transport = transports.get(web) ?? lostIn(calls, web)
    if (!transport) return transports.leave(web)
    for (const call of calls.all()) {
      if (!call.web?.known.delete(transport)) continue
      for (const side of ['caller', 'callee'] as const)
        if (call.web.faces[side]?.transport === transport) {
          delete call.web.faces[side]
          call.hand.settle(call.id, [])
        }
    }
    transports.leave(web)
  }

  /** The call is over: its browsers stay. */
  const closed = (call: EngineCall): void => {
    for (const transport of call.web?.known ?? [])
      if (transport.call === call.name) transport.call = undefined
  }

  return { ask, refresh, leave, closed }
}
