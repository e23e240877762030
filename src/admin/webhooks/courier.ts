import type { Outbox, StoredEvent } from '#core'
import type { Timer, Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import type { WebhookView } from '../contract.ts'
import type { Bookmark, Kept } from './bookmark.ts'
import { createLanes, type Lane } from './lanes.ts'
import type { Post, Posted } from './post.ts'
import { signedHeaders } from './signature.ts'

/** One webhook as the configuration has it. */
export type Target = {
  id: string
  /** As it may be shown. */
  shownUrl: string
  key: Uint8Array
  patterns: readonly string[]
  wants(type: string): boolean
  /** Waits between attempts, in order. */
  retryMs: readonly number[]
}

export type CourierPorts = {
  outbox: Pick<Outbox, 'after' | 'some' | 'lastSeq' | 'counts'>
  bookmark: Bookmark
  post: Post
  timers: Timers
  log: Log
}

/** Attempts under way at once. */
export const CONCURRENCY = 8
/** Events in hand: more are read when these become fewer. */
const WINDOW = 256
/** With so many that fail while others pass, reading stops until some are through or given up. */
const MOST_RETRYING = 2000
/** Failures in a row after which the endpoint itself is taken to be in trouble. */
const TROUBLE = 5
const UNREADABLE_MS = 1000

type Courier = ReturnType<typeof createCourier>

export type { Courier }

/** Takes events of the outbox to one endpoint: in order within a subject, again and again until it has them. */
export const createCourier = (target: Target, kept: Kept, ports: CourierPorts) => {
  const { outbox, bookmark, timers, log } = ports
  const { clock } = timers
  const lanes = createLanes()
  const inHand = new Map<number, StoredEvent>()
  const figures = { delivered: 0, givenUp: 0 }
  let [readTo, paused, closed, reading, more] = [kept.readTo, kept.paused, false, false, true]
  let [busy, failures, probeAtMs] = [0, 0, 0]
  let lastDeliveryMs: number | undefined
  let lastFailure: WebhookView['lastFailure']
  let alarm: Timer | undefined
  const under = new Set<Promise<void>>()

  const failing = (): boolean => failures >= TROUBLE
  const changed = (): void => bookmark.save(() => ({ readTo, paused, waiting: waitingOf(lanes.list()) }))

  const take = (events: readonly StoredEvent[]): void => {
    for (const event of events) {
      readTo = Math.max(readTo, event.seq)
      if (!target.wants(event.type)) continue
      lanes.add(event.subject, event.seq)
      if (inHand.size < 2 * WINDOW) inHand.set(event.seq, event)
    }
  }
  const read = async (): Promise<void> => {
    if (reading || !more || closed || paused || (failing() && lanes.count > 0)) return
    if (lanes.count - lanes.retrying >= WINDOW / 2 || lanes.count >= MOST_RETRYING) return
    reading = true
    more = false
    const from = readTo
    try {
      const events = await outbox.after(from, WINDOW)
      // A replay may have gone back meanwhile: then this page is none of its own.
      if (from !== readTo) more = true
      else {
        take(events)
        more ||= events.length === WINDOW
      }
      if (events.length > 0) changed()
    } catch {
      // The store has said what is wrong: asked again a little later, or with the next event.
      more = true
      reading = false
      return wakeAt(clock.wallMs() + UNREADABLE_MS)
    }
    reading = false
    pump()
  }

  /** Starts whatever may start now, and sees to it that it is called again when more may. */
  const pump = (): void => {
    if (closed || paused) return
    const now = clock.wallMs()
    if (failing()) {
      if (busy === 0 && now >= probeAtMs) start(lanes.next(Number.POSITIVE_INFINITY))
      if (lanes.count === 0) void read()
      if (busy === 0) wakeAt(Math.max(probeAtMs, now + 1000))
      return
    }
    while (busy < CONCURRENCY && start(lanes.next(now))) {}
    void read()
    const next = busy < CONCURRENCY ? lanes.nextAtMs() : undefined
    if (next !== undefined && next > now) wakeAt(next)
  }
  const wakeAt = (wallMs: number): void => {
    alarm?.cancel()
    alarm = timers.after(Math.max(10, wallMs - clock.wallMs()), pump)
  }
  const start = (lane: Lane | undefined): boolean => {
    const seq = lane?.seqs[0]
    if (!lane || seq === undefined) return false
    lane.busy = true
    busy++
    const attempt = deliver(lane, seq).finally(() => {
      under.delete(attempt)
      busy--
      pump()
    })
    under.add(attempt)
    return true
  }

  const deliver = async (lane: Lane, seq: number): Promise<void> => {
    try {
      const event = inHand.get(seq) ?? (await outbox.some([seq]))[0]
      // Retention took it: nobody can be told any more.
      if (!event) return lanes.done(lane)
      const headers = signedHeaders(target.key, event.id, clock.wallMs(), event.data)
      settle(lane, event, await ports.post(headers, event.data))
    } catch {
      lanes.failed(lane, clock.wallMs() + (target.retryMs[0] ?? 0))
    }
  }
  const settle = (lane: Lane, event: StoredEvent, posted: Posted): void => {
    if (posted.ok) return delivered(lane, event)
    const now = clock.wallMs()
    failures++
    lastFailure = {
      at: new Date(now).toISOString(),
      event: event.id,
      ...(posted.status !== undefined && { status: posted.status }),
      detail: posted.detail,
    }
    if (failures === TROUBLE)
      log.write('api', 'warn', `webhook ${target.id} fails: ${posted.detail}; events wait until it answers`)
    const wait = target.retryMs[lane.attempts]
    if (wait === undefined) giveUp(lane, event, posted.detail)
    else lanes.failed(lane, now + wait)
    if (failing()) probeAtMs = now + (target.retryMs[failures - TROUBLE] ?? target.retryMs.at(-1) ?? 0)
    changed()
  }
  const delivered = (lane: Lane, event: StoredEvent): void => {
    lanes.done(lane)
    inHand.delete(event.seq)
    figures.delivered++
    lastDeliveryMs = clock.wallMs()
    if (failing()) {
      lanes.hurry()
      log.write('api', 'info', `webhook ${target.id} answers again`)
    }
    failures = 0
    changed()
  }
  const giveUp = (lane: Lane, event: StoredEvent, detail: string): void => {
    log.write('api', 'error', `webhook ${target.id}: event ${event.id} is given up: ${detail}`)
    lanes.done(lane)
    inHand.delete(event.seq)
    figures.givenUp++
  }

  return {
    id: target.id,
    /** Events were added to the outbox. */
    nudge(): void {
      more = true
      pump()
    },
    /** What was not delivered when the server ended; then the work begins. */
    async begin(): Promise<void> {
      for (const event of await outbox.some(kept.waiting.map(([seq]) => seq))) {
        const lane = lanes.add(event.subject, event.seq)
        const [, attempts = 0, nextAtMs = 0] = kept.waiting.find(([seq]) => seq === event.seq) ?? []
        if (lane.seqs.length === 1) Object.assign(lane, { attempts, nextAtMs })
      }
      pump()
    },
    /** One event again, or all behind `seq`. */
    again(event: StoredEvent): void {
      lanes.add(event.subject, event.seq)
      changed()
      pump()
    },
    rewind(seq: number): void {
      readTo = Math.min(readTo, seq)
      lanes.dropAfter(readTo)
      inHand.clear()
      more = true
      changed()
      pump()
    },
    pause(): Promise<void> {
      paused = true
      changed()
      return bookmark.flush()
    },
    resume(): Promise<void> {
      paused = false
      failures = 0
      lanes.hurry()
      changed()
      pump()
      return bookmark.flush()
    },
    async view(): Promise<WebhookView> {
      const next = failing() ? probeAtMs : lanes.nextAtMs()
      return {
        id: target.id,
        url: target.shownUrl,
        events: [...target.patterns],
        state: paused ? 'paused' : failing() ? 'failing' : 'working',
        waiting: lanes.count + (await countAfter(readTo)),
        retrying: lanes.retrying,
        ...figures,
        ...(lastDeliveryMs !== undefined && { lastDeliveryAt: new Date(lastDeliveryMs).toISOString() }),
        ...(lastFailure && { lastFailure }),
        ...(!paused && next !== undefined && next > 0 && { nextAttemptAt: new Date(next).toISOString() }),
      }
    },
    countAfter: (seq: number) => countAfter(seq),
    async close(): Promise<void> {
      closed = true
      alarm?.cancel()
      await Promise.all(under)
      changed()
      await bookmark.flush()
    },
  }

  async function countAfter(seq: number): Promise<number> {
    let total = 0
    for (const [type, count] of await outbox.counts(seq)) if (target.wants(type)) total += count
    return total
  }
}

const waitingOf = (lanes: Iterable<Lane>): Kept['waiting'] => {
  const waiting: Kept['waiting'] = []
  for (const { seqs, attempts, nextAtMs } of lanes)
    for (const [at, seq] of seqs.entries()) waiting.push(at === 0 ? [seq, attempts, nextAtMs] : [seq, 0, 0])
  return waiting
}
