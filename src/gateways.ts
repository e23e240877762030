import { createLetters } from '#admin'
import {
  type AddressPlan,
  createAddressPlan,
  createDestinations,
  createFleet,
  createGatewayInbox,
  createRouteCarriers,
  createRouteTable,
  type Destinations,
  type DeviceKind,
  type Events,
  type Fleet,
  type GatewayDriver,
  type GatewayInbox,
  type Guard,
  type Messages,
  type Recall,
  type RouteTable,
  recallConversations,
  type Subscribers,
} from '#core'
import { createEjoin, type Ejoin } from '#ejoin'
import { createGoip, type Goip } from '#goip'
import { createRandom } from '#lib/random'
import { createHttpClient, type HttpClient } from '#net'
import {
  createExempt,
  type GoipLineBook,
  keptSecret,
  openGoipLineBook,
  routePlansOf,
  simRulesOf,
} from '#start'
import type { Ground } from './ground.ts'

/** Gateways with SIM cards: what is known of them, where they hand in what they say, and who speaks with them. */
export type GatewaySide = {
  fleet: Fleet
  inbox: GatewayInbox
  routes: RouteTable
  destinations: Destinations
  drivers: ReadonlyMap<DeviceKind, GatewayDriver>
  goip: Goip | undefined
  /** Those of its lines that the configuration does not have. */
  goipLines: GoipLineBook
  ejoin: Ejoin | undefined
  close(): Promise<void>
}

/** What is needed before there are messages: lines, routes, and who carries texts from the one to the other. */
export const createFleetSide = async (ground: Ground, events: Events, subscribers: Subscribers) => {
  const { settings, live, store, timers } = ground
  const date = new Date(timers.clock.wallMs())
  const kept = await store.gateways.loadSims(date.getUTCFullYear() * 12 + date.getUTCMonth())
  const addresses = createAddressPlan(settings.region)
  const plans = routePlansOf(settings)
  const { promise: ready, resolve: open } = Promise.withResolvers<void>()
  const isSticky = plans.some(({ strategy }) => strategy === 'sticky')
  // Behind the start, which it would hold up by seconds.
  const recall: Recall = (hear) =>
    ready.then(() => recallConversations(store.messages, addresses, timers.clock.wallMs(), hear))
  const fleet = createFleet({
    ...{ timers, events, kept, store: store.gateways, ...simRulesOf(settings) },
    ...(isSticky && { recall }),
  })
  const routes = createRouteTable(plans, addresses)
  const destinations = createDestinations({ subscribers, routes, addresses })
  const drivers = new Map<DeviceKind, GatewayDriver>()
  const letters = lettersOf(ground)
  // A text that is handed over may have its report in the inbox, which is made after the messages that it accepts.
  const handed = { tell: (_id: string, _line: string, _marks: string[]): void => {} }
  const reportMs = settings.sims.report_hours * 3_600_000
  const carrierOf = createRouteCarriers({
    ...{ timers, fleet, drivers, ready, addresses, live, destinations, post: letters.post, reportMs },
    onHanded: (id, line, marks) => handed.tell(id, line, marks),
  })
  return { fleet, addresses, routes, destinations, drivers, open, letters, handed, carrierOf, reportMs }
}
export type FleetSide = Awaited<ReturnType<typeof createFleetSide>>

const SECRET = 'webhook.secret'
/** Of many lines that are left out. */
const MOST_TOLD = 10

/** Texts that routes hand to applications; for a URL that `webhooks` does not have, the data folder keeps a secret. */
const lettersOf = ({ settings, timers, log }: Ground) =>
  createLetters({
    ...{ entries: settings.webhooks, clock: timers.clock },
    secretOf: () => {
      const make = (): string => `whsec_${Buffer.from(createRandom().bytes(32)).toString('base64')}`
      const { secret, file } = keptSecret(settings.data_dir, SECRET, make)
      log.write('app', 'info', `texts for applications without an entry in "webhooks" are signed by ${file}`)
      return secret
    },
  })

export const openGateways = async (
  { settings, timers, log, store, goipWire }: Ground,
  { fleet, addresses, routes, destinations, drivers, open, letters, handed, reportMs }: FleetSide,
  { messages, guard, events }: { messages: Messages; guard: Guard; events: Events },
): Promise<GatewaySide> => {
  const parked = await store.gateways.loadParked()
  const random = createRandom()
  const inbox = createGatewayInbox({
    ...{ timers, random, fleet, messages, store: store.gateways, events, parked, reportMs },
  })
  handed.tell = inbox.onHanded
  fleet.onFree(messages.free)
  const goipLines = openGoipLineBook(
    settings.data_dir,
    settings.goip?.lines ?? [],
    settings.ejoin?.devices ?? [],
  )
  for (const { id, device } of goipLines.waiting.slice(0, MOST_TOLD))
    log.write('gw', 'warn', `the GoIP line ${id} is left out: ${device || id} is the name of an Ejoin now`)
  const goip = goipWire
    ? createGoip({
        ...{
          timers,
          random: createRandom(),
          log,
          fleet,
          inbox,
          addresses,
          guard,
          lines: [...(settings.goip?.lines ?? []), ...goipLines.lines],
        },
        exempt: createExempt(settings.security.exempt),
      })
    : undefined
  const ejoin = openEjoin({ settings, timers, log, store, fleet, addresses, inbox, guard })
  if (ejoin) drivers.set('ejoin', ejoin.driver)
  if (goip) drivers.set('goip', goip.driver)
  open()
  if (goip) goipWire?.start({ onData: goip.onData, onClose: () => {} })
  return {
    ...{ fleet, inbox, routes, destinations, drivers, goip, goipLines, ejoin },
    close: async () => {
      ejoin?.close()
      goip?.close()
      letters.close()
      await goipWire?.close()
    },
  }
}

type EjoinSide = Pick<Ground, 'settings' | 'timers' | 'log' | 'store'> & {
  fleet: Fleet
  addresses: AddressPlan
  inbox: GatewayInbox
  guard: Guard
}

/** Devices are asked over HTTP, each with or without a look at its certificate. */
const openEjoin = ({ settings, ...ports }: EjoinSide): Ejoin | undefined => {
  const devices = settings.ejoin?.devices ?? []
  if (devices.length === 0) return undefined
  const clients = new Map<boolean, HttpClient>()
  const publicUrl = settings.admin?.public_url
  return createEjoin({
    ...{ ...ports, random: createRandom() },
    devices: devices.map(({ check_certificate: checkCertificates, ...device }) => {
      const client = clients.get(checkCertificates) ?? createHttpClient({ checkCertificates })
      clients.set(checkCertificates, client)
      return { ...device, http: client.request }
    }),
    ...(publicUrl !== undefined && { publicUrl }),
  })
}
