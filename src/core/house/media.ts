import { err, ok, type Result } from '#lib/result'
import type { Media } from '../ports.ts'
import type { Refusal } from '../refusals.ts'

/** Media of a call from the house, whose only party is the callee: it hears itself. */
export const echoingMedia = (media: Media): Media => ({
  ...media,
  offer: async (call, side, sdp, options) =>
    side === 'caller' ? media.invite(call, 'callee', options) : ok(sdp),
  // A later offer of the callee comes round as the answer of the caller, who has nothing to say to it.
  answer: (call, side, sdp, options) =>
    side === 'callee' ? media.answer(call, side, sdp, options) : media.echo(call, 'callee', sdp),
})

/**
 * Media that are somebody else's: the callee is offered `own` as it stands, and sends to the places that it names.
 * `answerAs` gives what `own` says to a later offer.
 */
export const describedMedia = (
  own: string,
  answerAs: (own: string, offer: string) => Result<string, Refusal>,
): Media => ({
  offer: async (_call, side, sdp) => ok(side === 'caller' ? own : sdp),
  answer: async (_call, side, sdp) => (side === 'callee' ? ok(sdp) : answerAs(own, sdp)),
  echo: async (_call, _side, sdp) => answerAs(own, sdp),
  invite: async () => ok(own),
  ask: async () => err('not-acceptable-media'),
  refresh: async () => err('not-acceptable-media'),
  attach: () => {},
  leave: () => {},
  picture: () => {},
  dtmf: () => {},
  close: () => {},
  stats: async () => [],
})
