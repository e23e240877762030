import { type AdminPorts, createFeed, createMetrics, type GatewayDesk, type Webhooks } from '#admin'
import {
  type Carrier,
  createEvents,
  createMessages,
  createSubscribers,
  type Events,
  type Messages,
  type Subscriber,
} from '#core'
import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import { createHandClock } from '#lib/timers'
import { liveSettings } from './live-settings.ts'
import { memoryGateways } from './memory-gateways.ts'
import { type MemoryMessages, memoryMessages } from './memory-messages.ts'

const subscriber = (name: string, number: string): Subscriber => ({
  impi: `${name}@home.example`,
  domain: 'home.example',
  identities: [
    { uri: `sip:${name}`, user: name },
    { uri: `tel:${number}`, user: number },
  ],
  proof: 'MD5',
  password: 'x',
  multiSim: false,
  anonymous: false,
  ringOnly: false,
  reliable: true,
  proveOnRegisterOnly: false,
})

export type TextHouse = {
  messages: Messages
  store: MemoryMessages
  events: Events
  /** What is handed to phones, and what they say to it; nobody is there at first. */
  carrier: Carrier
}

/** Texts as they are in the house, over a store in memory: for alice and bob, and jürgen. */
export const aTextHouse = (bounds: { mostWaiting?: number; mostPerRecipient?: number } = {}): TextHouse => {
  const events = createEvents()
  const store = memoryMessages()
  const house: TextHouse = {
    store,
    events,
    carrier: { deliver: async () => ({ kind: 'away', reason: 'not registered' }) },
    messages: createMessages({
      ...{ timers: createHandClock(), random: createRandom(), events, store, log: silentLog },
      live: liveSettings(),
      backlog: { inTurn: new Map(), accepted: [] },
      subscribers: createSubscribers([
        subscriber('alice', '+49301001'),
        subscriber('bob', '+49301002'),
        subscriber('jürgen', '+49301003'),
      ]),
      carrierOf: () => ({ deliver: (message, progress) => house.carrier.deliver(message, progress) }),
      bounds: { mostWaiting: 10_000, mostPerRecipient: 1000, partWaitMinutes: 60, ...bounds },
    }),
  }
  return house
}

export const noWebhooks: Webhooks = {
  list: async () => [],
  find: () => undefined,
  replay: async () => undefined,
  close: async () => {},
}

export const noFigures = {
  ...{ registeredUsers: 0, bindings: 0, calls: {}, messagesWaiting: 0, blockedSources: 0 },
  ...{ lines: {}, linesSendable: 0 },
  ...{ sipMessages: {}, sipErrors: {}, media: {} },
}

/** A house without gateways and routes. */
const noGateways: GatewayDesk = {
  fleet: { lines: () => [], get: () => undefined, devices: () => [], cards: () => [], lock: () => false },
  drivers: new Map(),
  records: memoryGateways(),
  routes: {
    ...{ list: () => [], taken: () => undefined },
    try: () => ({ accepted: false, why: 'no route fits', targets: [] }),
  },
  trunks: () => [],
}

/** What REST shows besides users and calls. */
export const applicationPorts = (
  house: Pick<TextHouse, 'messages' | 'events'> = aTextHouse(),
): Pick<AdminPorts, 'messages' | 'gateways' | 'feed' | 'webhooks' | 'metrics'> => {
  const { messages, events } = house
  const { clock } = createHandClock()
  const feed = createFeed({ events, clock, random: createRandom() })
  const metrics = createMetrics({
    ...{ version: '1.2.3', events, feed, webhooks: noWebhooks, onCommit: () => {} },
    figures: () => noFigures,
  })
  return { messages, gateways: noGateways, feed, webhooks: noWebhooks, metrics: { metrics, open: false } }
}
