import type { Fleet, LineState, Sighting, SimFacts } from '#core'
import { type Keepalive, printRegistered } from '#goip-wire'
import type { Clock } from '#lib/clock'
import { latin1 } from '#lib/text'
import type { Flow } from '#lib/wire'
import type { Admission } from './admission.ts'
import type { GoipLine } from './lines.ts'

type KeepalivePorts = { admit: Admission; fleet: Pick<Fleet, 'sight'>; clock: Clock; refusedStatus: number }

/** Signs of life: answered, remembered, and told to the fleet. */
export const createKeepalives = ({ admit, fleet, clock, refusedStatus }: KeepalivePorts) => {
  /** Lines by what their last keepalive said behind its count: nine of ten say the same again. */
  const known = new Map<string, GoipLine>()

  const alive = (line: GoipLine, count: string, flow: Flow): void => {
    line.flow = flow
    line.seenMs = clock.nowMs()
    flow.send(printRegistered(count, line.settings.status_ok))
  }
  const remember = (line: GoipLine, tail: string): void => {
    known.delete(line.tail)
    line.tail = tail
    known.set(tail, line)
  }

  return {
    /** Answers a keepalive that says what the one before said, without reading it again. False: it has to be read. */
    repeat(octets: Buffer, flow: Flow): boolean {
      if (octets[0] !== 0x72 /* r */ || octets[3] !== 0x3a /* : */) return false
      const end = octets.indexOf(0x3b /* ; */, 4)
      if (end < 5 || end > 24) return false
      const line = known.get(latin1(octets.subarray(end)))
      if (!line?.flow || line.flow.address !== flow.address) return false
      const count = latin1(octets.subarray(4, end))
      if (!/^-?\d+$/.test(count)) return false
      alive(line, count, flow)
      fleet.sight(stateOf(line, undefined))
      return true
    },
    take(message: Keepalive, octets: Buffer, flow: Flow): void {
      const line = admit(message.id, message.password, flow)
      if (typeof line === 'string') return void flow.send(printRegistered(message.count, refusedStatus))
      remember(line, latin1(octets.subarray(octets.indexOf(0x3b))))
      alive(line, message.count, flow)
      fleet.sight(stateOf(line, message.fields))
    },
    forget: (line: GoipLine): void => void known.delete(line.tail),
  }
}

const states = new WeakMap<GoipLine, LineState>()

/** `fields` undefined: as before. */
const stateOf = (line: GoipLine, fields: Map<string, string> | undefined): Sighting => {
  const seen = { device: line.device, line: line.settings.id, kind: 'goip' as const }
  if (!fields) return { ...seen, state: states.get(line) ?? 'unknown' }
  const state = lineStateOf(fields)
  states.set(line, state)
  const signal = Number(fields.get('signal'))
  const imei = fields.get('imei')
  return {
    ...seen,
    state,
    sim: simOf(line, fields),
    ...(imei !== undefined && { imei }),
    ...(Number.isInteger(signal) && fields.has('signal') && { signal }),
    fields: Object.fromEntries(fields),
  }
}

const IN_CALL = /^(?:DIALING|ALERTING|CONNECTED|INCOMING|ACTIVE|BUSY)/i

/** `gsm_status` decides; a channel without it is one of the oldest firmware, and taken as usable. */
export const lineStateOf = (fields: Map<string, string>): LineState => {
  const gsm = fields.get('gsm_status')?.toUpperCase()
  if (gsm === 'LOGOUT' || gsm === 'DOWN')
    return fields.has('iccid') || fields.has('imsi') ? 'not-registered' : 'no-sim'
  return IN_CALL.test(fields.get('voip_state') ?? '') ? 'in-call' : 'registered'
}

export const simOf = ({ settings }: GoipLine, fields: Map<string, string>): SimFacts => {
  const number = fields.get('num') ?? (settings.number === '' ? undefined : settings.number)
  const facts: SimFacts = {}
  for (const [name, value] of [
    ['number', number],
    ['imsi', fields.get('imsi')],
    ['iccid', fields.get('iccid')],
    ['operator', fields.get('pro')],
  ] as const)
    if (value !== undefined) facts[name] = value
  return facts
}
