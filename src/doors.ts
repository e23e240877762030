import { join } from 'node:path'
import {
  createAdmin,
  ensureAdminPassword,
  type House,
  type Monitor,
  type Password,
  serveMonitor,
  userViewOf,
} from '#admin'
import { err, ok, type Result } from '#lib/result'
import { openApplications } from './applications.ts'
import { createGatewayDesk } from './gateway-desk.ts'
import type { Ground, StartFault } from './ground.ts'
import { createHouseMonitor } from './monitor-door.ts'
import type { Network } from './network.ts'
import { createHousePhone, openPhoneDoor, type PhoneDoor } from './phone-door.ts'

/** The operator's ways in: the monitor, and REST where the configuration has it. */
export type Doors = {
  monitor: Monitor
  /** In clear at the start that generated it, to be printed once. */
  adminPassword: string | undefined
  /** Servers of pages, which may want a WebSocket of the same place. */
  servers: (PhoneDoor['servers'][number] & { path: string })[]
  close(): Promise<void>
}

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

/** `quit`: the operator asked the monitor to stop the server. */
export const openDoors = async (
  ground: Ground,
  network: Network,
  version: string,
  quit: () => void,
): Promise<Result<Doors, StartFault>> => {
  const { settings, log, timers, store, pem } = ground
  const { guard, random } = network
  const house = houseOf(network, ground, version)
  const password = settings.admin && (await ensureAdminPassword(store, settings.admin.password))
  const renewPassword = () => renewed(password)
  const desk = createGatewayDesk(ground, network)
  const monitor = createHouseMonitor(ground, network, { house, desk, quit, renewPassword })
  const socket = await serveMonitor(join(settings.data_dir, 'monitor.sock'), monitor)
  if (!socket.ok) log.write('app', 'error', `the monitor cannot be attached to: ${socket.error}`)
  const applications = await openApplications(ground, network, version)
  const phone = await createHousePhone(ground, network, version)
  const phoneDoor = await openPhoneDoor(ground, phone)
  if (!phoneDoor.ok) {
    await applications.close()
    if (socket.ok) await socket.value.close()
    return phoneDoor
  }
  const servers = phoneDoor.value.servers.map((one) => ({ ...one, path: '/' }))
  const closeSocket = async (): Promise<void> => {
    await phoneDoor.value.close()
    await applications.close()
    if (socket.ok) await socket.value.close()
  }
  if (!settings.admin || !password)
    return ok({ monitor, adminPassword: undefined, servers, close: closeSocket })
  const admin = await createAdmin({
    house,
    messages: network.messages,
    gateways: desk,
    feed: applications.feed,
    webhooks: applications.webhooks,
    ...(phone && { phone }),
    ...(network.gateways.ejoin && { ejoin: network.gateways.ejoin }),
    metrics: { metrics: applications.metrics, open: settings.admin.metrics === 'open' },
    ...(settings.goip && { dblUsers: settings.goip.api_users }),
    simLimits: {
      perDay: settings.sims.per_day,
      perMonth: settings.sims.per_month,
      recipientsPerMonth: settings.sims.recipients_per_month,
    },
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
    return err({ kind: 'admin', text: `admin: ${admin.error.address}: ${admin.error.text}` })
  }
  await password.keep()
  const close = async (): Promise<void> => void (await Promise.all([admin.value.close(), closeSocket()]))
  return ok({
    ...{ monitor, adminPassword: password.generated, close },
    servers: [...servers, ...admin.value.servers.map((one) => ({ ...one, path: '/phone/' }))],
  })
}

/** A password of our own making for who lost theirs; the monitor is for the server's own user only. */
const renewed = async (password: Password | undefined): Promise<Result<string, string>> => {
  if (!password) return err('there is no "admin" in the configuration, so nobody can log in')
  const text = await password.renew()
  return text === undefined
    ? err('admin.password in the configuration says the password: change it there')
    : ok(text)
}
