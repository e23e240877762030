import type { StoredEvent } from '#core'
import type { Timer, Timers } from '#lib/clock'
import type { Health } from './health.ts'
import type { Lane, Lanes } from './lanes.ts'
import type { Post } from './post.ts'
import type { Reader } from './reader.ts'
import { signedHeaders } from './signature.ts'

export type RoundPorts = {
  timers: Timers
  post: Post
  lanes: Lanes
  reader: Reader
  health: Health
  key: Uint8Array
  /** Waits between attempts, in order. */
  retryMs: readonly number[]
  /** Nothing starts. */
  resting(): boolean
  /** Something is to be kept. */
  changed(): void
}

/** Attempts under way at once. */
export const CONCURRENCY = 8
/** The store cannot be read, and has said so in the log. */
const UNREADABLE_MS = 1000
/** While an endpoint fails, it is not looked after more often. */
const IDLE_MS = 1000

const SET_BACK_MS = 60_000

/** Starts attempts whenever some may start, and sees what comes of them. */
export const createRounds = (ports: RoundPorts) => {
  const { timers, lanes, reader, health, changed } = ports
  const { clock } = timers
  const under = new Set<Promise<void>>()
  let alarm: Timer | undefined
  let latestMs = 0

  const wakeAt = (wallMs: number): void => {
    alarm?.cancel()
    alarm = timers.after(Math.max(10, wallMs - clock.wallMs()), pump)
  }
  const read = (): void =>
    void reader.read().then(
      (some) => {
        if (!some) return
        changed()
        pump()
      },
      () => wakeAt(clock.wallMs() + UNREADABLE_MS),
    )
  const pump = (): void => {
    if (ports.resting()) return
    const now = clock.wallMs()
    // The clock was set back: plans by the old one would come true much too late, or never.
    if (now < latestMs - SET_BACK_MS) {
      lanes.hurry()
      health.hurry()
    }
    latestMs = now
    if (health.failing()) return probe(now)
    while (under.size < CONCURRENCY && start(lanes.next(now))) {}
    read()
    const next = under.size < CONCURRENCY ? lanes.nextAtMs() : undefined
    if (next !== undefined && next > now) wakeAt(next)
  }
  /** One event at a time, whichever has waited longest. */
  const probe = (now: number): void => {
    if (under.size > 0) return
    if (lanes.count === 0) read()
    if (now >= health.probeAtMs && start(lanes.next(Number.POSITIVE_INFINITY))) return
    wakeAt(Math.max(health.probeAtMs, now + IDLE_MS))
  }
  const start = (lane: Lane | undefined): boolean => {
    const seq = lane?.seqs[0]
    if (!lane || seq === undefined) return false
    lane.busy = true
    const attempt = deliver(ports, lane, seq).finally(() => {
      under.delete(attempt)
      pump()
    })
    under.add(attempt)
    return true
  }
  return {
    pump,
    async close(): Promise<void> {
      alarm?.cancel()
      await Promise.all(under)
    },
  }
}

const deliver = async (ports: RoundPorts, lane: Lane, seq: number): Promise<void> => {
  const { timers, lanes, reader, health, key, retryMs, changed } = ports
  const nowMs = (): number => timers.clock.wallMs()
  let event: StoredEvent | undefined
  try {
    event = await reader.eventOf(seq)
  } catch {
    return lanes.failed(lane, nowMs() + UNREADABLE_MS)
  }
  if (!event) return lanes.done(lane)
  const posted = await ports.post(signedHeaders(key, event.id, nowMs(), event.data), event.data)
  const [failed, wait] = [health.failing(), retryMs[lane.attempts]]
  if (posted.ok) health.took()
  else health.refused(event, posted)
  if (posted.ok || wait === undefined) {
    if (!posted.ok) health.gaveUp(event, posted.detail)
    lanes.done(lane)
    reader.done(seq)
  } else lanes.failed(lane, nowMs() + wait)
  if (posted.ok && failed) lanes.hurry()
  changed()
}
