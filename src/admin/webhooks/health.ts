import type { StoredEvent } from '#core'
import type { Clock } from '#lib/clock'
import type { Log } from '#lib/log'
import type { WebhookView } from '../contract.ts'
import type { Posted } from './post.ts'

/** Failures in a row after which the endpoint itself is taken to be in trouble. */
const TROUBLE = 5

export type Health = ReturnType<typeof createHealth>

/** How an endpoint does, and what came of its events. */
export const createHealth = (
  { id, retryMs }: { id: string; retryMs: readonly number[] },
  clock: Clock,
  log: Log,
) => {
  const figures = { delivered: 0, givenUp: 0 }
  let [failures, probeAtMs] = [0, 0]
  let lastDeliveryMs: number | undefined
  let lastFailure: WebhookView['lastFailure']
  const failing = (): boolean => failures >= TROUBLE
  const iso = (ms: number): string => new Date(ms).toISOString()
  return {
    failing,
    /** While it fails: when one event may be tried. */
    get probeAtMs() {
      return probeAtMs
    },
    hurry(): void {
      probeAtMs = 0
    },
    took(): void {
      if (failing()) log.write('api', 'info', `webhook ${id} answers again`)
      failures = 0
      figures.delivered++
      lastDeliveryMs = clock.wallMs()
    },
    refused({ id: event }: StoredEvent, { status, detail }: Extract<Posted, { ok: false }>): void {
      const now = clock.wallMs()
      lastFailure = { at: iso(now), event, ...(status !== undefined && { status }), detail }
      if (++failures === TROUBLE)
        log.write('api', 'warn', `webhook ${id} fails: ${detail}; events wait until it answers`)
      if (failing()) probeAtMs = now + (retryMs[failures - TROUBLE] ?? retryMs.at(-1) ?? 0)
    },
    gaveUp(event: StoredEvent, detail: string): void {
      figures.givenUp++
      log.write('api', 'error', `webhook ${id}: event ${event.id} is given up: ${detail}`)
    },
    /** The operator says that it is well again. */
    reset(): void {
      failures = 0
    },
    view: () => ({
      ...figures,
      ...(lastDeliveryMs !== undefined && { lastDeliveryAt: iso(lastDeliveryMs) }),
      ...(lastFailure && { lastFailure }),
    }),
  }
}
