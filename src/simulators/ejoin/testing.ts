import { createHandClock } from '#lib/timers'
import { createChance } from '../mobile/chance.ts'
import { createMobileNetwork, type MobileText } from '../mobile/network.ts'
import { realRadio } from '../mobile/radio.ts'
import { simCardAt } from '../mobile/sim-card.ts'
import {
  type EjoinEvent,
  type EjoinManner,
  type EjoinQuirk,
  type EjoinSwitch,
  realEjoin,
} from './contract.ts'
import { createEjoinDevice } from './device.ts'

type Wish = Partial<Omit<EjoinManner, 'quirks' | 'switches'>> & {
  ports?: number
  slots?: number
  quirks?: EjoinQuirk[]
  switches?: EjoinSwitch[]
  /** What the server answers to a post. */
  status?: () => number
}

export type Report = { type: string; [member: string]: unknown }

/** A device that reports to us; its cards are +15550100201 and so on. */
export const anEjoin = (wish: Wish = {}) => {
  const { ports = 2, slots = 1, quirks, switches, status = () => 200, ...manner } = wish
  const timers = createHandClock()
  const left: MobileText[] = []
  const reports: (Report & { url: string })[] = []
  const events: EjoinEvent[] = []
  const network = createMobileNetwork({ timers, onLeft: (text) => left.push(text) })
  const device = createEjoinDevice(
    {
      ...{ timers, chance: createChance(1), network, onEvent: (event) => void events.push(event) },
      post: async (url, json) => {
        reports.push({ ...JSON.parse(json), url })
        return status()
      },
    },
    {
      ...{ mac: '02-00-5e-00-00-10', username: 'root', password: 'pw', url: 'http://server/ejoin/s' },
      cards: Array.from({ length: ports }, (_, port) =>
        Array.from({ length: slots }, (_, slot) => simCardAt(port * slots + slot, '+15550100201')),
      ),
      manner: {
        ...{ ...realEjoin, radio: realRadio, ...manner },
        ...(quirks && { quirks: new Set(quirks) }),
        ...(switches && { switches: new Set(switches) }),
      },
    },
  )
  const pass = async (ms: number): Promise<void> => {
    for (let gone = 0; gone < ms; gone += 100) {
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
      timers.advance(100)
    }
    for (let turn = 0; turn < 20; turn++) await Promise.resolve()
  }
  const ask = (
    path: string,
    { body, ...query }: Record<string, unknown> = {},
  ): Record<string, unknown> | undefined => {
    const words = Object.entries({ username: 'root', password: 'pw', ...query })
    const answer = device.handle({
      ...{ method: body === undefined ? 'GET' : 'POST', path },
      query: new URLSearchParams(words.map(([name, value]) => [name, String(value)])),
      body: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
    })
    return answer && { status: answer.status, ...(JSON.parse(answer.body) as Record<string, unknown>) }
  }
  const taken = (type: string): Report[] => {
    const found = reports.filter((report) => report.type === type)
    for (const report of found) reports.splice(reports.indexOf(report), 1)
    return found
  }
  /** The rows of the received texts and delivery reports that were reported. */
  const rows = (): unknown[][] => taken('recv-sms').flatMap(({ sms }) => sms as unknown[][])
  return { rows, timers, device, network, left, reports, events, pass, ask, taken }
}
