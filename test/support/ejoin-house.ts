import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  createAddressPlan,
  createFleet,
  createGuard,
  type GatewayCall,
  type GatewayEvent,
  type InboundReport,
  type InboundResult,
  type InboundText,
  type Line,
} from '#core'
import { createEjoin, type DeviceSettings, type EjoinReply, type HttpReply } from '#ejoin'
import type { Log } from '#lib/log'
import { createRandom } from '#lib/random'
import { err, ok } from '#lib/result'
import { createHandClock } from '#lib/timers'

/** A post or a manual's sample, byte for byte. */
export const sample = (name: string): Buffer =>
  readFileSync(join(import.meta.dirname, '../fixtures/ejoin', `${name}.json`))

export const SECRET = 'a-secret-of-24-characters'
export const MAC = '02-00-5e-00-00-10'

/** What a device's web server was asked, and what it says; undefined: nobody is there. */
export type Asked = { method: string; path: string; query: URLSearchParams; body: string }
type Serve = (asked: Asked) => unknown

type Options = { device?: Partial<DeviceSettings>; serve?: Serve; settings?: Map<string, string> }

const turns = async (): Promise<void> => {
  for (let i = 0; i < 30; i++) await Promise.resolve()
}

/** One Ejoin device's server side, on a clock turned by hand: a real fleet, an inbox and a disk in memory. */
export const anEjoinHouse = async ({ device, serve, settings = new Map() }: Options = {}) => {
  const timers = createHandClock()
  const lines: string[] = []
  const log: Log = { on: () => true, write: (_layer, level, text) => void lines.push(`${level} ${text}`) }
  const fleet = createFleet({
    ...{ timers, events: { publish: () => {} } },
    rules: {
      ...{ perDay: -1, perMonth: -1, recipientsPerMonth: -1, pacingMs: 0 },
      ...{ suspectAfter: 0, suspectMs: 0 },
    },
  })
  const guard = createGuard({
    ...{ clock: timers.clock, blockAfter: 20, blockMinutes: 10, exempt: () => false, onBlocked: () => {} },
  })
  const disk = { works: true, held: undefined as Promise<void> | undefined }
  const texts: InboundText[] = []
  const reports: InboundReport[] = []
  const results: InboundResult[] = []
  const events: GatewayEvent[] = []
  const calls = new Map<string, GatewayCall>()
  const known = new Set<string>()
  const keep = async (key: string | undefined, write: () => void) => {
    await disk.held
    if (!disk.works) return err('failure' as const)
    const duplicate = key !== undefined && known.has(key)
    if (key !== undefined) known.add(key)
    if (!duplicate) write()
    return ok({ id: key ?? '', duplicate })
  }
  const kept = async (key: string | undefined, write: () => void) => {
    const done = await keep(key, write)
    return done.ok ? ok(undefined) : done
  }
  const asked: Asked[] = []
  const world = { serve }
  const ejoin = createEjoin({
    ...{ timers, log, fleet, guard, random: createRandom(), addresses: createAddressPlan('') },
    inbox: {
      text: (text) => keep(text.dedupe, () => texts.push(text)),
      report: (report) => kept(undefined, () => reports.push(report)),
      event: (event) => keep(event.dedupe, () => events.push(event)),
      call: (call) => kept(undefined, () => calls.set(call.key, call)),
      result: (result) => kept(undefined, () => results.push(result)),
    },
    store: {
      getSetting: async (name) => settings.get(name),
      setSetting: async (name, value) => void settings.set(name, value),
    },
    publicUrl: 'https://pbx.example/',
    devices: [
      {
        ...{ name: 'ej1', mac: MAC, secret: SECRET, url: serve ? 'http://10.0.0.9' : '', api: 'v2' },
        ...{
          username: 'root',
          password: 'p&w',
          push: false,
          report_url: '',
          region: '',
          send_timeout: 30,
          reconcile: 3,
          ...device,
        },
        http: async (url, { method, body = '' }) => {
          const { pathname, searchParams: query } = new URL(url)
          const one: Asked = { method, path: pathname, query, body }
          asked.push(one)
          const said = await world.serve?.(one)
          if (said === undefined) return err({ kind: 'unreached', text: 'ECONNREFUSED' })
          if (said instanceof Error) return err({ kind: 'broken', text: said.message })
          if (typeof said === 'number') return ok({ status: said, body: new Uint8Array() })
          return ok({ status: 200, body: Buffer.from(JSON.stringify(said)) } satisfies HttpReply)
        },
      },
    ],
  })
  const post = (body: unknown, more: { secret?: string; address?: string; query?: string } = {}) =>
    ejoin.handle({
      ...{ secret: SECRET, query: '', address: '10.0.0.9', ...more },
      body: Buffer.isBuffer(body)
        ? body
        : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    })
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 1000) {
      await turns()
      timers.advance(Math.min(left, 1000))
    }
    await turns()
  }
  const lineOf = (port = 1): Line => {
    const line = fleet.get(`ej1/${port}`)
    if (!line) throw new Error(`port ${port} has not been seen`)
    return line
  }
  return {
    ...{
      ejoin,
      timers,
      fleet,
      guard,
      disk,
      texts,
      reports,
      results,
      events,
      calls,
      lines,
      asked,
      world,
      settings,
    },
    ...{ post, pass, turns, lineOf },
    /** The answer to a post that is slowed. */
    slowly: async (reply: Promise<EjoinReply>): Promise<EjoinReply> => {
      await pass(5000)
      return reply
    },
    /** A device with two ports, one of them with a card. */
    status: (more: object = {}) =>
      post({
        ...{ type: 'dev-status', seq: 1, expires: 60, mac: MAC, 'max-ports': 2, 'max-slots': 4 },
        status: [
          { port: '1.02', st: 3, active: 1, iccid: '8901', imsi: '00101', sn: '15550100201', sig: 20 },
          { port: '2.01', st: 0 },
        ],
        ...more,
      }),
  }
}
export type EjoinHouse = Awaited<ReturnType<typeof anEjoinHouse>>
