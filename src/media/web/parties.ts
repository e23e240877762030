import type { MediaOptions, Refusal, Side } from '#core'
import { err, type Result } from '#lib/result'
import { type BrowsersCall, type EngineCall, givePairs, otherSide } from '../call.ts'
import type { createRoster } from '../exchange.ts'
import { listenerOf, webOf } from '../options.ts'
import { newWebCall } from './face.ts'
import type { Transports } from './transports.ts'

type PartiesPorts = {
  transports: Transports
  calls: ReturnType<typeof createRoster>
  /** Frees a call whose first offer came to nothing. */
  close(name: string): void
}

/** Which calls have browsers in them, and which of their sides those are. */
export const createParties = ({ transports, calls, close }: PartiesPorts) => {
  /** The transport's worker has the call: telephones that spoke by another get new ports. */
  const callFor = (name: string): BrowsersCall => {
    const call = calls.get(name) ?? calls.open(name, transports.hand)
    if (call.hand !== transports.hand) {
      givePairs(call, [])
      call.hand.close(call.id)
      calls.move(call, transports.hand)
    }
    call.web ??= newWebCall()
    return call as BrowsersCall
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

  const refuse = (call: BrowsersCall, why: Refusal): Result<never, Refusal> => {
    if (!call.web.offer && Object.keys(call.web.faces).length === 0 && !call.offer) close(call.name)
    return err(why)
  }

  /** The browser that answers: as it is said, or the only one that was asked. */
  const answererOf = (call: BrowsersCall, side: Side, web: string | undefined): string | undefined => {
    if (web !== undefined) return web
    const targets = call.web.offer?.targets ?? new Set()
    if (targets.has('')) return undefined
    return call.web.webs[side] ?? [...targets][0]
  }

  return { callFor, nameOf, concerns, joinsRing, isPhones, refuse, answererOf }
}
export type Parties = ReturnType<typeof createParties>
