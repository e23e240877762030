import type { Settings } from '#config'
import {
  createCallBack,
  createCalls,
  createDialogs,
  createEmergency,
  createLamps,
  createRouting,
  extensionOf,
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
} from '#ims'
import { bugText } from '#lib/log'
import { createRandom } from '#lib/random'
import {
  createEmbeddedMedia,
  createPassedMedia,
  createRtpengineMedia,
  type EmbeddedMedia,
  eventsBeside,
} from '#media'
import { createLegs, createNotifier, createSipEndpoint, type TimerValues } from '#sip'
import {
  alternativeOf,
  createCounters,
  createExempt,
  createFileReader,
  emergencyNumbersOf,
  emergencyPlanOf,
  mailboxSettingsOf,
  mediaPlansOf,
  webMediaPlanOf,
} from '#start'
import { createFleetSide, openGateways } from './gateways.ts'
import type { Ground } from './ground.ts'
import { createPeople } from './people.ts'
import { createPhoneSide } from './phone-side.ts'
import { createProxiedSide } from './proxied.ts'
import { createSoundSide } from './sounds.ts'
import { createTexts, textSettingsOf } from './texts.ts'
import { createTrunkSide } from './trunks.ts'
import { agentHeadersOf, createWebphoneSide } from './webphone.ts'

/** The telephone network itself: who is who and where, calls, and SIP below them. */
export type Network = Awaited<ReturnType<typeof joinNetwork>>

const timerValuesOf = ({ timer_t1, timer_t2, timer_t4 }: Settings): TimerValues => ({
  t1: timer_t1 * 1000,
  t2: timer_t2 * 1000,
  t4: timer_t4 * 1000,
})

const createMedia = async (
  { settings, log, dtls: certificate, keys }: Ground,
  events: MediaEvents,
  isFixed: (web: string) => boolean,
): Promise<ReturnType<typeof createPassedMedia> | EmbeddedMedia> => {
  const { engine, workers, servers, transcode } = settings.media
  if (engine === 'none') return createPassedMedia()
  const web = webMediaPlanOf(settings)
  const plan = {
    listeners: mediaPlansOf(settings),
    log,
    events,
    speaks: mailboxSettingsOf(settings) !== undefined,
    ...(web && { web: { ...web, ...(certificate && { certificate }) } }),
  }
  if (engine === 'embedded') return createEmbeddedMedia({ ...plan, workers })
  const embedded = await createEmbeddedMedia({ ...plan, events: eventsBeside(events), workers: 1 })
  const limitS = (): number => web?.limits().talking ?? 0
  return createRtpengineMedia({
    ...{ servers, transcode, embedded, events, isFixed, log, limitS },
    ...(keys && { keys }),
  })
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
  const mediaEvents: MediaEvents = {
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
  }
  const media = await createMedia(ground, mediaEvents, (web) => webphone?.isOld(web) ?? false)
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
    ...{ subscribers, registrations, legs, random, request: sip.request, keep: sip.keep },
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
  const { isAway } = webphoneSide
  const routeTo = proxied.routing(
    createRouting({ ...people, echo: settings.echo, emergency, routes, wakes, isAway, sameContact }),
  )
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
  const { messages, resume } = await createTexts(ground, people, fleetSide, (queue) => {
    if (isRouteQueue(queue)) return fleetSide.carrierOf(queue)
    return extensionOf(queue) === undefined ? carrier : proxied.carrier
  })
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
  proxied.start(calls, messages)
  sounds.start()
  const counters = createCounters(sip.counters, events)
  return {
    ...people,
    ...{ phoneSide, callBack },
    webphone,
    webphoneServes: webphoneSide.serves,
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
