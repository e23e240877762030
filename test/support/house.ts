import {
  type CallPlan,
  type CallRecord,
  createAddressPlan,
  createCallRoutes,
  createCalls,
  createDialogs,
  createEmergency,
  createEvents,
  createGuard,
  createLamps,
  createMessages,
  createRegistrations,
  createRouting,
  createSubscribers,
  createTrunks,
  type EmergencyPlan,
  isWeb,
  type LiveSettings,
  type MailboxSettings,
  type Media,
  type MediaOptions,
  type Store,
  type Subscriber,
  type Subscribers,
} from '#core'

import {
  type AlternativePlan,
  contactHeader,
  createAddressTowards,
  createDeliveries,
  createDialogMarks,
  createFlowChoice,
  createIms,
  createMtCall,
  createRing,
  createServiceOf,
  createSubscriberCarrier,
  createTrunkRing,
  sameContact,
  type TextSettings,
  type TrunkLine,
  type TrunkRingPorts,
} from '#ims'
import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import { err, ok } from '#lib/result'
import { createHandClock } from '#lib/timers'
import type { Flow } from '#lib/wire'
import { createLegs, createNotifier, createSipEndpoint, type TransactionUser } from '#sip'
import { createWebCarrier, type Webphone } from '#webphone'
import { createHouseWeb, type HouseWebOptions } from './house-web.ts'
import { liveSettings } from './live-settings.ts'
import { memoryMessages } from './memory-messages.ts'
import { createMemoryNet } from './memory-net.ts'
import { memorySounds, speakingMedia } from './memory-sounds.ts'

export const HOUSE = { address: '192.0.2.1', port: 5060 }
export const DOMAIN = 'tandem.test'
const AGENT_HEADERS = { id: 'X-ACD-Call-ID', tel: 'X-ACD-Agent' }
const VALUES = { t1: 500, t2: 4000, t4: 5000 }

export const aSubscriber = (name: string, more: Partial<Subscriber> = {}): Subscriber => ({
  impi: `${name}@${DOMAIN}`,
  domain: DOMAIN,
  identities: [{ uri: `sip:${name}`, user: name }],
  proof: 'MD5',
  password: `secret of ${name}`,
  multiSim: false,
  anonymous: false,
  ringOnly: false,
  reliable: true,
  proveOnRegisterOnly: false,
  ...more,
})

const HOUSE_SDP =
  'v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 10000 RTP/AVP 0\r\n'

/** Media that only mark what went through them: `[offer caller]` and so on is put before each description. */
const markingMedia = (): Media & {
  closed: string[]
  done: string[]
  wished: (MediaOptions | undefined)[]
} => {
  const closed: string[] = []
  const done: string[] = []
  const wished: (MediaOptions | undefined)[] = []
  return {
    ...{ closed, done, wished },
    offer: async (_call, side, sdp, options) => {
      wished.push(options)
      return ok(`${sdp}a=x-through:offer-${side}\r\n`)
    },
    answer: async (_call, side, sdp) => ok(`${sdp}a=x-through:answer-${side}\r\n`),
    echo: async (_call, side, sdp) => ok(`${sdp}a=x-through:echo-${side}\r\n`),
    invite: async (_call, side) => ok(`${HOUSE_SDP}a=x-through:invite-${side}\r\n`),
    ask: async (web) => ok(`${HOUSE_SDP}a=x-through:ask-${web}\r\n`),
    refresh: async (web, sdp) => ok(`${sdp}a=x-through:refresh-${web}\r\n`),
    attach: (call, side) => void done.push(`attach ${call} ${side}`),
    leave: (web) => void done.push(`leave ${web}`),
    picture: (call, side) => void done.push(`picture ${call} ${side}`),
    dtmf: (call, towards, digit) => void done.push(`dtmf ${call} ${towards} ${digit}`),
    close: (call) => void closed.push(call),
    stats: async () => [],
  }
}

const memoryStore = () => {
  const calls = new Map<string, CallRecord>()
  const sqns = new Map<string, bigint>()
  const bindings = new Map<string, unknown>()
  const store: Pick<Store, 'saveCall' | 'saveSqn' | 'saveBinding' | 'deleteBinding'> = {
    saveCall: (record) => void calls.set(record.id, record),
    saveSqn: async (impi, sqn) => void sqns.set(impi, sqn),
    saveBinding: (binding) => void bindings.set(`${binding.impi} ${binding.contact}`, binding),
    deleteBinding: (impi, contact) => void bindings.delete(`${impi} ${contact}`),
  }
  return { ...store, calls, sqns, bindings }
}

type HouseOptions = HouseWebOptions & {
  subscribers?: Subscriber[]
  echo?: string
  trusted?: (flow: Flow) => boolean
  dialogTimeoutS?: number
  blockAfter?: number
  /** Another wire than that of the network in memory. */
  wire?: ReturnType<ReturnType<typeof createMemoryNet>['wire']>
  /** Files with descriptions, by name. */
  files?: Record<string, string>
  emergency?: Partial<EmergencyPlan> & Partial<AlternativePlan> & { numbers?: string[] }
  mostCalls?: number
  texts?: Partial<TextSettings>
  trunks?: TrunksOfHouse
  live?: Partial<LiveSettings>
  /** Whose closed pages can be told of a call: by impi; `woken` hears of each. */
  waking?: { wakes: string[]; woken(impi: string): void }
  /** What is said is kept: mailboxes and recordings. */
  mailbox?: Partial<MailboxSettings>
}

/** `from`: the trunk that a flow comes from, where that is trusted. `most`: calls at once by each of them. */
export type TrunksOfHouse = {
  lines: (subscribers: Subscribers) => TrunkLine[]
  plans: CallPlan[]
  from?: (flow: Flow) => string | undefined
  most?: number
}

const trunkSideOf = (
  { lines: linesOf, plans, from = () => undefined, most = 10 }: TrunksOfHouse,
  subscribers: Subscribers,
  ports: Pick<TrunkRingPorts, 'legs' | 'wire' | 'random' | 'timers' | 'registrations'>,
) => {
  const { clock } = ports.timers
  const lines = linesOf(subscribers)
  const accounts = new Map(lines.flatMap(({ account, name }) => (account ? [[account, name] as const] : [])))
  const addresses = createAddressPlan('')
  return {
    trunks: createTrunks(
      lines.map(({ name }) => ({ name, mostCalls: most })),
      clock,
    ),
    routes: createCallRoutes(plans, addresses, () => clock.wallMs()),
    trunkRing: createTrunkRing({
      ...{ ...ports, domain: DOMAIN, normal: addresses.normal, listeners: [{ any: true }] },
      lines: new Map(lines.map((line) => [line.name, line])),
    }),
    trunkOf: (flow: Flow, subscriber: Subscriber | undefined) =>
      subscriber ? accounts.get(subscriber) : from(flow),
    trusted: (flow: Flow) => from(flow) !== undefined,
  }
}

/** The whole of Tandem between the wire and the records, on a hand-turned clock and a network in memory. */
export const aHouse = (options: HouseOptions = {}) => {
  const timers = createHandClock()
  const net = createMemoryNet()
  const wire = options.wire ?? net.wire(HOUSE)
  const random = createRandom()
  const store = memoryStore()
  const speaking = speakingMedia(() => options.mailbox !== undefined)
  const media = { ...markingMedia(), ...speaking }
  const events = createEvents()
  const { clock } = timers
  const dialogs = createDialogs({ timers, events, media })
  const marks = createDialogMarks(dialogs)
  const guard = createGuard({
    clock,
    blockAfter: options.blockAfter ?? 20,
    blockMinutes: 10,
    exempt: () => false,
    onBlocked: () => {},
  })
  const subscribers = createSubscribers(options.subscribers ?? [aSubscriber('alice'), aSubscriber('bob')])
  const registrations = createRegistrations({ clock, timers, store, events, sameContact })
  const user: TransactionUser = {
    onRequest: (request, transaction) => ims.onRequest(request, transaction),
    onAck: (request, flow) => ims.onAck(request, flow),
    onStrayResponse: (response, flow) => ims.onStrayResponse(response, flow),
  }
  const sip = createSipEndpoint({
    timers,
    random,
    log: silentLog,
    wire,
    user,
    values: VALUES,
    tcpThreshold: 65535,
    stamp: marks.onSent,
    seen: marks.onReceived,
  })
  const legs = createLegs({
    random,
    timers,
    values: VALUES,
    sessionExpires: 3600,
    flowFor: createFlowChoice(wire),
    contact: contactHeader,
    request: sip.request,
    sendAck: sip.sendAck,
  })
  const notifier = createNotifier({
    ...{ timers, random, flowFor: createFlowChoice(wire), contact: contactHeader, request: sip.request },
  })
  const live = liveSettings(options.live)
  const messageStore = memoryMessages()
  const texts = {
    ...{ timers, random, log: silentLog, live, subscribers, registrations, wire, request: sip.request },
    ...{ domain: DOMAIN, deliveries: createDeliveries(clock) },
    settings: {
      gateway: 'ip-sm-gw',
      smsc: '+15550199',
      nationalTables: false,
      relayOnly: false,
      ...options.texts,
    },
  }
  const carrier = createWebCarrier(createSubscriberCarrier(texts), {
    ...{ subscribers, timers, sessions: () => webphone.sessions },
  })
  const messages = createMessages({
    ...{ timers, random, subscribers, events, live, log: silentLog },
    store: messageStore,
    backlog: { inTurn: new Map(), accepted: [] },
    carrierOf: () => carrier,
    bounds: { mostWaiting: 10_000, mostPerRecipient: 1000, partWaitMinutes: 60 },
  })
  events.subscribe((event) => {
    if (event.kind === 'registration.changed' && event.change === 'registered') messages.wake(event.impi)
  })
  const echo = options.echo ?? '600'
  const { numbers = ['112'], reason = 'Not here', action, ...plan } = options.emergency ?? {}
  const emergency = createEmergency(
    { policy: 'route', to: '', services: {}, anonymous: false, ...plan },
    subscribers,
  )
  const serviceOf = createServiceOf({
    numbers: new Set(numbers),
    isTaken: (user) => user === echo || subscribers.byIdentity(user) !== undefined,
  })
  const trunkSide = trunkSideOf(options.trunks ?? { lines: () => [], plans: [] }, subscribers, {
    ...{ legs, wire, random, timers, registrations },
  })
  const { trunks, routes, trunkRing, trunkOf } = trunkSide
  const ringSip = createRing({ legs, wire, random, agentHeaders: AGENT_HEADERS, calledPartyId: () => true })
  const sounds = memorySounds(clock, options.mailbox)
  const wakes = (impi: string): boolean => options.waking?.wakes.includes(impi) === true
  const calls = createCalls({
    sounds: options.mailbox && sounds.ports,
    timers,
    random,
    media,
    store,
    events,
    ...{ trunks, trunkRing: dialogs.watchTrunks(trunkRing) },
    routeTo: createRouting({
      ...{ subscribers, registrations, echo, emergency, routes, wakes, sameContact },
      isAway: (binding) => webphone.isAway(binding),
    }),
    waking: {
      wakes,
      wake: (_call, { subscriber }) => options.waking?.woken(subscriber.impi),
      next: ({ subscriber: { impi } }, hear) =>
        events.subscribe((event) => {
          if (event.kind === 'registration.changed' && event.change === 'registered' && event.impi === impi)
            hear(event.binding)
        }),
    },
    ring: dialogs.watchRing((...ringing) =>
      isWeb(ringing[1]) ? webphone.ring(...ringing) : ringSip(...ringing),
    ),
    transportOf: (binding, call) => webphone.transportOf(binding, call),
    addressTowards: createAddressTowards(wire, [{ any: true }]),
    settings: {
      dialogTimeoutS: () => options.dialogTimeoutS ?? 15,
      noAnswerS: 120,
      mostCalls: options.mostCalls ?? 1000,
    },
  })
  const tokens = new Map<string, { impi: string; tel: string }>()
  const webphone: Webphone = createHouseWeb(options, tokens, carrier, {
    ...{ timers, random, subscribers, registrations, guard, calls, media, messages, events },
  })
  const mtCall = createMtCall({
    ...{ calls, subscribers, media, domain: DOMAIN },
    readFile: async (name) => {
      const text = options.files?.[name]
      return text === undefined ? err(`${name}: there is no such file`) : ok(text)
    },
  })
  const lamps = createLamps({ events, registrations, calls: () => calls.list() })
  const ims = createIms({
    agentHeaders: AGENT_HEADERS,
    timers,
    random,
    log: silentLog,
    // Through the object, so that a test may put something else in its place.
    store: { saveSqn: (impi, sqn) => store.saveSqn(impi, sqn) },
    sqns: store.sqns,
    subscribers,
    registrations,
    guard,
    calls,
    legs,
    domain: DOMAIN,
    notifier,
    events,
    bindingExpires: () => live.bindingExpiresS,
    subscribeExpires: () => live.subscribeExpiresS,
    lamps,
    mailbox: options.mailbox && sounds.mailbox,
    ...{ trusted: options.trusted ?? trunkSide.trusted, trunkOf },
    emergency: { serviceOf, takes: emergency.takes },
    alternative: { reason, action },
    texts: { ...texts, messages },
  })
  wire.start({ onData: (flow, octets) => sip.onData(flow, octets), onClose: () => {} })
  const settle = net.settle
  /** Lets time pass and messages travel, in small steps. */
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 100) {
      timers.advance(Math.min(left, 100))
      await settle()
    }
  }
  return {
    net,
    timers,
    sip,
    live,
    messages,
    messageStore,
    notifier,
    legs,
    webphone,
    tokens,
    trunks,
    calls,
    lamps,
    sounds,
    dialogs,
    mtCall,
    media,
    store,
    events,
    guard,
    subscribers,
    registrations,
    settle,
    pass,
  }
}
export type House = ReturnType<typeof aHouse>
