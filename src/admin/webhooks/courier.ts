import type { Outbox, StoredEvent } from '#core'
import type { Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import type { WebhookView } from '../contract.ts'
import type { Bookmark, Kept } from './bookmark.ts'
import { createHealth } from './health.ts'
import { createLanes, type Lane } from './lanes.ts'
import type { Post } from './post.ts'
import { createReader } from './reader.ts'
import { createRounds } from './rounds.ts'

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
  outbox: Pick<Outbox, 'after' | 'some' | 'counts'>
  bookmark: Bookmark
  post: Post
  timers: Timers
  log: Log
}

export type Courier = {
  /** Takes up what was not delivered when the server ended. */
  begin(): Promise<void>
  /** Events were added to the outbox. */
  nudge(): void
  /** One event again, or all behind `seq`. */
  again(event: StoredEvent): void
  rewind(seq: number): void
  /** Both resolve when that is on disk. */
  pause(): Promise<void>
  resume(): Promise<void>
  view(): Promise<WebhookView>
  /** How many behind `seq` are wanted. */
  countAfter(seq: number): Promise<number>
  /** Ends with the attempts that are under way. */
  close(): Promise<void>
}

/** Takes events of the outbox to one endpoint: in order within a subject, again and again until it has them. */
export const createCourier = (target: Target, kept: Kept, ports: CourierPorts): Courier => {
  const { outbox, bookmark, post, timers, log } = ports
  const { id, wants, key, retryMs } = target
  const lanes = createLanes()
  const health = createHealth(target, timers.clock, log)
  const reader = createReader({ outbox, lanes, wants }, kept.readTo)
  let [paused, closed] = [kept.paused, false]
  const changed = (): void =>
    bookmark.save(() => ({ readTo: reader.readTo, paused, waiting: waitingOf(lanes.list()) }))
  const rounds = createRounds({
    ...{ timers, post, lanes, reader, health, key, retryMs, changed },
    resting: () => paused || closed,
  })
  const goOn = (): void => {
    changed()
    rounds.pump()
  }
  const countAfter = async (seq: number): Promise<number> => {
    let total = 0
    for (const [type, count] of await outbox.counts(seq)) if (wants(type)) total += count
    return total
  }
  const setPaused = async (now: boolean): Promise<void> => {
    paused = now
    health.reset()
    lanes.hurry()
    goOn()
    await bookmark.flush()
  }
  return {
    begin: async () => {
      const latestMs = timers.clock.wallMs() + Math.max(0, ...retryMs)
      takeUp(lanes, kept.waiting, await outbox.some(kept.waiting.map(([seq]) => seq)), latestMs)
      rounds.pump()
    },
    nudge: () => {
      reader.nudge()
      rounds.pump()
    },
    again: (event) => {
      lanes.add(event.subject, event.seq)
      goOn()
    },
    rewind: (seq) => {
      reader.rewind(seq)
      lanes.dropAfter(reader.readTo)
      goOn()
    },
    pause: () => setPaused(true),
    resume: () => setPaused(false),
    view: async () => {
      const next = health.failing() ? health.probeAtMs : (lanes.nextAtMs() ?? 0)
      return {
        ...{ id, url: target.shownUrl, events: [...target.patterns] },
        state: paused ? 'paused' : health.failing() ? 'failing' : 'working',
        waiting: lanes.count + (await countAfter(reader.readTo)),
        retrying: lanes.retrying,
        ...health.view(),
        ...(!paused && next > 0 && { nextAttemptAt: new Date(next).toISOString() }),
      }
    },
    countAfter,
    close: async () => {
      closed = true
      await rounds.close()
      changed()
      await bookmark.flush()
    },
  }
}

/** As it was before the restart: attempts count on, and nobody comes sooner than planned, unless by another clock. */
const takeUp = (
  lanes: ReturnType<typeof createLanes>,
  waiting: Kept['waiting'],
  events: readonly StoredEvent[],
  latestMs: number,
): void => {
  const known = new Map(
    waiting.map(([seq, attempts, ms]) => [seq, { attempts, nextAtMs: ms > latestMs ? 0 : ms }]),
  )
  for (const { subject, seq } of events) {
    const lane = lanes.add(subject, seq)
    if (lane.seqs.length === 1) Object.assign(lane, known.get(seq))
  }
}

const waitingOf = (lanes: Iterable<Lane>): Kept['waiting'] => {
  const waiting: Kept['waiting'] = []
  for (const { seqs, attempts, nextAtMs } of lanes)
    for (const [at, seq] of seqs.entries()) waiting.push(at === 0 ? [seq, attempts, nextAtMs] : [seq, 0, 0])
  return waiting
}
