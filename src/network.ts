import type { Settings } from '#config'
import {
  createCalls,
  createEvents,
  createGuard,
  createRegistrations,
  createRouting,
  createSubscribers,
  type MediaEvents,
} from '#core'
import {
  contactHeader,
  createFlowChoice,
  createIms,
  createMtCall,
  createRing,
  createStamp,
  sameContact,
} from '#ims'
import { bugText } from '#lib/log'
import { createRandom } from '#lib/random'
import { createEmbeddedMedia, createPassedMedia } from '#media'
import { createLegs, createNotifier, createSipEndpoint, type TimerValues } from '#sip'
import {
  createEventLog,
  createExempt,
  createFileReader,
  createTrusted,
  mediaPlansOf,
  subscribersOf,
} from '#start'
import type { Ground } from './ground.ts'

const MOST_CALLS = 20_000
const NO_ANSWER_S = 120

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

const createMedia = ({ settings, log }: Ground, events: MediaEvents) => {
  const { engine, workers } = settings.media
  if (engine === 'none') return createPassedMedia()
  return createEmbeddedMedia({ listeners: mediaPlansOf(settings), log, events, workers })
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
    onSilent: (call, silentMs) => calls.onSilent(call, silentMs),
    onDtmf: (call, side, digit) => log.write('media', 'info', `${side} pressed ${digit}`, { user: call }),
  })
  const sip = createSipEndpoint({
    ...{ timers, random, log, wire, values },
    user: {
      onRequest: (request, transaction) => ims.onRequest(request, transaction),
      onAck: (request, flow) => ims.onAck(request, flow),
      onStrayResponse: (response, flow) => ims.onStrayResponse(response, flow),
    },
    tcpThreshold: settings.tcp_threshold,
    exempt: createExempt(settings.security.exempt),
    stamp: createStamp(settings.user_agent, settings.custom_headers),
  })
  const dialogues = { flowFor: createFlowChoice(wire), contact: contactHeader, request: sip.request }
  const notifier = createNotifier({ timers, random, ...dialogues })
  const legs = createLegs({
    ...{ random, timers, values, ...dialogues },
    sessionExpires: settings.session_expires,
    sendAck: sip.sendAck,
    onBug: (bug) => log.write('app', 'error', bugText(bug)),
  })
  const calls = createCalls({
    ...{ timers, random, media, store, events, log },
    routeTo: createRouting({ subscribers, registrations, echo: settings.echo }),
    ring: createRing({ legs, wire, random, calledPartyId: () => live.calledPartyId }),
    settings: { dialogTimeoutS: () => live.dialogTimeoutS, noAnswerS: NO_ANSWER_S, mostCalls: MOST_CALLS },
  })
  const readFile = createFileReader(settings.config_dir)
  const mtCall = createMtCall({ calls, subscribers, media, domain: settings.domain, readFile })
  const ims = createIms({
    ...{ timers, random, log, store, subscribers, registrations, guard, calls, legs, notifier, events },
    sqns: await store.loadSqns(),
    domain: settings.domain,
    bindingExpires: () => live.bindingExpiresS,
    subscribeExpires: () => live.subscribeExpiresS,
    trusted: createTrusted(settings.trunks),
  })
  wire.start({
    onData: (flow, octets) => {
      if (!guard.blocked(flow.address)) sip.onData(flow, octets)
    },
    onClose: (flow) => sip.onClose(flow),
  })
  return { ...people, calls, mtCall, legs, notifier, media, sip, random }
}
