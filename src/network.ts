import type { Settings } from '#config'
import {
  type Carrier,
  createCallBack,
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
  isRouteQueue,
  type MediaEvents,
} from '#core'
import {
  contactHeader,
  createAddressTowards,
  createDeliveries,
  createDialogMarks,
  createFlowChoice,
  createIms,
  createMtCall,
  createPages,
  createRing,
  createServiceOf,
  createStamp,
  createSubscriberCarrier,
  sameContact,
  type TextSettings,
} from '#ims'
import { bugText } from '#lib/log'
import { createRandom } from '#lib/random'
import { createEmbeddedMedia, createPassedMedia, createRtpengineMedia, type EmbeddedMedia } from '#media'
import { createLegs, createNotifier, createSipEndpoint, type TimerValues } from '#sip'
import {
  alternativeOf,
  createCounters,
  createEventLog,
  createExempt,
  createFileReader,
  emergencyNumbersOf,
  emergencyPlanOf,
  mediaPlansOf,
  subscribersOf,
  webMediaPlanOf,
} from '#start'
import { createFleetSide, type FleetSide, openGateways } from './gateways.ts'
import type { Ground } from './ground.ts'
import { createPhoneSide } from './phone-side.ts'
import { createProxiedSide } from './proxied.ts'
import { createSoundSide } from './sounds.ts'
import { createTrunkSide } from './trunks.ts'
import { agentHeadersOf, createWebphoneSide } from './webphone.ts'

/** The telephone network itself: who is who and where, calls, and SIP below them. */
export type Network = Awaited<ReturnType<typeof joinNetwork>>

const timerValuesOf = ({ timer_t1, timer_t2, timer_t4 }: Settings): TimerValues => ({
  t1: timer_t1 * 1000,
  t2: timer_t2 * 1000,
  t4: timer_t4 * 1000,
})

/** Who is who, where they can be reached, and who has failed too often. */
const createPeople = async ({ settings, log, timers, store }: Ground) => {
  const { clock } = timers
  const { security } = settings
  const events = createEvents((bug) => log.write('app', 'error', bugText(bug)))
  events.subscribe(createEventLog(log))
  const guard = createGuard({
    clock,
    blockAfter: security.block_after,
    blockMinutes: security.block_minutes,
    exempt: createExempt(security.exempt),
    onBlocked: (source) => {
      const minutes = security.block_minutes
      log.write('app', 'warn', `blocked for ${minutes} minutes: too many failures`, { user: source })
      events.publish({ kind: 'source.blocked', source, minutes })
    },
  })
  const subscribers = createSubscribers(subscribersOf(settings))
  const registrations = createRegistrations({ clock, timers, store, events, sameContact })
  const restored = registrations.restore(await store.loadBindings(), subscribers)
  const closed = await store.closeOpenCalls('restart')
  log.write('app', 'info', `${restored} registrations restored, ${closed} open call records closed`)
  return { events, guard, subscribers, registrations }
}

const createMedia = async (
  { settings, log }: Ground,
  events: MediaEvents,
): Promise<ReturnType<typeof createPassedMedia> | EmbeddedMedia> => {
  const { engine, workers, servers } = settings.media
  if (engine === 'none') return createPassedMedia()
  const web = webMediaPlanOf(settings)
  const plan = { listeners: mediaPlansOf(settings), log, events, ...(web && { web }) }
  if (engine === 'embedded') return createEmbeddedMedia({ ...plan, workers })
  const embedded = await createEmbeddedMedia({ ...plan, workers: 1 })
  const limitS = (): number => web?.limits().talking ?? 0
  return createRtpengineMedia({ servers, embedded, events, log, limitS })
}

const textSettingsOf = ({ messages }: Settings): TextSettings => ({
  gateway: messages.gateway,
  smsc: messages.smsc,
  nationalTables: messages.national_tables,
  relayOnly: messages.relay_only,
})

/** Texts: what a process before this one left goes to those who are still registered. */
const createTexts = async (
  ground: Ground,
  { events, subscribers, registrations }: Awaited<ReturnType<typeof createPeople>>,
  { destinations }: Pick<FleetSide, 'destinations'>,
  carrierOf: (queue: string) => Carrier | undefined,
) => {
  const { settings, live, log, timers, store } = ground
  const { most_waiting: mostWaiting, most_per_recipient: mostPerRecipient, part_wait } = settings.messages
  const { most_per_sender: mostPerSender } = settings.messages
  const messages = createMessages({
    ...{ timers, random: createRandom(), subscribers, destinations, events, log, live, carrierOf },
    store: store.messages,
    backlog: await store.messages.load(),
    bounds: { mostWaiting, mostPerRecipient, mostPerSender, partWaitMinutes: part_wait },
  })
  events.subscribe((event) => {
    if (event.kind !== 'registration.changed') return
    if (event.change === 'registered' || event.change === 'refreshed') messages.wake(event.impi)
  })
  if (messages.waiting > 0) log.write('app', 'info', `${messages.waiting} messages wait`)
  return {
    messages,
    /** Once everything that they go through is there. */
    resume: () => {
      for (const subscriber of subscribers.list)
        if (registrations.of(subscriber).length > 0) messages.wake(subscriber.impi)
    },
  }
}

/** The parts and how they are joined: SIP below, the core in the middle, records beside it. */
export const joinNetwork = async (ground: Ground) => {
  const { settings, live, log, timers, store, wire } = ground
  const random = createRandom()
  const values = timerValuesOf(settings)
  const people = await createPeople(ground)
  const { events, guard, subscribers, registrations } = people

  // Media tell of silence to calls that are made after them, and SIP tells requests to an adapter made after it:
  // these two rings are closed here, by functions that look their partner up when they are called.
  const media = await createMedia(ground, {
    onSilent: (call, silentMs, limitMs) => calls.onSilent(call, silentMs, limitMs),
    onPictureWanted: (call, side) => calls.onPictureWanted(call, side),
    onDtmf: (call, side, digit) => {
      log.write('media', 'info', `${side} pressed ${digit}`, { user: call })
      calls.onDtmf(call, side, digit)
    },
    onSpoken: (call, end, ms) => calls.onSpoken(call, end, ms),
    onRecorded: (call, files) => calls.onRecorded(call, files),
    onClosed: (call, flowed) => dialogs.onClosed(call, flowed),
    onWeb: (web, state) => webphone?.onWeb(web, state),
  })
  const dialogs = createDialogs({ timers, events, media })
  const marks = createDialogMarks(dialogs)
  const stamp = createStamp(settings.user_agent, settings.custom_headers)
  const sip = createSipEndpoint({
    ...{ timers, random, log, wire, values },
    user: {
      onRequest: (request, transaction) => ims.onRequest(request, transaction),
      onAck: (request, flow) => ims.onAck(request, flow),
      onStrayResponse: (response, flow) => ims.onStrayResponse(response, flow),
    },
    tcpThreshold: settings.tcp_threshold,
    exempt: createExempt(settings.security.exempt),
    stamp: (message) => {
      stamp(message)
      marks.onSent(message)
    },
    seen: marks.onReceived,
  })
  const dialogues = { flowFor: createFlowChoice(wire), contact: contactHeader, request: sip.request }
  const notifier = createNotifier({ timers, random, ...dialogues })
  const legs = createLegs({
    ...{ random, timers, values, ...dialogues },
    sessionExpires: settings.session_expires,
    sendAck: sip.sendAck,
    onBug: (bug) => log.write('app', 'error', bugText(bug)),
  })
  const emergency = createEmergency(emergencyPlanOf(settings), subscribers)
  const trunkSide = createTrunkSide(ground, {
    ...{ subscribers, registrations, legs, random, request: sip.request },
  })
  const { routes, trusted, trunkOf } = trunkSide
  const proxied = createProxiedSide(ground, people, random)
  const webphoneSide = createWebphoneSide(ground, people)
  const phoneSide = await createPhoneSide(ground, people, random, {
    hangUp: (call) => void calls.hangUp(call),
    isOpen: (subscriber) => webphone?.sessions.of(subscriber).some(({ phone }) => phone.link) === true,
  })
  const { waking } = phoneSide
  const sounds = await createSoundSide(ground, media)
  const pages = createPages()
  const browsers = settings.media.engine === 'none' ? {} : { browsers: media, pages }
  const agents = agentHeadersOf(settings)
  const ring = createRing({
    legs,
    wire,
    random,
    ...browsers,
    ...agents,
    calledPartyId: () => live.calledPartyId,
  })
  const { wakes } = waking
  const routeTo = proxied.routing(createRouting({ ...people, echo: settings.echo, emergency, routes, wakes }))
  const calls = createCalls({
    ...{ timers, random, media, store, events, log },
    ...{ routeTo, trunks: proxied.trunks(trunkSide.trunks) },
    trunkRing: dialogs.watchTrunks(proxied.ring(trunkSide.trunkRing)),
    ring: dialogs.watchRing(webphoneSide.ringOver(ring)),
    ...{ transportOf: webphoneSide.transportOf, waking, sounds },
    ...(settings.webphone && settings.media.engine !== 'none' && { isPage: pages.isPage }),
    addressTowards: createAddressTowards(wire, mediaPlansOf(settings)),
    settings: {
      dialogTimeoutS: () => live.dialogTimeoutS,
      noAnswerS: settings.calls.no_answer,
      mostCalls: settings.calls.most,
    },
  })
  const lamps = createLamps({ events, registrations, calls: () => calls.list() })
  const readFile = createFileReader(settings.config_dir)
  const mtCall = createMtCall({ calls, subscribers, media, domain: settings.domain, readFile })
  const texts = {
    ...{ timers, random, log, live, subscribers, registrations, wire, request: sip.request },
    domain: settings.domain,
    settings: textSettingsOf(settings),
    deliveries: createDeliveries(timers.clock),
  }
  const carrier = webphoneSide.carrierOver(createSubscriberCarrier(texts))
  const fleetSide = await createFleetSide(ground, events, subscribers)
  const { messages, resume } = await createTexts(ground, people, fleetSide, (queue) =>
    isRouteQueue(queue) ? fleetSide.carrierOf(queue) : carrier,
  )
  const { tokens, guests } = phoneSide
  const callBack = createCallBack({ timers, guests, calls, media, events, echo: settings.echo })
  const webphone = webphoneSide.open({
    ...{ ...people, random, calls, media, messages, tokens, guests, lamps, sounds },
    ...(proxied.upstream && { upstream: proxied.upstream }),
  })
  const ims = createIms({
    ...browsers,
    ...agents,
    ...{ timers, random, log, store, subscribers, registrations, guard, calls, legs, notifier, events },
    sqns: await store.loadSqns(),
    domain: settings.domain,
    bindingExpires: () => live.bindingExpiresS,
    subscribeExpires: () => live.subscribeExpiresS,
    lamps,
    mailbox: sounds.mailbox,
    ...{ trusted, trunkOf },
    emergency: {
      serviceOf: createServiceOf(emergencyNumbersOf(settings, subscribers)),
      takes: emergency.takes,
    },
    alternative: alternativeOf(settings),
    texts: { ...texts, messages },
  })
  wire.start({
    onData: (flow, octets) => {
      if (!guard.blocked(flow.address)) sip.onData(flow, octets)
    },
    onClose: (flow) => sip.onClose(flow),
  })
  const gateways = await openGateways(ground, fleetSide, { messages, guard, events })
  resume()
  trunkSide.start()
  proxied.start(calls)
  sounds.start()
  const counters = createCounters(sip.counters, events)
  return {
    ...people,
    ...{ phoneSide, callBack },
    webphone,
    gateways,
    trunkSide,
    proxied,
    routeTo,
    counters,
    calls,
    ...{ lamps, sounds },
    dialogs,
    messages,
    mtCall,
    legs,
    notifier,
    media,
    sip,
    random,
  }
}
