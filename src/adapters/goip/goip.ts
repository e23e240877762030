import type { GatewayDriver } from '#core'
import { parseFromDevice } from '#goip-wire'
import type { Flow } from '#lib/wire'
import { createAdmission, createComplaints, type Denial } from './admission.ts'
import { createCallEvents } from './calls.ts'
import { createGoipDriver } from './driver.ts'
import { createDeviceEvents } from './events.ts'
import { createKeepalives } from './keepalives.ts'
import { createLines, type GoipLine } from './lines.ts'
import { createPatience } from './patience.ts'
import type { GoipPorts, LineSettings } from './ports.ts'
import { createWords } from './words.ts'

/** Three keepalives of 30 s and a little more. */
const ALIVE_MS = 92_000
const SWEEP_MS = 2000
const [MOST_AT_ONCE, PARTS] = [5000, 20]

export type GoipFigures = {
  lines: number
  datagrams: number
  unreadable: number
  /** Answers that nobody waited for. */
  unasked: number
  /** Datagrams of sources that said too much nonsense. */
  unheard: number
  texts: number
  reports: number
  events: number
  faults: number
  /** Not acknowledged, because they are not on disk. */
  unkept: number
  denied: Record<Denial, number>
}

export type Goip = {
  onData(flow: Flow, octets: Buffer): void
  driver: GatewayDriver
  /** At run time; a line of the same id takes the new settings. */
  addLine(line: LineSettings): void
  removeLine(id: string): boolean
  figures(): GoipFigures
  close(): void
}

/** GoIP gateways (DBL SMS interface over UDP): keepalives, what devices tell, what they are asked. */
export const createGoip = (ports: GoipPorts): Goip => {
  const { timers, fleet, guard, inbox, addresses, log } = ports
  const { clock } = timers
  const lines = createLines(ports.lines)
  const words = createWords(log)
  const complain = createComplaints(log, timers)
  const patience = createPatience(clock, ports.exempt)
  const { admit, counts: denied } = createAdmission({ lines, patience, log, timers, inbox }, complain)
  const driver = createGoipDriver({ ...ports, words, lines })
  const keepalives = createKeepalives({ admit, lines, fleet, clock, words })
  const calls = createCallEvents(inbox, clock)
  const { onEvent, counts } = createDeviceEvents({
    ...{ admit, inbox, addresses, fleet, calls, clock, words, complain, log },
  })
  const count = { datagrams: 0, unreadable: 0, unasked: 0, unheard: 0 }

  let round = lines.all()
  /** Of very many lines some at a time, so that nothing else waits for it. */
  const sweep = (): void => {
    const deadline = clock.nowMs() - ALIVE_MS
    const parts = lines.count > MOST_AT_ONCE ? PARTS : 1
    for (let left = Math.ceil(lines.count / parts) + 1; left > 0; left--) {
      const { value: line, done } = round.next()
      if (done) {
        round = lines.all()
        break
      }
      if (!line.alive || line.seenMs >= deadline) continue
      line.alive = false
      fleet.lose(line.device, line.settings.id, 'no keepalive')
    }
    sweeping = timers.after(SWEEP_MS / parts, sweep)
  }
  let sweeping = timers.after(SWEEP_MS, sweep)
  const announce = ({ device, settings }: GoipLine): void =>
    fleet.sight({ device, line: settings.id, kind: 'goip', state: 'offline', detail: 'not seen yet' })
  const forget = (line: GoipLine): void => {
    line.alive = false
    fleet.forget(line.device, line.settings.id)
  }
  for (const line of lines.all()) announce(line)

  const wrong = (what: string, flow: Flow): void => {
    complain(what, flow)
    patience.wrong(flow.address)
  }

  return {
    driver,
    onData(flow, octets) {
      count.datagrams++
      words.heard(flow, octets)
      if (keepalives.repeat(octets, flow)) return
      const slowed = guard.blocked(flow.address) || patience.over(flow.address)
      if (slowed && !lines.isHome(flow.address)) return void count.unheard++
      const message = parseFromDevice(octets)
      if (!message.ok) {
        count.unreadable++
        return wrong(`no message of a GoIP (${message.error}), ${octets.length} octets`, flow)
      }
      const { value } = message
      if (value.kind === 'keepalive') return keepalives.take(value, octets, flow, slowed)
      if (value.kind === 'event') return onEvent(value, flow, slowed)
      if (driver.onAnswer(value, flow.address)) return
      count.unasked++
      // A device that is at home there may be late; everybody else guesses.
      if (!lines.isHome(flow.address)) wrong(`${value.word} that nobody waits for`, flow)
    },
    addLine(settings) {
      const { line, fresh, gone } = lines.put(settings)
      if (!fresh) return
      if (gone) forget(gone)
      announce(line)
    },
    removeLine(id) {
      const line = lines.remove(id)
      if (line) forget(line)
      return line !== undefined
    },
    figures: () => ({ lines: lines.count, ...count, ...counts, denied: { ...denied } }),
    close() {
      sweeping.cancel()
      driver.close()
    },
  }
}
