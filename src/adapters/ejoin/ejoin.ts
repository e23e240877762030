import type { GatewayDriver } from '#core'
import { createClient, type DeviceClient } from './client.ts'
import { createComplaints } from './complaints.ts'
import { createDevices, type EjoinDevice } from './devices.ts'
import { createEjoinDriver } from './driver.ts'
import { createIntake } from './intake.ts'
import type { EjoinPorts, EjoinReply, EjoinRequest } from './ports.ts'
import { createReceiver } from './receiver.ts'
import { createReconcile, type Reconcile } from './reconcile.ts'
import { createSending } from './sending.ts'
import { createTasks } from './tasks.ts'
import { createTaskIds } from './tids.ts'

const SWEEP_MS = 1000
/** Where the web server has them: `/ejoin/<secret>`. */
export const EJOIN_PATH = '/ejoin'
const REPORT_EVERY_S = 60

export type Ejoin = {
  /** A post at `/ejoin/<secret>`; never rejects. */
  handle(request: EjoinRequest): Promise<EjoinReply>
  /** A post was refused before it was read. */
  refused(address: string, why: string): void
  driver: GatewayDriver
  figures(): { devices: number; online: number; posts: number; reports: number; tasks: number } & {
    complaints: Record<string, number>
  }
  close(): void
}

/** Ejoin gateways: what they post, and what they are asked over their own web servers. */
export const createEjoin = (ports: EjoinPorts): Ejoin => {
  const { timers, log, fleet, inbox, addresses, guard, store, random, publicUrl } = ports
  const { clock } = timers
  const devices = createDevices(ports.devices, clock.nowMs())
  const complaints = createComplaints(log, clock)
  const tasks = createTasks(timers, inbox)
  const intake = createIntake({ fleet, inbox, addresses, clock, tasks, complaints })
  const receiver = createReceiver({ timers, log, guard, devices, intake, complaints })
  const pushUrl = ({ settings }: EjoinDevice) => {
    const base = settings.report_url === '' ? (publicUrl ?? '') : settings.report_url
    return settings.push && base !== ''
      ? { url: `${base.replace(/\/+$/, '')}${EJOIN_PATH}/${settings.secret}`, periodS: REPORT_EVERY_S }
      : undefined
  }
  const clients = new Map<string, DeviceClient>()
  const followers: Reconcile[] = []
  for (const device of devices.all()) {
    fleet.describe(device.name, 'ejoin', { mac: device.settings.mac, address: '' })
    const client = createClient(device.settings, log)
    if (!client) continue
    clients.set(device.name, client)
    const follower = createReconcile({ timers, log, store, intake, complaints, pushUrl }, device, client)
    device.wish = follower.wish
    followers.push(follower)
    follower.wish('the start')
  }
  const nextId = createTaskIds({ store, random })
  const sending = createSending({ timers, tasks, nextId, pushUrl })
  const driver = createEjoinDriver({ devices, clients, sending, nextId, clock })

  let closed = false
  /** Off line after twice the time in which a sign of life was due. */
  const sweep = (): void => {
    if (closed) return
    const now = clock.nowMs()
    for (const device of devices.all())
      if (device.online && now - device.statusMs > 2 * device.expiresMs) {
        device.online = false
        fleet.lose(device.name, undefined, `no dev-status for ${Math.round((2 * device.expiresMs) / 1000)} s`)
        log.write('gw', 'warn', `Ejoin ${device.name} is off line`)
        device.wish('the device is silent')
      }
    timers.after(SWEEP_MS, sweep)
  }
  timers.after(SWEEP_MS, sweep)

  return {
    handle: receiver.handle,
    refused: (address, why) => complaints.complain('too-large', address, why, address),
    driver,
    figures: () => ({
      ...{ devices: devices.all().length, online: devices.all().filter(({ online }) => online).length },
      ...{ ...receiver.figures(), tasks: tasks.size, complaints: complaints.counts() },
    }),
    close() {
      closed = true
      for (const follower of followers) follower.close()
      tasks.close()
    },
  }
}
