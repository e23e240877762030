import { createAddressPlan, type Line, type RoutePlan } from '#core'
import { createGoip, type LineSettings } from '#goip'
import { silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import type { Endpoint, Flow } from '#lib/wire'
import {
  createChance,
  createGoipDevice,
  createMobileNetwork,
  exposed,
  fairWeather,
  type GoipDevice,
  type GoipEvent,
  type GoipManner,
  type MediaSocket,
  type MobileText,
  realGoip,
  realRadio,
  simCardAt,
  type Weather,
} from '#simulators'
import { aGatewayHouse } from './gateway-house.ts'
import { aLine } from './goip-house.ts'

type Wish = {
  boxes: Record<string, number>
  line?: Partial<LineSettings>
  manner?: Partial<GoipManner>
  weather?: Weather
  seed?: number
  routes?: Partial<RoutePlan>[]
}

const HOUSE: Endpoint = { address: '192.0.2.1', port: 44_444 }

/**
 * Messages, routes, fleet and the GoIP adapter as the house joins them, with simulated devices around it: in memory, on
 * a clock turned by hand. `boxes`: devices by name, with so many lines each (`box1-1`, …).
 */
export const aMemoryTown = async ({ boxes, line, manner, weather = fairWeather, seed = 1, routes }: Wish) => {
  const ids = Object.entries(boxes).flatMap(([device, count]) =>
    Array.from({ length: count }, (_, index) => ({ device, id: `${device}-${index + 1}` })),
  )
  const house = await aGatewayHouse({
    script: (at, text) => goip.driver.send(at, text),
    nextTask: async (at) => goip.driver.nextTask?.(at),
    routes: routes ?? [{ attempts: 10, stages: [{ kind: 'gateway', targets: Object.keys(boxes) }] }],
  })
  const { timers } = house
  const goip = createGoip({
    ...{ timers, random: createRandom(), log: silentLog, fleet: house.fleet, inbox: house.inbox },
    addresses: createAddressPlan(''),
    guard: { blocked: () => false },
    lines: ids.map(({ device, id }) => aLine({ id, device, password: 'pw', ...line })),
  })
  const chance = createChance(seed)
  const left: MobileText[] = []
  const events: GoipEvent[] = []
  const network = createMobileNetwork({ timers, onLeft: (text) => left.push(text) })
  let port = 20_000
  const openSocket = async (): Promise<MediaSocket> =>
    exposed(joined(goip, ++port), weather, { timers, chance })
  const devices = new Map<string, GoipDevice>()
  for (const [index, device] of Object.keys(boxes).entries()) {
    const lines = ids
      .filter((one) => one.device === device)
      .map(({ id }, at) => ({ id, password: 'pw', sim: simCardAt(index * 100 + at, '+15550200001') }))
    const onEvent = (event: GoipEvent): void => void events.push(event)
    const options = { lines, manner: { ...realGoip, radio: realRadio, ...manner } }
    devices.set(
      device,
      createGoipDevice({ timers, chance, network, server: HOUSE, openSocket, onEvent }, options),
    )
  }
  /** Turns the clock until it is done, with the turns that promises and the disk need. */
  const until = async (
    what: string,
    done: () => boolean | Promise<boolean>,
    mostMs: number,
    everyMs = 100,
  ): Promise<void> => {
    for (let ms = 0; ms % everyMs !== 0 || !(await done()); ms += 100) {
      if (ms >= mostMs) throw new Error(`${what}: not within ${mostMs} ms`)
      timers.advance(100)
      await house.settle(4)
    }
  }
  return {
    ...{ house, goip, left, events, until },
    box: (name: string): GoipDevice => devices.get(name) as GoipDevice,
    plugAll: async () => {
      for (const device of devices.values()) await device.plug()
    },
    /** States of these messages, by how often. */
    async states(messages: string[]): Promise<Record<string, number>> {
      const counts: Record<string, number> = {}
      for (const id of messages) {
        const state = (await house.stateOf(id)) ?? 'gone'
        counts[state] = (counts[state] ?? 0) + 1
      }
      return counts
    },
    sendable: (): Line[] => house.fleet.list().filter(({ hindrance }) => hindrance === undefined),
  }
}

/** A device's socket whose other end is the adapter; what is said arrives in a later turn of the clock. */
const joined = (goip: ReturnType<typeof createGoip>, port: number): MediaSocket => {
  let open = true
  const local = { address: '192.0.2.9', port }
  const flow: Flow = {
    ...{ transport: 'udp', reliable: false, connection: 0, listener: 0, local: HOUSE, open: true },
    ...local,
    send: (octets) => {
      const bytes = Buffer.from(octets, 'latin1')
      queueMicrotask(() => open && socket.onPacket?.(bytes, HOUSE))
      return true
    },
    close: () => {},
  }
  const socket: MediaSocket = {
    ...{ local, onPacket: undefined },
    send: (octets) => {
      const bytes = Buffer.from(octets)
      queueMicrotask(() => goip.onData(flow, bytes))
    },
    close: () => {
      open = false
    },
  }
  return socket
}
