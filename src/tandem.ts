import { join } from 'node:path'
import {
  converse,
  createAdmin,
  createMonitor,
  createOperations,
  ensureAdminPassword,
  type House,
  type Password,
  serveMonitor,
  userViewOf,
} from '#admin'
import type { Loaded, Settings } from '#config'
import {
  type CallSettings,
  createCalls,
  createEvents,
  createGuard,
  createRegistrations,
  createRouting,
  createSubscribers,
  type MediaEvents,
} from '#core'
import { contactHeader, createFlowChoice, createIms, createRing, createStamp, sameContact } from '#ims'
import type { Timers } from '#lib/clock'
import { bugText } from '#lib/log'
import { createRandom } from '#lib/random'
import { err, ok, type Result } from '#lib/result'
import { createTimers } from '#lib/timers'
import type { LogSink } from '#logs'
import { createEmbeddedMedia, createPassedMedia } from '#media'
import { loadOrCreateCertificate, type OpenWire, openWire } from '#net'
import { createLegs, createSipEndpoint, type TransactionUser } from '#sip'
import {
  certificateNames,
  configuredCertificate,
  createEventLog,
  createExempt,
  createTrusted,
  keepDaysOf,
  listenersOf,
  mediaPlansOf,
  needsCertificate,
  type Pem,
  prepareFolder,
  startRetention,
  subscribersOf,
} from '#start'
import { type OpenedStore, openStore } from '#storage'

/** Why the house could not be opened: what was wrong, what would be right. */
export type StartFault = { kind: 'folder' | 'bind' | 'store' | 'certificate' | 'admin'; text: string }

type Ground = {
  settings: Settings
  log: LogSink
  timers: Timers
  store: OpenedStore
  wire: OpenWire
  pem?: Pem | undefined
}

const MOST_CALLS = 20_000
const NO_ANSWER_S = 120

const pemOf = async (settings: Settings): Promise<Result<Pem | undefined, StartFault>> => {
  try {
    const own = configuredCertificate(settings)
    if (own || !needsCertificate(settings)) return ok(own)
    return ok(await loadOrCreateCertificate(settings.data_dir, certificateNames(settings)))
  } catch (problem) {
    return err({ kind: 'certificate', text: `tls: ${(problem as Error).message}` })
  }
}

/** Opens what can fail, in the order in which it must stand: folder, log, records, sockets. */
const openGround = async (
  settings: Settings,
  log: LogSink,
  timers: Timers,
): Promise<Result<Ground, StartFault>> => {
  const pem = await pemOf(settings)
  if (!pem.ok) return pem
  const file = settings.storage.kind === 'sqlite' ? settings.storage.filename : settings.storage.url
  const store = await openStore({ file, log, timers })
  if (!store.ok) return err({ kind: 'store', text: store.error.text })
  const exempt = createExempt(settings.security.exempt)
  const listeners = listenersOf(settings)
  const wire = await openWire({ listeners, log, exempt, ...(pem.value && { tls: pem.value }) })
  if (wire.ok) return ok({ settings, log, timers, store: store.value, wire: wire.value, pem: pem.value })
  await store.value.close()
  return err({ kind: 'bind', text: wire.error.message })
}

/** The parts and how they are joined: SIP below, the core in the middle, records beside it. */
const assemble = async ({ settings, log, timers, store, wire }: Ground) => {
  const random = createRandom()
  const { clock } = timers
  const onBug = (bug: unknown): void => log.write('app', 'error', bugText(bug))
  const events = createEvents(onBug)
  events.subscribe(createEventLog(log))
  const exempt = createExempt(settings.security.exempt)
  const guard = createGuard({
    clock,
    blockAfter: settings.security.block_after,
    blockMinutes: settings.security.block_minutes,
    exempt,
    onBlocked: (source) => {
      log.write('app', 'warn', `blocked for ${settings.security.block_minutes} minutes: too many failures`, {
        user: source,
      })
      events.publish({ kind: 'source.blocked', source, minutes: settings.security.block_minutes })
    },
  })

  const subscribers = createSubscribers(subscribersOf(settings))
  const registrations = createRegistrations({ clock, timers, store, events, sameContact })
  const restored = registrations.restore(await store.loadBindings(), subscribers)
  const closed = await store.closeOpenCalls('restart')
  log.write('app', 'info', `${restored} registrations restored, ${closed} open call records closed`)

  const callSettings: CallSettings = {
    dialogTimeoutS: settings.dialog_timeout,
    noAnswerS: NO_ANSWER_S,
    mostCalls: MOST_CALLS,
  }
  // Media tells of silence to calls that exist only after it: the one ring among the parts, closed through this.
  const mediaEvents: MediaEvents = {
    onSilent: (call, silentMs) => calls.onSilent(call, silentMs),
    onDtmf: (call, side, digit) => log.write('media', 'info', `${side} pressed ${digit}`, { user: call }),
  }
  const { engine, workers } = settings.media
  const media =
    engine === 'none'
      ? createPassedMedia()
      : await createEmbeddedMedia({ listeners: mediaPlansOf(settings), log, events: mediaEvents, workers })

  const sip = createSipEndpoint({
    timers,
    random,
    log,
    wire,
    user: {
      onRequest: (request, transaction) => ims.onRequest(request, transaction),
      onAck: (request, flow) => ims.onAck(request, flow),
      onStrayResponse: (response, flow) => ims.onStrayResponse(response, flow),
    } satisfies TransactionUser,
    values: { t1: settings.timer_t1 * 1000, t2: settings.timer_t2 * 1000, t4: settings.timer_t4 * 1000 },
    tcpThreshold: settings.tcp_threshold,
    exempt,
    stamp: createStamp(settings.user_agent, settings.custom_headers),
  })
  const legs = createLegs({
    random,
    timers,
    values: { t1: settings.timer_t1 * 1000, t2: settings.timer_t2 * 1000, t4: settings.timer_t4 * 1000 },
    sessionExpires: settings.session_expires,
    flowFor: createFlowChoice(wire),
    contact: contactHeader,
    request: sip.request,
    sendAck: sip.sendAck,
    onBug,
  })
  const calls = createCalls({
    timers,
    random,
    media,
    store,
    events,
    routeTo: createRouting({ subscribers, registrations, echo: settings.echo }),
    ring: createRing({ legs, wire, random, calledPartyId: () => settings.p_called_party_id }),
    log,
    settings: callSettings,
  })
  const ims = createIms({
    timers,
    random,
    log,
    store,
    sqns: await store.loadSqns(),
    subscribers,
    registrations,
    guard,
    calls,
    legs,
    domain: settings.domain,
    bindingExpires: () => settings.binding_expires,
    trusted: createTrusted(settings.trunks),
  })
  wire.start({
    onData: (flow, octets) => {
      if (!guard.blocked(flow.address)) sip.onData(flow, octets)
    },
    onClose: (flow) => sip.onClose(flow),
  })

  return { events, guard, subscribers, registrations, calls, legs, media, sip, random }
}

type Network = Awaited<ReturnType<typeof assemble>>

/** What REST and the monitor look at. */
const houseOf = (
  { subscribers, registrations, calls }: Network,
  { store, timers }: Ground,
  version: string,
): House => ({
  version,
  *users() {
    const busy = new Map<string, number>()
    for (const { offer, record } of calls.list()) {
      const called = subscribers.byIdentity(record.callee.replace(/^\w+:|@.*$/g, ''))?.subscriber
      for (const party of new Set([offer.caller.subscriber, called]))
        if (party) busy.set(party.impi, (busy.get(party.impi) ?? 0) + 1)
    }
    const now = timers.clock.wallMs()
    for (const subscriber of subscribers.list)
      yield userViewOf(subscriber, registrations.of(subscriber), busy.get(subscriber.impi) ?? 0, now)
  },
  calls: () => calls.list(),
  records: (query) => store.listCalls(query),
})

/** REST, and the monitor on its socket. */
const openDoors = async (ground: Ground, network: Network, version: string, quit: () => void) => {
  const { settings, log, timers, store, pem } = ground
  const { guard, random, registrations, calls } = network
  const house = houseOf(network, ground, version)
  const password = settings.admin && (await ensureAdminPassword(store, settings.admin.password))
  const operations = createOperations({
    deregister: registrations.deregister,
    hangUp: calls.hangUp,
    blocked: guard.list,
    unblock: guard.unblock,
    renewPassword: () => renewed(password),
  })
  const monitor = createMonitor({ house, log, clock: timers.clock, quit }, operations)
  const socket = await serveMonitor(join(settings.data_dir, 'monitor.sock'), monitor)
  if (!socket.ok) log.write('app', 'error', `the monitor cannot be attached to: ${socket.error}`)
  const closeSocket = async (): Promise<void> => (socket.ok ? socket.value.close() : undefined)
  if (!settings.admin || !password)
    return ok({ monitor, closeSocket, adminPassword: undefined, closeAdmin: async () => {} })
  const admin = await createAdmin({
    house,
    http: settings.admin.http_addr,
    https: settings.admin.https_addr,
    ...(pem && { certificate: { cert: pem.certificate, key: pem.key } }),
    keys: settings.admin.api_keys,
    password,
    guard,
    clock: timers.clock,
    random,
    log,
  })
  if (!admin.ok) {
    await closeSocket()
    return err({ kind: 'admin' as const, text: `admin: ${admin.error.address}: ${admin.error.text}` })
  }
  await password.keep()
  return ok({ monitor, closeSocket, adminPassword: password.generated, closeAdmin: admin.value.close })
}

/** A password of our own making for who lost theirs; the monitor is for the server's own user only. */
const renewed = async (password: Password | undefined): Promise<Result<string, string>> => {
  if (!password) return err('there is no "admin" in the configuration, so nobody can log in')
  const text = await password.renew()
  return text === undefined
    ? err('admin.password in the configuration says the password: change it there')
    : ok(text)
}

export type Tandem = {
  settings: Settings
  bound: OpenWire['bound']
  /** In clear at the start that generated it, to be printed once. */
  adminPassword: string | undefined
  network: Network
  /** The monitor on the server's own terminal, if there is one; `onPrompt` gets what shows a line above its prompt. */
  openTerminal(onPrompt: (tell: (line: string) => void) => void): void
  /** Ends calls, saves what is unsaved, closes everything. */
  close(): Promise<void>
}

/** `quit`: the operator asked the monitor to stop the server. */
export const startTandem = async (
  { settings }: Loaded,
  version: string,
  log: LogSink,
  quit: (why: string) => void,
): Promise<Result<Tandem, StartFault>> => {
  const folder = prepareFolder(settings.data_dir)
  if (!folder.ok) return err({ kind: 'folder', text: folder.error })
  const ground = await openGround(settings, log, createTimers())
  if (!ground.ok) return ground
  const { wire, store } = ground.value
  const network = await assemble(ground.value)
  const { calls, registrations, media } = network
  const doors = await openDoors(ground.value, network, version, () => quit('quit in the monitor'))
  const closeGround = async (): Promise<void> => {
    await wire.close()
    await media.close()
    await store.close()
  }
  if (!doors.ok) {
    await closeGround()
    return doors
  }
  const { deleteCallsBefore } = store
  startRetention({ timers: ground.value.timers, log, keepDays: keepDaysOf(settings), deleteCallsBefore })
  return ok({
    settings,
    bound: wire.bound,
    adminPassword: doors.value.adminPassword,
    network,
    openTerminal: (onPrompt) => {
      const { stdin: input, stdout: output } = process
      // With a prompt, Ctrl-C is a key like any other: here it still means the server.
      const onInterrupt = (): void => quit('Ctrl-C')
      if (input.isTTY) void converse(doors.value.monitor, { input, output, onInterrupt, onPrompt })
    },
    async close() {
      calls.hangUpAll()
      // What was just sent leaves at the end of this turn; peers that answer find nobody, as with any restart.
      await new Promise((done) => setTimeout(done, 50))
      registrations.save()
      const { received, sent, bugs } = network.sip.figures()
      log.write('sip', 'info', `${received} messages came, ${sent} went, ${bugs} bugs`)
      await Promise.all([doors.value.closeAdmin(), doors.value.closeSocket()])
      await closeGround()
      await log.close()
    },
  })
}
