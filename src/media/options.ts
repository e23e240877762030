import type { MediaOptions, Side } from '#core'

/** What `options` say of one side: our address as it reaches us, the listener that serves it, its browser's transport. */
export const addressOf = (side: Side, { callerAddress, calleeAddress }: MediaOptions): string | undefined =>
  side === 'caller' ? callerAddress : calleeAddress

export const listenerOf = (
  side: Side,
  { callerListener, calleeListener }: MediaOptions,
): number | undefined => (side === 'caller' ? callerListener : calleeListener)

export const webOf = (side: Side, { callerWeb, calleeWeb }: MediaOptions): string | undefined =>
  side === 'caller' ? callerWeb : calleeWeb
