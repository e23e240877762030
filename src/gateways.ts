import {
  createFleet,
  createGatewayInbox,
  type DeviceKind,
  type Events,
  type Fleet,
  type GatewayDriver,
  type GatewayInbox,
  type Guard,
  type Messages,
} from '#core'
import { createEjoin, type Ejoin } from '#ejoin'
import { createGoip, type Goip } from '#goip'
import { createRandom } from '#lib/random'
import { createHttpClient, type HttpClient } from '#net'
import { createExempt } from '#start'
import type { Ground } from './ground.ts'

/** Gateways with SIM cards: what is known of them, where they hand in what they say, and who speaks with them. */
export type GatewaySide = {
  fleet: Fleet
  inbox: GatewayInbox
  drivers: ReadonlyMap<DeviceKind, GatewayDriver>
  goip: Goip | undefined
  ejoin: Ejoin | undefined
  close(): Promise<void>
}

/** What is needed before there are messages. */
export const createFleetSide = async ({ store, timers }: Ground, events: Events) => {
  const date = new Date(timers.clock.wallMs())
  const kept = await store.gateways.loadSims(date.getUTCFullYear() * 12 + date.getUTCMonth())
  const fleet = createFleet({
    ...{ timers, events, kept, store: store.gateways },
    rules: {
      ...{ perDay: -1, perMonth: -1, recipientsPerMonth: -1, pacingMs: 0 },
      ...{ suspectAfter: 5, suspectMs: 600_000 },
    },
  })
  return { fleet, drivers: new Map<DeviceKind, GatewayDriver>() }
}
export type FleetSide = Awaited<ReturnType<typeof createFleetSide>>

export const openGateways = (
  { settings, timers, log, store, goipWire }: Ground,
  { fleet, drivers }: FleetSide,
  { messages, guard }: { messages: Messages; guard: Guard },
): GatewaySide => {
  const inbox = createGatewayInbox({ timers, fleet, messages, store: store.gateways })
  const goip = goipWire
    ? createGoip({
        ...{ timers, random: createRandom(), log, fleet, inbox, guard, lines: settings.goip?.lines ?? [] },
        exempt: createExempt(settings.security.exempt),
      })
    : undefined
  const ejoin = openEjoin({ settings, timers, log, store, fleet, inbox, guard })
  if (ejoin) drivers.set('ejoin', ejoin.driver)
  if (goip) drivers.set('goip', goip.driver)
  if (goip) goipWire?.start({ onData: goip.onData, onClose: () => {} })
  return {
    ...{ fleet, inbox, drivers, goip, ejoin },
    close: async () => {
      ejoin?.close()
      goip?.close()
      await goipWire?.close()
    },
  }
}

type EjoinSide = Pick<Ground, 'settings' | 'timers' | 'log' | 'store'> & {
  fleet: Fleet
  inbox: GatewayInbox
  guard: Guard
}

/** Devices are asked over HTTP, each with or without a look at its certificate. */
const openEjoin = ({ settings, timers, log, store, fleet, inbox, guard }: EjoinSide): Ejoin | undefined => {
  const devices = settings.ejoin?.devices ?? []
  if (devices.length === 0) return undefined
  const clients = new Map<boolean, HttpClient>()
  const publicUrl = settings.admin?.public_url
  return createEjoin({
    ...{ timers, random: createRandom(), log, fleet, inbox, guard, store },
    devices: devices.map(({ check_certificate: checkCertificates, ...device }) => {
      const client = clients.get(checkCertificates) ?? createHttpClient({ checkCertificates })
      clients.set(checkCertificates, client)
      return { ...device, http: client.request }
    }),
    ...(publicUrl !== undefined && { publicUrl }),
  })
}
