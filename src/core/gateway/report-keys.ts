import { nameOfText } from '#lib/hash'
import type { DedupeClaim } from '../messages/record.ts'
import type { GatewayStore } from './store.ts'

/** As long as their repeats are known in memory: of devices that count anew when they start. */
const WINDOW_MS = 10 * 60_000
/** Keys of the store are bounded. */
const LONGEST = 150

/** Keys of delivery reports and events on disk, beside those of texts. */
export const createReportKeys = (
  store: Pick<GatewayStore, 'holderOf'>,
  wallMs: () => number,
  kind: 'report' | 'event' = 'report',
) => ({
  claimOf({ dedupe, keyMs = WINDOW_MS }: { dedupe?: string; keyMs?: number }): DedupeClaim | undefined {
    if (dedupe === undefined) return undefined
    const name = dedupe.length <= LONGEST ? dedupe : `${dedupe.slice(0, LONGEST)}${nameOfText(dedupe)}`
    const nowMs = wallMs()
    return { key: `${kind}|${name}`, nowMs, untilMs: nowMs + keyMs }
  },
  /** What it names: the message that was told by it (empty: none), or when the event was. Undefined: it was never taken. */
  async holderOf(claim: DedupeClaim | undefined): Promise<string | undefined> {
    if (!claim) return undefined
    const { nowMs, untilMs } = claim
    const held = await store.holderOf(claim.key)
    // A clock that was set back must not make a key outlive its window by more than the window.
    return held && held.untilMs > nowMs && held.untilMs <= untilMs + (untilMs - nowMs) ? held.id : undefined
  },
})
