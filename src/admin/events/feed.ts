import type { CoreEvent, Events, Line } from '#core'
import type { Clock } from '#lib/clock'
import type { Random } from '#lib/random'
import { alarmEventOf, callEventOf, lineEventOf, messageEventOf, type OutEvent, typeOf } from './envelope.ts'

/** `returns`: it may come back later and ask for what it missed, so that from now on everything is remembered. */
export type Hearer = { wants(type: string): boolean; hear(event: OutEvent): void; returns?: boolean }

/** What happens, as applications hear it. */
export type Feed = {
  /** Gives what ends it. */
  subscribe(hearer: Hearer): () => void
  /** What is remembered of the time since the event with this id; undefined when that is not known any more. */
  since(id: string): OutEvent[] | undefined
  readonly hearers: number
}

/** `lineOf`: by its id, as it is now. */
export type FeedPorts = {
  events: Pick<Events, 'subscribe'>
  clock: Clock
  random: Random
  lineOf?: (id: string) => Line | undefined
}

const MOST_REMEMBERED = 1000
/** Who left may come back within this time. */
const MEMORY_MS = 10 * 60_000

/** Costs next to nothing while nobody listens: only events that somebody wants are written out. */
export const createFeed = ({ events, clock, random, lineOf }: FeedPorts): Feed => {
  const hearers = new Set<Hearer>()
  const translate = createTranslation(clock, random.token(8), lineOf)
  let ring: OutEvent[] = []
  let rememberUntilMs = 0

  const remember = (event: OutEvent): void => {
    ring.push(event)
    if (ring.length > 2 * MOST_REMEMBERED) ring = ring.slice(-MOST_REMEMBERED)
  }
  events.subscribe((core) => {
    const type = typeOf(core)
    let remembering = clock.nowMs() < rememberUntilMs
    let wanted = false
    for (const one of hearers) {
      remembering ||= one.returns === true
      wanted ||= type !== undefined && one.wants(type)
    }
    const event = translate(core, wanted || remembering ? type : undefined)
    if (!event) return
    if (remembering) remember(event)
    else if (ring.length > 0) ring = []
    for (const one of hearers) if (one.wants(event.type)) one.hear(event)
  })
  return {
    subscribe: (hearer) => {
      hearers.add(hearer)
      return () => {
        hearers.delete(hearer)
        if (hearer.returns) rememberUntilMs = clock.nowMs() + MEMORY_MS
      }
    },
    since: (id) => {
      const at = ring.findIndex((event) => event.id === id)
      return at < 0 ? undefined : ring.slice(at + 1)
    },
    get hearers() {
      return hearers.size
    },
  }
}

/** A call changes several times, and the count of that numbers its events; what has no record of its own is numbered through. */
const createTranslation = (clock: Clock, boot: string, lineOf: FeedPorts['lineOf']) => {
  const changes = new Map<string, number>()
  let last = 0
  const countOf = (id: string, over: boolean): number => {
    const count = (changes.get(id) ?? 0) + 1
    if (over) changes.delete(id)
    else changes.set(id, count)
    return count
  }
  /** `type` is undefined when nobody wants it: calls are counted all the same. */
  return (core: CoreEvent, type: string | undefined): OutEvent | undefined => {
    const count = core.kind === 'call.changed' ? countOf(core.call.id, core.state === 'ended') : 0
    if (type === undefined) return undefined
    if (core.kind === 'message.changed') return messageEventOf(type, core.message, core.step)
    const atMs = clock.wallMs()
    if (core.kind === 'call.changed') return callEventOf(type, core.call, core.state, count, atMs)
    const id = `${boot}.${++last}`
    if (core.kind === 'source.blocked') {
      const { source, minutes } = core
      return { id, type, subject: source, atMs, data: { source, minutes } }
    }
    if (core.kind === 'line.changed')
      return { id, type, subject: core.line.id, atMs, data: lineEventOf(core.line) }
    if (core.kind === 'gateway.alarm') {
      const { line } = core.alarm
      return { id, type, subject: line, atMs, data: alarmEventOf(core.alarm, lineOf?.(line)) }
    }
    const { impi, contact } = core
    return { id, type, subject: impi, atMs, data: { impi, contact } }
  }
}
