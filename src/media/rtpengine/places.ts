import type { MediaOptions, Side } from '#core'
import { webOf } from '../options.ts'

/** A side of a call by rtpengine. */
export type Place = { call: string; side: Side }

/**
 * Where browsers speak: in a call by rtpengine, or here, where the house speaks itself. A peer connection has ports and DTLS of one
 * such place, and browsers shake hands anew for another certificate only, which rtpengine has not: whoever goes elsewhere needs another
 * connection, which `anew` asks the page for. Its offer comes to `refresh`. Here it may go from call to call.
 */
export const createPlaces = (anew: (web: string) => void) => {
  const byWeb = new Map<string, Place | 'here'>()
  /** The browsers of calls that are served here. */
  const housed = new Map<string, { [S in Side]?: string }>()
  const asked = new Set<string>()

  const move = (web: string, place: Place | 'here'): void => {
    const before = byWeb.get(web)
    byWeb.set(web, place)
    if (before === undefined || before === place) return
    if (before === 'here' || place === 'here' || before.call !== place.call) anew(web)
  }

  return {
    of: (web: string): Place | undefined => {
      const place = byWeb.get(web)
      return place === 'here' ? undefined : place
    },
    /** Its first description is of that place, where it has none yet. */
    begin: (web: string, place: Place): void => {
      if (!byWeb.has(web)) byWeb.set(web, place)
    },
    move,
    /** That call is served here; `only`: and not by rtpengine as well, while it rings. */
    house: (call: string, options: MediaOptions = {}, only = true): void => {
      const webs = housed.getOrInsertComputed(call, () => ({}))
      for (const side of ['caller', 'callee'] as const) {
        const web = webOf(side, options)
        if (web === undefined) continue
        webs[side] = web
        if (only && !byWeb.has(web)) byWeb.set(web, 'here')
      }
    },
    /** Of those who rang it is one here who answers. */
    beginHere: (call: string): void => {
      for (const web of Object.values(housed.get(call) ?? {})) if (!byWeb.has(web)) byWeb.set(web, 'here')
    },
    /** Somebody else answered, by rtpengine: gives the browsers that were described here in vain. */
    giveUp: (call: string): string[] => {
      const webs = Object.values(housed.get(call) ?? {})
      housed.delete(call)
      return webs
    },
    isHoused: (call: string): boolean => housed.has(call),
    moveHere: (call: string, side: Side): void => {
      const web = housed.get(call)?.[side]
      if (web !== undefined) move(web, 'here')
    },
    /** It was offered to by our own engine. */
    ask: (web: string): void => {
      asked.add(web)
      byWeb.set(web, 'here')
    },
    wasAsked: (web: string): boolean => asked.has(web) && byWeb.get(web) === 'here',
    leave: (web: string): void => {
      byWeb.delete(web)
      asked.delete(web)
    },
    leaveCall: (call: string): void => {
      housed.delete(call)
    },
  }
}
export type Places = ReturnType<typeof createPlaces>
