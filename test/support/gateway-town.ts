import { createServer } from 'node:http'
import type { Timer, Timers } from '#lib/clock'
import { createTimers } from '#lib/timers'
import {
  createChance,
  createEjoinDevice,
  createGoipDevice,
  createMobileNetwork,
  type EjoinDevice,
  type EjoinEvent,
  type EjoinManner,
  exposed,
  fairWeather,
  fastRadio,
  type GoipDevice,
  type GoipEvent,
  type GoipManner,
  type MobileSim,
  type MobileText,
  realEjoin,
  realGoip,
  simCardAt,
  type Weather,
} from '#simulators'
import { freePort } from './ports.ts'
import { API_KEY, startTandem, type Tandem } from './tandem.ts'
import { openUdp } from './udp-socket.ts'
import { until } from './wait.ts'

/** A GoIP of so many lines, or an Ejoin of so many ports; cards are numbered through the town from +15550100201. */
export type BoxWish =
  | { kind: 'goip'; lines: number; manner?: Partial<GoipManner>; line?: Record<string, unknown> }
  | { kind: 'ejoin'; ports: number; manner?: Partial<EjoinManner>; device?: Record<string, unknown> }

export type TownWish = {
  boxes: Record<string, BoxWish>
  config?: Record<string, unknown>
  weather?: Weather
  seed?: number
  reply?: string
  /** Let who starts the town plug the devices in. */
  unplugged?: boolean
}

export type Box = { plug(): Promise<void> | void; unplug(): void }
export type TextView = {
  id: string
  state: string
  reason?: string
  via?: { line?: string }
  timeline: { state: string; reason?: string; route?: string }[]
}

/** Of a radio whose texts stay in the air until the test lets them go (`town.letGo`). */
const HELD_MS = 3_600_000
export const heldRadio = { ...fastRadio, leastMs: HELD_MS, mostMs: HELD_MS }

/** Timers of devices, of which those of held radios wait for the test. */
const holdingTimers = (timers: Timers) => {
  const held = new Set<() => void>()
  return {
    held,
    timers: {
      clock: timers.clock,
      get armed(): number {
        return timers.armed
      },
      after: (ms: number, run: () => void): Timer => {
        if (ms !== HELD_MS) return timers.after(ms, run)
        held.add(run)
        return { cancel: () => void held.delete(run) }
      },
    },
  }
}

const ADDRESS = '127.0.0.1'
const FIRST = '+15550100201'

/** A real house, simulated gateways on loopback, and one mobile network that joins them. */
export const startGatewayTown = async (wish: TownWish) => {
  const { boxes, weather = fairWeather, seed = 1 } = wish
  const { timers, held } = holdingTimers(createTimers())
  const chance = createChance(seed)
  const left: MobileText[] = []
  const network = createMobileNetwork({
    ...{ timers, travelMs: 10, replyMs: 50, reply: wish.reply },
    onLeft: (text) => left.push(text),
  })
  const goipPort = await freePort()
  const events: (GoipEvent | EjoinEvent)[] = []
  const configured = { lines: [] as object[], devices: [] as object[] }
  const build = new Map<string, (house: Tandem) => Promise<Box>>()
  let cards = 0
  const seats = new Map<string, { sim: MobileSim }[]>()

  for (const [name, box] of Object.entries(boxes)) {
    if (box.kind === 'goip') {
      const lines = Array.from({ length: box.lines }, (_, index) => ({
        ...{ id: `${name}-${index + 1}`, password: 'pw', sim: simCardAt(cards++, FIRST) },
      }))
      for (const { id, password, sim } of lines)
        configured.lines.push({ id, password, number: sim.number, device: name, ...box.line })
      seats.set(name, lines)
      build.set(name, async () => {
        const manner = { ...realGoip, radio: fastRadio, reportMs: 50, ...box.manner }
        const server = { address: ADDRESS, port: goipPort }
        const openSocket = async () => exposed(await openUdp(), weather, { timers, chance })
        const onEvent = (event: GoipEvent): void => void events.push(event)
        return createGoipDevice({ timers, chance, network, server, openSocket, onEvent }, { lines, manner })
      })
    } else {
      const slots = Array.from({ length: box.ports }, () => [simCardAt(cards++, FIRST)])
      const web = await freePort()
      const account = { username: 'root', password: 'pw' }
      configured.devices.push({
        ...{ name, secret: `secret-${name}`, url: `http://${ADDRESS}:${web}`, ...account, ...box.device },
      })
      build.set(name, async (house) => {
        const device = createEjoinDevice(
          { timers, chance, network, post, onEvent: (event) => void events.push(event) },
          {
            ...{ mac: `02-00-5e-00-00-${String(build.size).padStart(2, '0')}`, ...account, cards: slots },
            url: `http://${ADDRESS}:${house.ports.http}/ejoin/secret-${name}`,
            manner: {
              ...{
                ...realEjoin,
                radio: fastRadio,
                reportMs: 50,
                stepMs: 20,
                intervalMs: 1000,
                postAgainMs: 200,
              },
              ...box.manner,
            },
          },
        )
        await serve(web, device)
        return device
      })
    }
  }

  let house = await startTandem({
    config: {
      security: { exempt: ['127.0.0.0/8'] },
      sms_retry_delay: 1,
      goip: { addr: `${ADDRESS}:${goipPort}`, lines: configured.lines },
      ejoin: { devices: configured.devices },
      routes: [
        {
          ...{ name: 'out by SIM', match: { kind: 'message', to: '^\\+1555' } },
          to: Object.keys(boxes).map((name) => `gateway:${name}`),
        },
      ],
      ...wish.config,
    },
  })
  const built = new Map<string, Box>()
  for (const [name, make] of build) built.set(name, await make(house))
  const box = (name: string): Box => built.get(name) as Box
  if (!wish.unplugged) for (const one of built.values()) await one.plug()

  const posted = async <T>(path: string, body: object): Promise<T> => {
    const headers = { authorization: `Bearer ${API_KEY}`, 'content-type': 'application/json' }
    const response = await fetch(`http://${ADDRESS}:${house.ports.http}/api/v1${path}`, {
      ...{ method: 'POST', headers, body: JSON.stringify(body) },
    })
    const answer = (await response.json()) as T
    if (response.status >= 300) throw new Error(`POST ${path}: ${JSON.stringify(answer)}`)
    return answer
  }
  const text = (id: string) => house.rest<TextView>(`/messages/${id}`)
  return {
    ...{ left, events, network, box, text },
    get house(): Tandem {
      return house
    },
    /** The process dies without warning, or is stopped, and another one begins in its place. */
    async restart(how: 'kill9' | 'stop' = 'kill9'): Promise<void> {
      await house[how]()
      house = await house.again()
    },
    /** The cards of a GoIP change places, while it is off: `order` tells for each line which card it gets. */
    async reseat(name: string, order: number[]): Promise<void> {
      box(name).unplug()
      const lines = seats.get(name) ?? []
      const sims = lines.map(({ sim }) => sim)
      for (const [at, line] of lines.entries()) line.sim = sims[order[at] ?? at] as MobileSim
      built.set(name, (await build.get(name)?.(house)) as Box)
    },
    goip: (name: string) => box(name) as GoipDevice,
    ejoin: (name: string) => box(name) as EjoinDevice,
    send: async (to: string, words: string, more: object = {}) =>
      (await posted<{ id: string }>('/messages', { to, text: words, ...more })).id,
    ussd: (line: string, code: string) =>
      posted<{ text: string; open: boolean }>(`/lines/${line}/ussd`, { code }),
    /** How many texts are in the air of held radios; they leave it now. */
    get inTheAir(): number {
      return held.size
    },
    letGo(): void {
      const those = [...held]
      held.clear()
      for (const go of those) go()
    },
    /** Until so many lines can send. */
    registered: (count: number, patience = {}) =>
      until(
        `${count} lines`,
        async () => {
          const { items } = await house.rest<{ items: { registered: number }[] }>('/devices')
          return items.reduce((sum, { registered }) => sum + registered, 0) >= count
        },
        patience,
      ),
    ends: (id: string, ...states: string[]) =>
      until(`${id} ${states.join(' or ')}`, async () => {
        const view = await text(id)
        return states.includes(view.state) && view
      }),
    async stop() {
      for (const one of built.values()) one.unplug()
      return house.stop()
    },
  }
}
export type GatewayTown = Awaited<ReturnType<typeof startGatewayTown>>

const post = async (url: string, body: string): Promise<number> => {
  const headers = { 'content-type': 'application/json;charset=utf-8' }
  const answer = await fetch(url, { method: 'POST', headers, body }).catch(() => undefined)
  await answer?.arrayBuffer().catch(() => undefined)
  return answer?.status ?? 0
}

const serve = async (port: number, device: EjoinDevice): Promise<void> => {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://device')
    const answer = device.handle({ method: request.method ?? '', path: pathname, query: searchParams, body })
    if (!answer) return void request.socket.destroy()
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body)
  })
  await new Promise<void>((resolve) => void server.listen(port, ADDRESS, resolve))
  server.unref()
}
