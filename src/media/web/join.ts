import type { Media } from '#core'
import { err } from '#lib/result'
import type { createRoster, PlainExchange } from '../exchange.ts'
import type { WebExchange } from './exchange.ts'

/** One face for both: what no browser takes part in is the plain exchange's, as it ever was. */
export const joinBrowsers = (
  plain: PlainExchange,
  web: WebExchange | undefined,
  calls: ReturnType<typeof createRoster>,
): Media => {
  if (!web)
    return {
      ...plain,
      ask: async () => err('not-acceptable-media'),
      refresh: async () => err('not-acceptable-media'),
      ...{ attach: () => {}, leave: () => {}, picture: () => {}, dtmf: () => {} },
    }
  return {
    ...plain,
    offer: (call, side, sdp, options) => {
      if (web.concerns(call, options)) return web.offer(call, side, sdp, options)
      // Telephones that ring beside browsers hear of everything that the caller can do, as if there were none.
      if (!web.joinsRing(call, side, options)) web.forget(call)
      return plain.offer(call, side, sdp, options)
    },
    answer: (call, side, sdp, options) => {
      if (!calls.get(call)?.web || web.isPhones(call, options)) return plain.answer(call, side, sdp)
      return web.answer(call, side, sdp, options)
    },
    echo: (call, side, sdp, options) =>
      web.concerns(call, options) ? web.echo(call, side, sdp, options) : plain.echo(call, side, sdp, options),
    invite: (call, side, options) =>
      web.concerns(call, options) ? web.invite(call, side, options) : plain.invite(call, side, options),
    ...{ ask: web.ask, refresh: web.refresh, attach: web.attach, leave: web.leave },
    picture: (name, side) => {
      const call = calls.get(name)
      call?.hand.tell({ op: 'picture', call: call.id, side })
    },
    dtmf: (name, towards, digit, ms) => {
      const call = calls.get(name)
      call?.hand.tell({ op: 'dtmf', call: call.id, towards, digit, ms })
    },
  }
}
