import {
  createAddressPlan,
  type GatewayCall,
  type GatewayEvent,
  type InboundReport,
  type InboundText,
  type Line,
  type Sighting,
} from '#core'
import { createGoip, type LineSettings } from '#goip'
import { type Log, silentLog } from '#lib/log'
import { createRandom } from '#lib/random'
import { err, ok } from '#lib/result'
import { createHandClock } from '#lib/timers'
import type { Flow } from '#lib/wire'

export const aLine = (settings: Partial<LineSettings> = {}): LineSettings => ({
  ...{ id: 'g8-03', password: 'k9', number: '', device: 'box', status_ok: 0, status_refused: 404 },
  ...{ wait_poll: 'silent', number_format: 'plus', pin_address: true, ack_newline: false },
  ...{ direct_sms: false, call_events: true, module_off: 2 },
  ...settings,
})

export type GoipHouseOptions = {
  lines?: LineSettings[]
  blocked?: (address: string) => boolean
  exempt?: (address: string) => boolean
  log?: Log
  /** Country of the house. */
  region?: string
}

/** The GoIP adapter with everything around it in memory and a clock that is turned by hand. */
export const aGoipHouse = (options: GoipHouseOptions = {}) => {
  const timers = createHandClock()
  const sightings: Sighting[] = []
  const lost: string[] = []
  const [texts, reports]: [InboundText[], InboundReport[]] = [[], []]
  const [events, calls]: [GatewayEvent[], GatewayCall[]] = [[], []]
  const keys = new Set<string>()
  const disk = { works: true, held: undefined as Promise<void> | undefined }
  const kept = async (keep: () => void) => {
    await disk.held
    if (!disk.works) return err('failure' as const)
    keep()
    return ok(undefined)
  }
  const goip = createGoip({
    ...{ timers, random: createRandom(), log: options.log ?? silentLog },
    lines: options.lines ?? [aLine()],
    addresses: createAddressPlan(options.region ?? ''),
    guard: { blocked: options.blocked ?? (() => false) },
    ...(options.exempt && { exempt: options.exempt }),
    fleet: {
      sight: (sighting) => void sightings.push(sighting),
      lose: (device, line, reason) => void lost.push(`${device}/${line} ${reason}`),
      forget: (device, line) => void lost.push(`${device}/${line} forgotten`),
    },
    inbox: {
      text: async (text) => {
        const duplicate = keys.has(text.dedupe)
        const done = await kept(() => {
          keys.add(text.dedupe)
          if (!duplicate) texts.push(text)
        })
        return done.ok ? ok({ id: text.dedupe, duplicate }) : done
      },
      report: (report) => kept(() => void reports.push(report)),
      result: async () => ok(undefined),
      event: async (event) => {
        const done = await kept(() => {
          events.push(event)
          if (event.call) calls.push(event.call)
        })
        return done.ok ? ok({ duplicate: false }) : done
      },
      call: (call) => kept(() => void calls.push(call)),
    },
  })

  /** A device's socket: what it hears, and a mouth. */
  const socket = (address = '192.0.2.7', port = 50_001) => {
    const heard: string[] = []
    const flow: Flow = {
      ...{ transport: 'udp', reliable: false, connection: 0, listener: 0, address, port, open: true },
      local: { address: '192.0.2.1', port: 44_444 },
      send: (octets) => {
        heard.push(Buffer.from(octets, 'latin1').toString('utf8'))
        return true
      },
      close: () => {},
    }
    return {
      flow,
      heard,
      say: (text: string | Uint8Array): void => goip.onData(flow, Buffer.from(text as string)),
      /** What has been heard since it was last asked. */
      take: (): string[] => heard.splice(0),
    }
  }
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 8; turn++) await Promise.resolve()
    await new Promise((done) => setImmediate(done))
  }
  return {
    ...{ timers, goip, sightings, lost, texts, reports, events, calls, disk, socket, settle },
    /** As the fleet would hand it to the driver. */
    line: (id = 'box/g8-03') => ({ id }) as Line,
    /** A socket whose line has logged in. */
    loggedIn: (id = 'g8-03', password = 'k9', address?: string, port?: number) => {
      const device = socket(address, port)
      device.say(`req:1;id:${id};pass:${password};num:+15550100201;signal:22;gsm_status:LOGIN;`)
      device.take()
      return device
    },
  }
}
export type GoipHouse = ReturnType<typeof aGoipHouse>
