import type { Fleet, Sighting } from '#core'
import { type Keepalive, printRegistered } from '#goip-wire'
import type { Clock } from '#lib/clock'
import { latin1 } from '#lib/text'
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
const [R, COLON, SEMICOLON, MINUS, ZERO, NINE] = [0x72, 0x3a, 0x3b, 0x2d, 0x30, 0x39]
const LONGEST_COUNT = 20

/** Signs of life: answered, remembered, and told to the fleet. */
export const createKeepalives = ({ admit, lines, fleet, clock, words }: KeepalivePorts) => {
  /** Lines by what their last keepalive said behind its count: most say the same again. */
  const known = new Map<string, GoipLine>()

  const alive = (line: GoipLine, count: string, flow: Flow): void => {
    line.flow = flow
    line.alive = true
    line.seenMs = clock.nowMs()
    words.say(flow, printRegistered(count, line.settings.status_ok))
  }
  const remember = (line: GoipLine, tail: string): void => {
    known.delete(line.tail)
    line.tail = tail
    known.set(tail, line)
  }

  return {
    /** Answers a keepalive that says what the one before said, without reading it again. False: it has to be read. */
    repeat(octets: Buffer, flow: Flow): boolean {
      const end = endOfCount(octets)
      if (end < 0) return false
      const line = known.get(octets.latin1Slice(end))
      if (!line?.alive || line.home !== flow.address) return false
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
        return words.say(flow, printRegistered(count, status))
      }
      remember(line, latin1(octets.subarray(octets.indexOf(SEMICOLON))))
      line.said = lineStateOf(fields)
      line.sim = simOf(line.settings, fields)
      alive(line, count, flow)
      fleet.sight(sightingOf(line, fields))
    },
    forget(line: GoipLine): void {
      known.delete(line.tail)
      line.tail = ''
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
