import type { GatewayDesk } from '#admin'
import {
  createEvents,
  createFleet,
  type DeviceKind,
  type Events,
  type GatewayCall,
  type GatewayDriver,
  type GatewayEvent,
  type Sighting,
} from '#core'
import { err, ok } from '#lib/result'
import { createHandClock } from '#lib/timers'
import { memoryGateways } from './memory-gateways.ts'

export const aSighting = (line: string, more: Partial<Sighting> = {}): Sighting => ({
  ...{ device: 'box1', line, kind: 'goip', state: 'registered', signal: 20 },
  sim: { iccid: `89000000000000000${line}`, number: `+155501${line}`, operator: 'TEST NET' },
  ...more,
})

/** Says what it was asked; commands that it knows are answered with their own name and values. */
const aDriver = (kind: DeviceKind, asked: string[]): GatewayDriver => ({
  kind,
  commands: ['get_gsm_state', 'set_gsm_num'],
  send: async () => ({ kind: 'sent' }),
  ussd: async ({ id }, code) => {
    asked.push(`${id} ${code}`)
    if (code === '*9#') return err('USSD send failed!')
    return ok({ text: code === undefined ? '' : `answer to ${code}`, open: code === '*1#' })
  },
  command: async ({ id }, name, values) => {
    asked.push([id, name, ...values].join(' '))
    return values[0] === 'bad' ? err('value 1 is not of its kind') : ok([name, ...values].join(' '))
  },
})

/** A fleet without devices, that is told what to see. */
export const aGatewayDesk = (events: Events = createEvents()) => {
  const timers = createHandClock()
  const asked: string[] = []
  const rules = {
    ...{ perDay: -1, perMonth: -1, recipientsPerMonth: -1, pacingMs: 0 },
    ...{ suspectAfter: 5, suspectMs: 600_000 },
  }
  const fleet = createFleet({ timers, events, rules })
  const told: { events: GatewayEvent[]; calls: GatewayCall[] } = { events: [], calls: [] }
  const desk: GatewayDesk = {
    fleet,
    drivers: new Map([['goip', aDriver('goip', asked)]]),
    records: {
      ...memoryGateways(),
      events: async ({ limit, line, before = Number.POSITIVE_INFINITY }) =>
        told.events
          .map((event, seq) => ({ ...event, seq }))
          .reverse()
          .filter((event) => event.seq < before && (line === undefined || event.line === line))
          .slice(0, limit),
      calls: async ({ limit, line, beforeMs = Number.POSITIVE_INFINITY, beforeKey = '' }) =>
        told.calls
          .filter((call) => line === undefined || call.line === line)
          .sort((a, b) => (b.beginMs ?? 0) - (a.beginMs ?? 0) || (a.key < b.key ? 1 : -1))
          .filter(({ beginMs = 0, key }) => beginMs < beforeMs || (beginMs === beforeMs && key < beforeKey))
          .slice(0, limit),
    },
    trunks: () => [{ name: 'pbx', calls: 1, mostCalls: 30, reachable: true, rests: false }],
    routes: {
      ...{ list: () => [], taken: () => undefined },
      try: ({ kind, from, to }) => ({
        ...{ accepted: true, why: `${kind} ${from} ${to}`, route: 'out' },
        targets: [{ target: 'gateway:box1/1', usable: false, why: 'offline since 10:00' }],
      }),
    },
  }
  return { desk, fleet, asked, told, timers }
}
