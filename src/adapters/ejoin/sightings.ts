import type { Fleet, LineState, SimFacts } from '#core'
import { type CardState, type PortStatus, printCardPort } from '#ejoin-wire'
import type { EjoinDevice, PortMemory } from './devices.ts'

const STATES: Record<CardState, LineState> = {
  'no-sim': 'no-sim',
  idle: 'not-registered',
  registering: 'registering',
  registered: 'registered',
  'in-call': 'in-call',
  'no-balance': 'no-balance',
  failed: 'not-registered',
  'locked-by-device': 'locked',
  'locked-by-operator': 'locked',
  'sim-error': 'sim-error',
  detected: 'registering',
  'locked-by-user': 'disabled',
  'inter-calling': 'in-call',
  'inter-call-holding': 'in-call',
  'on-mobile-network': 'registered',
  'module-timeout': 'not-registered',
  unknown: 'unknown',
}

/** The likelier it is to be the card in use, where the firmware does not say. */
const RANKS: Partial<Record<LineState, number>> = {
  'in-call': 4,
  registered: 3,
  registering: 2,
  'no-sim': -1,
}

const LONGEST = 64
const MOST_SLOTS = 64
const MOST_PORTS = 1024
const MOST_FIELDS = 40

export const clip = (text: string, most = LONGEST): string =>
  text.length > most ? text.slice(0, most) : text

export const lineIn = (device: EjoinDevice, port: number): string => `${device.name}/${port}`

/** What is known of the card in that slot; of a slot that nothing is known of, at least its number. */
export const simIn = ({ ports }: EjoinDevice, port: number, slot: string, number: string): SimFacts => {
  const status = ports.get(port)?.cards.get(slot)
  const facts = status ? simOf(status) : {}
  if (facts.number === undefined && number !== '') facts.number = clip(number)
  return facts
}

/** Cards that devices tell of, by port: a line is a port, with the card that is in use there. */
export const createSightings = (fleet: Pick<Fleet, 'sight'>) => {
  const show = (device: EjoinDevice, port: number, memory: PortMemory): void => {
    const current = memory.cards.get(memory.current ?? '') ?? bestOf(memory)
    if (!current) return
    const state = STATES[current.state]
    fleet.sight({
      ...{ device: device.name, line: String(port), kind: 'ejoin', state },
      detail: detailOf(current),
      sim: simOf(current),
      ...(current.imei !== '' && { imei: clip(current.imei) }),
      ...(current.signal !== undefined && { signal: current.signal }),
      limits: current.counters,
      fields: fieldsOf(current, memory),
    })
  }

  /** All that one report says of ports. */
  return (device: EjoinDevice, statuses: readonly PortStatus[]): void => {
    const touched = new Map<number, PortStatus[]>()
    for (const status of statuses) {
      const { port } = status.port
      const there = touched.get(port)
      if (there) there.push(status)
      else if (device.ports.has(port) || device.ports.size + touched.size < MOST_PORTS)
        touched.set(port, [status])
    }
    for (const [port, told] of touched) {
      const memory = device.ports.get(port) ?? { cards: new Map(), current: undefined, seq: undefined }
      device.ports.set(port, memory)
      for (const status of told) {
        const slot = printCardPort(status.port)
        if (memory.cards.size < MOST_SLOTS || memory.cards.has(slot)) memory.cards.set(slot, status)
        if (status.active === true || (status.active === undefined && told.length === 1))
          memory.current = slot
        else if (memory.current === slot && status.active === false) memory.current = undefined
      }
      if (told.length > 1 && told.every(({ active }) => active === undefined)) memory.current = undefined
      show(device, port, memory)
    }
  }
}

const bestOf = ({ cards }: PortMemory): PortStatus | undefined => {
  let best: PortStatus | undefined
  for (const card of cards.values()) if (!best || rankOf(card) > rankOf(best)) best = card
  return best
}
const rankOf = ({ state }: PortStatus): number => RANKS[STATES[state]] ?? 0

/** The device's own words, and what the line's state does not tell. */
const detailOf = ({ state, detail, code }: PortStatus): string => {
  const word = state === 'unknown' ? `state ${code ?? 'missing'}` : state.replaceAll('-', ' ')
  return clip(detail === '' ? word : `${word}: ${detail}`)
}

const simOf = ({ iccid, imsi, number, operator, plmn, balance }: PortStatus): SimFacts => {
  const facts: SimFacts = {}
  for (const [name, value] of Object.entries({ iccid, imsi, number, operator, plmn, balance }))
    if (value !== '') facts[name as keyof SimFacts] = clip(value)
  return facts
}

const fieldsOf = (current: PortStatus, { cards }: PortMemory): Record<string, string> => {
  const slot = printCardPort(current.port)
  const fields: Record<string, string> = { slot }
  if (current.sim !== '') fields.sim_pool = clip(current.sim)
  let room = MOST_FIELDS
  for (const [name, value] of Object.entries(current.dataflow))
    if (room-- > 0) fields[clip(`dataflow_${name}`)] = clip(value, 256)
  for (const [other, { state, iccid, number }] of cards)
    if (other !== slot && room-- > 0)
      fields[`card_${other}`] = [state, clip(iccid), clip(number)].filter((word) => word !== '').join(' ')
  return fields
}
