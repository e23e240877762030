import { createHash } from 'node:crypto'
import type { Outbox, Store } from '#core'
import type { Timer, Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import type { ReplayRequest, WebhookView } from '../contract.ts'
import { wantsOf } from '../events/envelope.ts'
import { type Bookmark, createBookmark, type Kept, readBookmark } from './bookmark.ts'
import { type Courier, createCourier, type Target } from './courier.ts'
import { createPost } from './post.ts'
import { CONCURRENCY } from './rounds.ts'
import { keyOf } from './signature.ts'

/** As the configuration has it. `retry`: seconds. */
export type WebhookEntry = { name?: string; url: string; secret: string; events: string[]; retry: number[] }

export type Webhooks = {
  list(): Promise<WebhookView[]>
  find(id: string): Courier | undefined
  /** How many events will be told again; undefined: there is no such event. */
  replay(courier: Courier, what: ReplayRequest): Promise<number | undefined>
  close(): Promise<void>
}

export type WebhooksPorts = {
  entries: readonly WebhookEntry[]
  outbox: Outbox
  store: Pick<Store, 'getSetting' | 'setSetting'>
  timers: Timers
  log: Log
  version: string
}

/** For so long an event is kept, delivered or not. */
export const KEEP_MS = 7 * 24 * 60 * 60_000
const SWEEP_MS = 60 * 60_000

/** A courier for each webhook, and the outbox kept from growing for ever. */
export const createWebhooks = async (ports: WebhooksPorts): Promise<Webhooks> => {
  const { outbox, timers, log } = ports
  const couriers = new Map<string, Courier>()
  const ends: (() => void)[] = []
  for (const [id, entry] of named(ports.entries)) {
    const { courier, end } = await open(id, entry, ports)
    couriers.set(id, courier)
    ends.push(end)
  }
  outbox.onWritten(() => {
    for (const courier of couriers.values()) courier.nudge()
  })
  let sweeping: Timer | undefined
  const sweep = (): void => {
    outbox.deleteBefore(timers.clock.wallMs() - KEEP_MS).catch(() => {})
    sweeping = timers.after(SWEEP_MS, sweep)
  }
  if (couriers.size > 0) sweep()
  for (const courier of couriers.values())
    courier.begin().catch((error: Error) => log.write('api', 'error', `webhooks: ${error.message}`))
  return {
    list: () => Promise.all([...couriers.values()].map((courier) => courier.view())),
    find: (id) => couriers.get(id),
    replay: async (courier, { since, event }) => {
      if (event !== undefined) {
        const seq = await outbox.seqOf(event)
        const [found] = seq === undefined ? [] : await outbox.some([seq])
        if (found) courier.again(found)
        return found && 1
      }
      const seq = await outbox.seqBefore(Date.parse(since ?? ''))
      const events = await courier.countAfter(seq)
      courier.rewind(seq)
      return events
    },
    close: async () => {
      sweeping?.cancel()
      const closed = [...couriers.values()].map((courier) => courier.close())
      // Attempts under way break off, and are made again after the next start: an end must not wait for endpoints.
      for (const end of ends) end()
      await Promise.all(closed)
    },
  }
}

/** What hooks of all entries want. */
export const wantedBy = (entries: readonly WebhookEntry[]): ((type: string) => boolean) => {
  const all = entries.map(({ events }) => wantsOf(events))
  return (type) => all.some((wants) => wants(type))
}

/** A hook is the same after a restart by its name, or else by its URL. */
const named = (entries: readonly WebhookEntry[]): Map<string, WebhookEntry> => {
  const ids = new Map<string, WebhookEntry>()
  for (const entry of entries) {
    const base = entry.name ?? createHash('sha256').update(entry.url).digest('hex').slice(0, 12)
    let id = base
    for (let n = 2; ids.has(id); n++) id = `${base}-${n}`
    ids.set(id, entry)
  }
  return ids
}

/** One that was not there before begins with what happens from now on, and that is kept before anything happens. */
const firstPage = async (outbox: Outbox, bookmark: Bookmark): Promise<Kept> => {
  const kept = { readTo: await outbox.lastSeq(), paused: false, waiting: [] }
  bookmark.save(() => kept)
  // A disk in trouble has told the log; the house opens all the same.
  await bookmark.flush().catch(() => {})
  return kept
}

const open = async (id: string, entry: WebhookEntry, ports: WebhooksPorts) => {
  const { outbox, store, timers, log, version } = ports
  const url = new URL(entry.url)
  const target: Target = {
    id,
    shownUrl: `${url.origin}${url.pathname}`,
    key: keyOf(entry.secret),
    patterns: entry.events,
    wants: wantsOf(entry.events),
    retryMs: entry.retry.map((seconds) => seconds * 1000),
  }
  const { post, close } = createPost(url, version, CONCURRENCY)
  const bookmark = createBookmark(id, store, timers)
  const kept = (await readBookmark(id, store)) ?? (await firstPage(outbox, bookmark))
  return { courier: createCourier(target, kept, { outbox, bookmark, post, timers, log }), end: close }
}
