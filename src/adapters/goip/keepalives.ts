import type { Fleet, Sighting } from '#core'
import { type Keepalive, printRegistered } from '#goip-wire'
import type { Clock } from '#lib/clock'
import type { Flow } from '#lib/wire'
import type { Admission } from './admission.ts'
import type { GoipLine, GoipLines } from './lines.ts'
import { lineStateOf, simOf } from './states.ts'
import type { Words } from './words.ts'

type KeepalivePorts = {
  admit: Admission['admit']
  lines: Pick<GoipLines, 'byId'>
  fleet: Pick<Fleet, 'sight'>
  clock: Clock
  words: Words
}

/** For ids that nobody configured. */
const REFUSED = 404
const ID = Buffer.from(';id:')
const [R, COLON, SEMICOLON, MINUS, ZERO, NINE] = [0x72, 0x3a, 0x3b, 0x2d, 0x30, 0x39]
const LONGEST_COUNT = 20
const LONGEST_ID = 64

/** Signs of life: answered, remembered, and told to the fleet. */
export const createKeepalives = ({ admit, lines, fleet, clock, words }: KeepalivePorts) => {
  const alive = (line: GoipLine, count: string, flow: Flow): void => {
    line.flow = flow
    line.alive = true
    line.seenMs = clock.nowMs()
    words.answer(flow, printRegistered(count, line.settings.status_ok))
  }
  return {
    /** Answers a keepalive that says what the one before said, without reading it again. False: it has to be read. */
    repeat(octets: Buffer, flow: Flow): boolean {
      const end = endOfCount(octets)
      if (end < 0) return false
      const line = lines.byId(idAt(octets, end))
      if (!line?.alive || line.home !== flow.address || line.tail !== octets.latin1Slice(end)) return false
      alive(line, octets.latin1Slice(4, end), flow)
      fleet.sight({ device: line.device, line: line.settings.id, kind: 'goip', state: line.said })
      return true
    },
    take(message: Keepalive, octets: Buffer, flow: Flow, slowed: boolean): void {
      const { id, password, count, fields } = message
      const line = admit(id, password, flow, slowed)
      if (line === 'slowed') return
      if (typeof line === 'string') {
        const status = lines.byId(id)?.settings.status_refused ?? REFUSED
        return words.answer(flow, printRegistered(count, status))
      }
      line.tail = octets.latin1Slice(octets.indexOf(SEMICOLON))
      line.said = lineStateOf(fields)
      line.sim = simOf(line.settings, fields)
      alive(line, count, flow)
      fleet.sight(sightingOf(line, fields))
    },
  }
}

/** Where the count of `req:<count>;` ends; -1: it is none. */
const endOfCount = (octets: Buffer): number => {
  if (octets[0] !== R || octets[3] !== COLON) return -1
  const first = octets[4] === MINUS ? 5 : 4
  let at = first
  while (at < first + LONGEST_COUNT && (octets[at] ?? 0) >= ZERO && (octets[at] ?? 0) <= NINE) at++
  return at > first && octets[at] === SEMICOLON ? at : -1
}

/** The id where all firmware that we know has it, right behind the count; '' where it stands elsewhere. */
const idAt = (octets: Buffer, at: number): string => {
  for (let i = 0; i < ID.length; i++) if (octets[at + i] !== ID[i]) return ''
  const from = at + ID.length
  const to = octets.indexOf(SEMICOLON, from)
  return to > from && to - from <= LONGEST_ID ? octets.latin1Slice(from, to) : ''
}

const sightingOf = (line: GoipLine, fields: Map<string, string>): Sighting => {
  const signal = fields.get('signal') ?? ''
  const imei = fields.get('imei')
  return {
    ...{ device: line.device, line: line.settings.id, kind: 'goip', state: line.said, sim: line.sim },
    ...(imei !== undefined && { imei }),
    ...(/^\d{1,2}$/.test(signal) && { signal: Number(signal) }),
    fields: Object.fromEntries(fields),
  }
}
