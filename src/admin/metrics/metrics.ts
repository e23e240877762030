import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Events } from '#core'
import type { Feed } from '../events/feed.ts'
import type { Webhooks } from '../webhooks/webhooks.ts'

/** What the house counts by itself, asked when somebody looks. */
export type HouseFigures = {
  registeredUsers: number
  bindings: number
  /** Calls in progress. */
  calls: Record<string, number>
  messagesWaiting: number
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
const countEvents = (registry: Registry, { events, onCommit }: MetricsPorts): void => {
  const registers = [registry]
  const steps = new Counter({
    ...{ name: 'tandem_message_steps_total', help: 'Steps in the lives of messages.', registers },
    labelNames: ['state'],
  })
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
  const states = new Map<string, ReturnType<typeof steps.labels>>()
  const stepOf = (state: string) => {
    const known = states.get(state) ?? steps.labels(state)
    states.set(state, known)
    return known
  }
  onCommit((tookMs) => commits.observe(tookMs / 1000))
  events.subscribe((event) => {
    if (event.kind === 'message.changed') return stepOf(event.step.state).inc()
    if (event.kind !== 'call.changed' || event.state !== 'ended') return
    const { cause = 'none', answeredAtMs, endedAtMs } = event.call
    // Behind a colon stands what failed, in words without number.
    ended.inc({ cause: cause.split(':', 1)[0] as string })
    if (answeredAtMs !== undefined && endedAtMs !== undefined)
      talk.inc(Math.max(0, endedAtMs - answeredAtMs) / 1000)
  })
}

/** Everything that is asked for when somebody looks; the counters of others are theirs, so they are set, not counted. */
const createGauges = (registry: Registry, ports: MetricsPorts): (() => Promise<void>) => {
  const gauge = (name: string, help: string, ...labelNames: string[]) =>
    new Gauge({ name: `tandem_${name}`, help, labelNames, registers: [registry] })
  const counter = (name: string, help: string, ...labelNames: string[]) =>
    new Counter({ name: `tandem_${name}_total`, help, labelNames, registers: [registry] })

  gauge('build_info', 'Always 1; the version is its label.', 'version').set({ version: ports.version }, 1)
  const users = gauge('registered_users', 'Users that can be reached.')
  const bindings = gauge('bindings', 'Registered contacts.')
  const calls = gauge('calls', 'Calls in progress.', 'state')
  const waiting = gauge('messages_waiting', 'Messages that wait for their recipient.')
  const media = gauge('media_ports', 'Pairs of media ports.', 'state')
  const relayed = gauge('media_calls', 'Calls whose media pass through here.')
  const blocked = gauge('blocked_sources', 'Addresses that are not answered now.')
  const streams = gauge(
    'event_hearers',
    'Streams of server-sent events, and webhooks that want more than texts.',
  )
  const hookWaiting = gauge('webhook_waiting', 'Events that a webhook does not have yet.', 'webhook')
  const hookWorks = gauge('webhook_up', '1: its endpoint takes events.', 'webhook')
  const sums = {
    sip: counter('sip_messages', 'SIP messages, by name and direction.', 'name'),
    errors: counter('sip_errors', 'What went wrong in SIP.', 'name'),
    packets: counter('media_packets', 'Media packets.', 'what'),
    delivered: counter('webhook_delivered', 'Events that a webhook took.', 'webhook'),
    givenUp: counter('webhook_given_up', 'Events whose retry plan was at its end.', 'webhook'),
  }
  /** A figure that only grows, told by its present value. */
  const total = (of: Counter<string>, label: string, values: Record<string, number>): void => {
    of.reset()
    for (const [name, value] of Object.entries(values)) of.inc({ [label]: name }, value)
  }
  const each = (of: Gauge<string>, label: string, values: Record<string, number>): void => {
    of.reset()
    for (const [name, value] of Object.entries(values)) of.set({ [label]: name }, value)
  }
  return async () => {
    const figures = ports.figures()
    users.set(figures.registeredUsers)
    bindings.set(figures.bindings)
    each(calls, 'state', figures.calls)
    waiting.set(figures.messagesWaiting)
    blocked.set(figures.blockedSources)
    streams.set(ports.feed.hearers)
    total(sums.sip, 'name', figures.sipMessages)
    total(sums.errors, 'name', figures.sipErrors)
    const { calls: through = 0, bound = 0, free = 0, resting = 0, ...rest } = figures.media
    relayed.set(through)
    each(media, 'state', { bound, free, resting, used: bound - free - resting })
    const { forwarded, invalid, strangers, idle, excess, unsent } = rest
    total(sums.packets, 'what', known({ forwarded, invalid, strangers, idle, excess, unsent }))
    const hooks = await ports.webhooks.list()
    each(hookWaiting, 'webhook', Object.fromEntries(hooks.map(({ id, waiting }) => [id, waiting])))
    each(
      hookWorks,
      'webhook',
      Object.fromEntries(hooks.map(({ id, state }) => [id, state === 'working' ? 1 : 0])),
    )
    total(sums.delivered, 'webhook', Object.fromEntries(hooks.map(({ id, delivered }) => [id, delivered])))
    total(sums.givenUp, 'webhook', Object.fromEntries(hooks.map(({ id, givenUp }) => [id, givenUp])))
  }
}

const known = (values: Record<string, number | undefined>): Record<string, number> =>
  Object.fromEntries(Object.entries(values).filter((one): one is [string, number] => one[1] !== undefined))
