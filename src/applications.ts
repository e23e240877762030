import {
  createFeed,
  createMetrics,
  createWebhooks,
  EVENTS_KEEP_MS,
  type Feed,
  type HouseFigures,
  tapFeed,
  tellOfDeadCalls,
  type Webhooks,
  wantedBy,
} from '#admin'
import type { Ejoin } from '#ejoin'
import type { GoipFigures } from '#goip'
import type { Ground } from './ground.ts'
import type { Network } from './network.ts'

/** What applications hear and see of the house by themselves: events, webhooks, metrics. */
export type Applications = {
  feed: Feed
  webhooks: Webhooks
  metrics: ReturnType<typeof createMetrics>
  close(): Promise<void>
}

const MOST_DEAD_CALLS = 1000

export const openApplications = async (
  ground: Ground,
  network: Network,
  version: string,
): Promise<Applications> => {
  const { settings, timers, store, log } = ground
  const { events, random } = network
  const { clock } = timers
  const lineOf = (id: string) => network.gateways.fleet.get(id)
  const feed = createFeed({ events, clock, random, lineOf })
  const entries = settings.webhooks
  const webhooks = await createWebhooks({ entries, outbox: store.outbox, store, timers, log, version })
  if (entries.length > 0) {
    const wants = wantedBy(entries)
    tapFeed(feed, store.outbox, wants)
    const ended = await store.listCalls({ limit: MOST_DEAD_CALLS, ended: true })
    tellOfDeadCalls(
      // What the outbox has forgotten by now was told long ago.
      ended.filter(
        ({ cause, endedAtMs = 0 }) => cause === 'restart' && endedAtMs > clock.wallMs() - EVENTS_KEEP_MS,
      ),
      store.outbox,
      wants,
    )
  }
  const metrics = createMetrics({
    ...{ version, events, feed, webhooks },
    figures: () => figuresOf(network),
    kindOfLine: (id) => network.gateways.fleet.kindOf(id),
    onCommit: store.onCommit,
  })
  return { feed, webhooks, metrics, close: webhooks.close }
}

const figuresOf = ({
  subscribers,
  registrations,
  calls,
  messages,
  sip,
  media,
  guard,
  gateways,
}: Network): HouseFigures => {
  let registeredUsers = 0
  for (const subscriber of subscribers.list) if (registrations.of(subscriber).length > 0) registeredUsers++
  const states: Record<string, number> = {}
  for (const { state } of calls.list()) states[state] = (states[state] ?? 0) + 1
  const counters = sip.counters()
  const lines = gateways.fleet.totals()
  return {
    registeredUsers,
    bindings: registrations.count,
    calls: states,
    messagesWaiting: messages.waiting,
    lines: lines.states,
    linesSendable: lines.sendable,
    ...(gateways.goip && { goip: goipOf(gateways.goip.figures()) }),
    ...(gateways.ejoin && { ejoin: ejoinOf(gateways.ejoin.figures()) }),
    sipMessages: counters.messages,
    sipErrors: counters.errors,
    media: 'figures' in media ? mediaOf(media.figures()) : {},
    blockedSources: guard.list().length,
  }
}

const ejoinOf = ({ posts, reports, complaints }: ReturnType<Ejoin['figures']>): Record<string, number> => ({
  ...{ posts, reports },
  ...complaints,
})

const goipOf = ({ lines: _, denied, datagrams, ...figures }: GoipFigures): Record<string, number> => ({
  all: datagrams,
  ...figures,
  ...Object.fromEntries(Object.entries(denied).map(([why, times]) => [why.replaceAll(' ', '_'), times])),
})

const mediaOf = ({ native: _, ...figures }: { native: boolean } & Record<string, number | boolean>) =>
  figures as Record<string, number>
