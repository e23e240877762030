import { lookup } from 'node:dns'
import { isIP } from 'node:net'
import type { Timers } from '#lib/clock'

/** Addresses behind host names, looked up again and again, so that nobody waits for a name server. */
export type Names = {
  /** Undefined: not known (yet). */
  addressOf(host: string): string | undefined
  close(): void
}

const AGAIN_MS = 300_000
const SOON_MS = 10_000

export const createNames = (hosts: Iterable<string>, timers: Timers): Names => {
  const known = new Map<string, string>()
  const waiting = new Map<string, { cancel(): void }>()
  let closed = false
  const look = (host: string): void =>
    lookup(host, (problem, address) => {
      if (closed) return
      // An address that was good before is better than none.
      if (!problem) known.set(host, address)
      waiting.set(
        host,
        timers.after(problem ? SOON_MS : AGAIN_MS, () => look(host)),
      )
    })
  for (const host of new Set(hosts)) {
    if (isIP(host)) known.set(host, host)
    else look(host)
  }
  return {
    addressOf: (host) => known.get(host),
    close: () => {
      closed = true
      for (const timer of waiting.values()) timer.cancel()
    },
  }
}
