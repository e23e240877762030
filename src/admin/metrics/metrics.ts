import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { CoreEvent, Events } from '#core'
import type { WebhookView } from '../contract.ts'
import type { Feed } from '../events/feed.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'

/** What the house counts by itself, asked when somebody looks. */
export type HouseFigures = {
  registeredUsers: number
  bindings: number
  /** Calls in progress. */
  calls: Record<string, number>
  messagesWaiting: number
  /** Lines of gateways by state, and how many would take a text now. */
  lines: Record<string, number>
  linesSendable: number
  /** Datagrams of GoIP gateways, by what they were or what was wrong with them. */
  goip?: Record<string, number>
  /** Posts and reports of Ejoin gateways, and what was wrong with some of them. */
  ejoin?: Record<string, number>
  /** Since the start, by the names of the SIP stack's counters. */
  sipMessages: Record<string, number>
  sipErrors: Record<string, number>
  /** Of the media relay: calls, sockets and packets; empty where there is none. */
  media: Record<string, number>
  blockedSources: number
}

export type MetricsPorts = {
  version: string
  figures(): HouseFigures
  events: Pick<Events, 'subscribe'>
  /** Kind of the device that a line is of. */
  kindOfLine?(id: string): string | undefined
  feed: Pick<Feed, 'hearers'>
  webhooks: Pick<Webhooks, 'list'>
  /** Told of each commit: how long it took, milliseconds. */
  onCommit(hear: (tookMs: number) => void): void
}

export type Metrics = {
  readonly contentType: string
  /** In the text format of Prometheus. */
  text(): Promise<string>
}

/** An idle process wakes for this so often, once somebody has looked at all. */
const LAG_PRECISION_MS = 20

export const createMetrics = (ports: MetricsPorts): Metrics => {
  const registry = new Registry()
  countEvents(registry, ports)
  const fill = createGauges(registry, ports)
  let asked = false
  return {
    contentType: registry.contentType,
    text: async () => {
      // Lag and garbage collection cost something to watch: from the first look on.
      if (!asked)
        collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LAG_PRECISION_MS })
      asked = true
      await fill()
      return registry.metrics()
    },
  }
}

/** What cannot be asked for later is counted as it happens. */
const countEvents = (registry: Registry, ports: MetricsPorts): void => {
  const { events, onCommit } = ports
  const registers = [registry]
  const countText = createTextCount(registry, ports)
  const countStep = createTally(registry, 'tandem_message_steps_total', 'Steps in the lives of messages.', [
    'state',
  ])
  const ended = new Counter({
    ...{ name: 'tandem_calls_ended_total', help: 'Calls that ended, by cause.', registers },
    labelNames: ['cause'],
  })
  const talk = new Counter({
    ...{ name: 'tandem_call_talk_seconds_total', help: 'Time talked in ended calls.', registers },
  })
  const commits = new Histogram({
    ...{ name: 'tandem_store_commit_seconds', help: 'One transaction with its fsync.', registers },
    buckets: [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1],
  })
  onCommit((tookMs) => commits.observe(tookMs / 1000))
  events.subscribe((event) => {
    if (event.kind === 'message.changed') {
      countText(event)
      return countStep(event.step.state)
    }
    if (event.kind !== 'call.changed' || event.state !== 'ended') return
    const { cause = 'none', answeredAtMs, endedAtMs } = event.call
    // Behind a colon stands what failed, in words without number.
    ended.inc({ cause: cause.split(':', 1)[0] as string })
    if (answeredAtMs !== undefined && endedAtMs !== undefined)
      talk.inc(Math.max(0, endedAtMs - answeredAtMs) / 1000)
  })
}

/**
 * A counter for what happens thousands of times a second: the library prints and looks up labels each time, so it is told
 * when somebody looks. The labels are few.
 */
const createTally = (registry: Registry, name: string, help: string, labelNames: string[]) => {
  const tallies = new Map<string, { labels: Record<string, string>; count: number }>()
  new Counter({
    ...{ name, help, registers: [registry], labelNames },
    collect() {
      this.reset()
      for (const { labels, count } of tallies.values()) this.inc(labels, count)
    },
  })
  return (...values: string[]): void => {
    const key = values.length === 1 ? (values[0] as string) : values.join(' ')
    const tally = tallies.get(key)
    if (tally) tally.count++
    else
      tallies.set(key, {
        labels: Object.fromEntries(labelNames.map((one, i) => [one, values[i] ?? ''])),
        count: 1,
      })
  }
}

/** Texts that came in by SIM cards (`received`), and what became of those that left by them. */
const createTextCount = (registry: Registry, { kindOfLine = () => undefined }: MetricsPorts) => {
  const count = createTally(registry, 'tandem_gateway_texts_total', 'Texts by SIM cards.', ['kind', 'state'])
  return ({ message, step }: Extract<CoreEvent, { kind: 'message.changed' }>): void => {
    const { via, origin, steps } = message
    if (!via || step.state === 'submitting') return
    const cameIn = origin === 'gateway'
    if (cameIn && steps.length > 1) return
    count(kindOfLine(via.line) ?? 'unknown', cameIn ? 'received' : step.state)
  }
}

/** A figure by one label. A total only grows; others count it, so it is set to what they say. */
type Series = { set(values: Record<string, number>): void }

const createSeries = (registry: Registry) => {
  const common = (name: string, help: string, label?: string) => ({
    ...{ name: `tandem_${name}`, help, registers: [registry] },
    labelNames: label === undefined ? [] : [label],
  })
  const gauge = (name: string, help: string, label: string): Series => {
    const metric = new Gauge(common(name, help, label))
    return {
      set: (values) => {
        metric.reset()
        for (const [value, figure] of Object.entries(values)) metric.set({ [label]: value }, figure)
      },
    }
  }
  const total = (name: string, help: string, label: string): Series => {
    const metric = new Counter(common(`${name}_total`, help, label))
    return {
      set: (values) => {
        metric.reset()
        for (const [value, figure] of Object.entries(values)) metric.inc({ [label]: value }, figure)
      },
    }
  }
  return { gauge, total, plain: (name: string, help: string) => new Gauge(common(name, help)) }
}

/** What is asked for when somebody looks. */
const createGauges = (registry: Registry, ports: MetricsPorts): (() => Promise<void>) => {
  const { gauge, total, plain } = createSeries(registry)
  gauge('build_info', 'Always 1; the version is its label.', 'version').set({ [ports.version]: 1 })
  const users = plain('registered_users', 'Users that can be reached.')
  const bindings = plain('bindings', 'Registered contacts.')
  const calls = gauge('calls', 'Calls in progress.', 'state')
  const waiting = plain('messages_waiting', 'Messages that wait for their recipient.')
  const blocked = plain('blocked_sources', 'Addresses that are not answered now.')
  const streams = plain('event_hearers', 'Streams of server-sent events, and one for webhooks.')
  const sip = total('sip_messages', 'SIP messages, by name and direction.', 'name')
  const errors = total('sip_errors', 'What went wrong in SIP.', 'name')
  const lines = gauge('lines', 'Lines of gateways.', 'state')
  const sendable = plain('lines_sendable', 'Lines that would take a text now.')
  const goip = total(
    'goip_datagrams',
    'Datagrams of GoIP gateways: all, and those with something about them.',
    'what',
  )
  const ejoin = total(
    'ejoin_posts',
    'Posts and reports of Ejoin gateways, and what was wrong with some of them.',
    'what',
  )
  const fillMedia = createMediaGauges(registry)
  const fillWebhooks = createWebhookGauges(registry)
  return async () => {
    const figures = ports.figures()
    users.set(figures.registeredUsers)
    bindings.set(figures.bindings)
    calls.set(figures.calls)
    waiting.set(figures.messagesWaiting)
    lines.set(figures.lines)
    sendable.set(figures.linesSendable)
    goip.set(figures.goip ?? {})
    ejoin.set(figures.ejoin ?? {})
    blocked.set(figures.blockedSources)
    streams.set(ports.feed.hearers)
    sip.set(figures.sipMessages)
    errors.set(figures.sipErrors)
    fillMedia(figures.media)
    fillWebhooks(await ports.webhooks.list())
  }
}

const createMediaGauges = (registry: Registry) => {
  const { gauge, total, plain } = createSeries(registry)
  const through = plain('media_calls', 'Calls whose media pass through here.')
  const ports = gauge('media_ports', 'Pairs of media ports.', 'state')
  const packets = total('media_packets', 'Media packets.', 'what')
  return ({ calls = 0, bound = 0, free = 0, resting = 0, ...rest }: Record<string, number>): void => {
    through.set(calls)
    ports.set({ bound, free, resting, used: bound - free - resting })
    const { forwarded, invalid, strangers, idle, excess, unsent } = rest
    packets.set(known({ forwarded, invalid, strangers, idle, excess, unsent }))
  }
}

const createWebhookGauges = (registry: Registry) => {
  const { gauge, total } = createSeries(registry)
  const waiting = gauge('webhook_waiting', 'Events that a webhook does not have yet.', 'webhook')
  const up = gauge('webhook_up', '1: its endpoint takes events.', 'webhook')
  const delivered = total('webhook_delivered', 'Events that a webhook took.', 'webhook')
  const givenUp = total('webhook_given_up', 'Events whose retry plan was at its end.', 'webhook')
  return (hooks: readonly WebhookView[]): void => {
    const each = (figure: (hook: WebhookView) => number) =>
      Object.fromEntries(hooks.map((hook) => [hook.id, figure(hook)]))
    waiting.set(each((hook) => hook.waiting))
    up.set(each((hook) => (hook.state === 'working' ? 1 : 0)))
    delivered.set(each((hook) => hook.delivered))
    givenUp.set(each((hook) => hook.givenUp))
  }
}

const known = (values: Record<string, number | undefined>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).filter((one): one is [string, number] => one[1] !== undefined))
