import type { Media } from '#core'
import { err, ok } from '#lib/result'

/**
 * `media: { engine: "none" }`: descriptions pass untouched and phones send to each other directly. For networks in
 * which all phones reach each other, and for measuring signalling alone. There is no echo service without media,
 * and the house has nothing of its own to offer.
 */
export const createPassedMedia = (): Media & { close(): Promise<void> } => {
  function close(call: string): void
  function close(): Promise<void>
  function close(call?: string): Promise<void> | undefined {
    return call === undefined ? Promise.resolve() : undefined
  }
  return {
    offer: async (_call, _side, sdp) => ok(sdp),
    answer: async (_call, _side, sdp) => ok(sdp),
    echo: async () => err('not-acceptable-media'),
    invite: async () => err('not-acceptable-media'),
    ask: async () => err('not-acceptable-media'),
    refresh: async () => err('not-acceptable-media'),
    attach: () => {},
    leave: () => {},
    picture: () => {},
    dtmf: () => {},
    close,
    stats: async () => [],
  }
}
