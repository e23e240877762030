import {
  type CoreEvent,
  createAddressPlan,
  createDestinations,
  createEvents,
  createFleet,
  createGatewayInbox,
  createMessages,
  createRouteCarriers,
  createRouteTable,
  createSubscribers,
  type GatewayText,
  type Line,
  type MessageDraft,
  type MessageStore,
  type PostJson,
  type RoutePlan,
  recallConversations,
  type SendResult,
  type Sighting,
  type SimRules,
} from '#core'
import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import { createHandClock } from '#lib/timers'
import { aSubscriber } from './house.ts'
import { liveSettings } from './live-settings.ts'
import { memoryGateways } from './memory-gateways.ts'
import { type MemoryMessages, memoryMessages } from './memory-messages.ts'

type Script = (line: Line, text: GatewayText) => SendResult | Promise<SendResult>

type Options = {
  routes?: Partial<RoutePlan>[]
  rules?: Partial<SimRules>
  script?: Script
  nextTask?: (line: Line) => Promise<string | undefined>
  store?: MemoryMessages
  gateways?: ReturnType<typeof memoryGateways>
  timers?: ReturnType<typeof createHandClock>
  region?: string
  bounds?: { mostWaiting?: number; mostPerRecipient?: number; mostPerSender?: number }
  post?: PostJson
}

export const aRoute = (more: Partial<RoutePlan> = {}): RoutePlan => ({
  name: 'out',
  match: { kind: 'message', to: '^\\+', from: '*' },
  ...{ allow: [], deny: [], strategy: 'round_robin', pacingMs: 0, atLeastOnce: false, attempts: 3 },
  ...{ fallbackAfterMs: 60_000, reports: true },
  stages: [{ kind: 'gateway', targets: ['*'] }],
  ...more,
})

export const RULES: SimRules = {
  ...{ perDay: -1, perMonth: -1, recipientsPerMonth: -1, pacingMs: 0, suspectAfter: 0, suspectMs: 600_000 },
}

export const aSighting = (line: string, more: Partial<Sighting> = {}): Sighting => {
  const [device = '', name = ''] = line.split('/')
  return { device, line: name, kind: 'goip', state: 'registered', sim: { iccid: `89-${line}` }, ...more }
}

/** Fleet, routes, messages and the gateways' inbox on a clock turned by hand, with a driver that does as it is told. */
export const aGatewayHouse = async (options: Options = {}) => {
  const timers = options.timers ?? createHandClock()
  const store = options.store ?? memoryMessages()
  const gateways = options.gateways ?? memoryGateways()
  const events = createEvents((bug) => {
    throw bug
  })
  const heard: CoreEvent[] = []
  events.subscribe((event) => void heard.push(event))
  const addresses = createAddressPlan(options.region ?? '')
  const fleet = createFleet({
    ...{ timers, events, rules: { ...RULES, ...options.rules }, store: gateways },
    kept: await gateways.loadSims(0),
    recall: (hear) => recallConversations(store, addresses, timers.clock.wallMs(), hear),
  })
  const subscribers = createSubscribers([
    aSubscriber('alice', { msisdn: '+491701234567', imsi: '262010000000001' }),
    aSubscriber('bob'),
  ])
  const routes = createRouteTable((options.routes ?? [{}]).map(aRoute), addresses)
  const destinations = createDestinations({ subscribers, routes, addresses })
  const seen: { line: string; text: GatewayText }[] = []
  let reference = 0
  const driver = {
    script:
      options.script ??
      ((): SendResult => ({ kind: 'sent', reference: String(++reference).padStart(4, '0') })),
    follow: undefined as undefined | ((line: string, task: string) => SendResult),
    send: async (line: Line, text: GatewayText): Promise<SendResult> => {
      seen.push({ line: line.id, text })
      return driver.script(line, text)
    },
  }
  let task = 0
  const asDriver = {
    send: driver.send,
    nextTask: options.nextTask ?? (async () => `task ${++task}`),
    follow: (line: string, name: string) => {
      const result = driver.follow?.(line, name)
      return result && Promise.resolve(result)
    },
  }
  const live = liveSettings()
  const carrierOf = createRouteCarriers({
    ...{ timers, fleet, addresses, live, destinations, drivers: new Map([['goip', asDriver]]) },
    post: options.post ?? (async () => ({ ok: true })),
    reportMs: 3 * 86_400_000,
    onHanded: (id, line, marks) => inbox.onHanded(id, line, marks),
  })
  const random = createRandom()
  const delivered: string[] = []
  const messages = createMessages({
    ...{ timers, random, events, log: silentLog, live, subscribers, destinations },
    store: gateways.over(store) as MessageStore,
    backlog: await store.load(),
    carrierOf: (queue) =>
      queue.startsWith('route:')
        ? carrierOf(queue)
        : {
            deliver: async (message) => {
              delivered.push(message.id)
              return { kind: 'delivered', route: 'fake' }
            },
          },
    bounds: {
      ...{ mostWaiting: 1_000_000, mostPerRecipient: 1000, partWaitMinutes: 60 },
      ...options.bounds,
    },
  })
  const parked = await gateways.loadParked()
  const inbox = createGatewayInbox({
    ...{ timers, random, fleet, messages, store: gateways, events, parked, reportMs: 3 * 86_400_000 },
  })
  fleet.onFree(messages.free)
  const settle = async (turns = 30): Promise<void> => {
    for (let i = 0; i < turns; i++) await new Promise((resume) => setImmediate(resume))
  }
  const pass = async (ms: number): Promise<void> => {
    timers.advance(ms)
    await settle()
  }
  const accepted = async (to: string, more: Partial<MessageDraft> = {}): Promise<string> => {
    const taken = await messages.accept({
      ...{ origin: 'api', from: '12345', to: { user: to, text: to }, body: { kind: 'text', text: 'hello' } },
      ...more,
    })
    if (!taken.ok) throw new Error(taken.error)
    return taken.value.id
  }
  const stateOf = async (id: string) => (await messages.get(id))?.state
  const sight = (...lines: string[]) => {
    for (const line of lines) fleet.sight(aSighting(line))
  }
  return {
    ...{ timers, store, gateways, heard, fleet, messages, inbox, driver, seen, delivered, routes, addresses },
    ...{ settle, pass, accepted, stateOf, sight },
  }
}
