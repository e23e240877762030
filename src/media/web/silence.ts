import type { SilenceLimits } from '../commands.ts'
import { type Leg, type LiveCall, legsOf } from '../leg.ts'

/** Shorter silence is nobody's business. */
const MIN_SILENT_MS = 5000
/** A page may be away for so long and come back to its call: the web phone's own patience, and a little more. */
const AWAY_MS = 120_000

/** The browser itself counts as heard while it answers for itself, RFC 7675. */
const heardMsOf = (leg: Leg): number => Math.max(leg.web?.heardMs ?? 0, leg.web?.port?.heardMs ?? 0)

const limitOf = (leg: Leg, held: boolean, { talking, video, hold }: SilenceLimits): number => {
  const seconds = held ? hold : leg.web?.index === 1 ? video : talking
  return seconds === 0 ? 0 : Math.max(seconds * 1000, leg.web?.port ? AWAY_MS : 0)
}

/** A call is held where either side does not send: neither is then expected to. */
const isHeld = (legs: readonly Leg[]): boolean => legs.some((leg) => !leg.forwards)

/**
 * The party that is nearest to the end of our patience; undefined when all is well. Speech counts, and pictures only where
 * there is no speech.
 */
export const silenceOf = (
  call: LiveCall,
  limits: SilenceLimits,
  nowMs: number,
): { silentMs: number; limitMs: number } | undefined => {
  const legs = legsOf(call.media.get(0) ?? call.media.get(1) ?? { type: 'audio', legs: {} })
  const held = isHeld(legs) || legs.some(({ web }) => web?.port && web.port.call !== call.id)
  let worst: { silentMs: number; limitMs: number } | undefined
  for (const leg of legs) {
    const limitMs = limitOf(leg, held, limits)
    const silentMs = Math.round(nowMs - heardMsOf(leg))
    if (limitMs === 0 || silentMs < MIN_SILENT_MS) continue
    if (!worst || silentMs / limitMs > worst.silentMs / worst.limitMs) worst = { silentMs, limitMs }
  }
  return worst
}
