import { type CardPort, parseCardPort } from './card-port.ts'
import { type Fields, fieldsOf, listAt, numberAt, textAt } from './fields.ts'

/** `used/limit`; limit -1: none. */
export type Counter = { used: number; limit: number }

export const CARD_STATES = [
  'no-sim',
  'idle',
  'registering',
  'registered',
  'in-call',
  'no-balance',
  'failed',
  'locked-by-device',
  'locked-by-operator',
  'sim-error',
  'detected',
  'locked-by-user',
  'inter-calling',
  'inter-call-holding',
  'on-mobile-network',
  'module-timeout',
  'unknown',
] as const
export type CardState = (typeof CARD_STATES)[number]

const BY_CODE: Record<number, CardState> = {
  0: 'no-sim',
  1: 'idle',
  2: 'registering',
  3: 'registered',
  4: 'in-call',
  5: 'no-balance',
  6: 'failed',
  7: 'locked-by-device',
  8: 'locked-by-operator',
  9: 'sim-error',
  11: 'detected',
  12: 'locked-by-user',
  13: 'inter-calling',
  14: 'inter-call-holding',
  15: 'on-mobile-network',
  16: 'module-timeout',
}

/** One port (with the card in it) as the manual's 4.1 tells it. */
export type PortStatus = {
  port: CardPort
  seq?: number
  code: number | undefined
  state: CardState
  /** What follows the code, and the SIM pool's tag. */
  detail: string
  sim: string
  /** Whether this card is the one in use at its port; absent in older firmware. */
  active?: boolean
  imei: string
  imsi: string
  iccid: string
  /** Number of the card. */
  number: string
  /** PLMN and name, valid while registered. */
  plmn: string
  operator: string
  balance: string
  /** CSQ, 0 to 31. */
  signal?: number
  /** By the device's own names: tot_dur, day_dur, smsctl_day, … */
  counters: Record<string, Counter>
  dataflow: Record<string, string>
}

/** The periodic report, 4.2. `expiresMs`: how long until the next one is due. */
export type DeviceStatus = {
  kind: 'dev-status'
  seq?: number
  expiresMs: number
  mac: string
  ip: string
  version: string
  maxPorts?: number
  maxSlots?: number
  ports: PortStatus[]
  /** Entries that were no port status. */
  unreadable: number
}

const MOST_PORTS = 4096
const DEFAULT_EXPIRES_S = 180
/** The manual's table counts seconds, its sample milliseconds. */
const SURELY_MS = 10_000

export const portStatusOf = (fields: Fields): PortStatus | undefined => {
  const port = parseCardPort(textAt(fields, 'port'))
  if (!port) return undefined
  const code = numberAt(fields, 'st')
  const seq = numberAt(fields, 'seq')
  const signal = numberAt(fields, 'sig')
  const active = numberAt(fields, 'active')
  const operator = /^(\d*)\s*(.*)$/s.exec(textAt(fields, 'opr'))
  return {
    port,
    code,
    state: (code !== undefined && BY_CODE[code]) || 'unknown',
    detail: textAt(fields, 'st').replace(/^\d+\s*/, ''),
    sim: textAt(fields, 'sim'),
    imei: textAt(fields, 'imei'),
    imsi: textAt(fields, 'imsi'),
    iccid: textAt(fields, 'iccid'),
    number: textAt(fields, 'sn'),
    plmn: (operator?.[1] ?? '').replace(/^0$/, ''),
    operator: operator?.[2] ?? '',
    balance: textAt(fields, 'bal'),
    counters: countersOf(fields),
    dataflow: dataflowOf(fields),
    ...(seq !== undefined && { seq }),
    ...(signal !== undefined && { signal }),
    ...(active !== undefined && { active: active !== 0 }),
  }
}

/** Minutes, calls, different numbers, texts: in all, this month, today. */
const COUNTERS = ['tot', 'mon', 'day'].flatMap((span) => [
  `${span}_dur`,
  ...['men', 'mtn', 'smsctl'].map((what) => `${what}_${span}`),
])

const countersOf = (fields: Fields): Record<string, Counter> => {
  const counters: Record<string, Counter> = {}
  for (const name of COUNTERS) {
    const found = fields.has(name) ? /^(-?\d{1,12})\/(-?\d{1,12})/.exec(textAt(fields, name)) : null
    if (found) counters[name] = { used: Number(found[1]), limit: Number(found[2]) }
  }
  return counters
}

const dataflowOf = (fields: Fields): Record<string, string> => {
  const flow: Record<string, string> = {}
  for (const name of fields.keys())
    if (name.startsWith('dataflow_')) flow[name.slice('dataflow_'.length)] = textAt(fields, name)
  return flow
}

export const deviceStatusOf = (fields: Fields): DeviceStatus => {
  const expires = numberAt(fields, 'expires') ?? DEFAULT_EXPIRES_S
  const entries = listAt(fields, 'status', MOST_PORTS).map((entry) => {
    const own = fieldsOf(entry)
    return own && portStatusOf(own)
  })
  const ports = entries.filter((entry) => entry !== undefined)
  const seq = numberAt(fields, 'seq')
  const maxPorts = numberAt(fields, 'max_ports')
  const maxSlots = numberAt(fields, 'max_slots', 'max_slot')
  return {
    kind: 'dev-status',
    expiresMs: expires >= SURELY_MS ? expires : Math.max(1, expires) * 1000,
    mac: textAt(fields, 'mac'),
    ip: textAt(fields, 'ip'),
    version: textAt(fields, 'ver'),
    ports,
    unreadable: entries.length - ports.length,
    ...(seq !== undefined && { seq }),
    ...(maxPorts !== undefined && { maxPorts }),
    ...(maxSlots !== undefined && { maxSlots }),
  }
}
