import type { GatewayDriver } from '#core'
import { parseFromDevice } from '#goip-wire'
import type { Flow } from '#lib/wire'
import { createAdmission } from './admission.ts'
import { createGoipDriver } from './driver.ts'
import { createDeviceEvents } from './events.ts'
import { createKeepalives } from './keepalives.ts'
import { createLines } from './lines.ts'
import type { GoipPorts, LineSettings } from './ports.ts'

/** Three keepalives of 30 s and a little more. */
const ALIVE_MS = 92_000
const SWEEP_MS = 2000

export type Goip = {
  onData(flow: Flow, octets: Buffer): void
  driver: GatewayDriver
  /** At run time; replaces the line of the same id. */
  addLine(line: LineSettings): void
  removeLine(id: string): boolean
  figures(): { lines: number; datagrams: number; unreadable: number; unasked: number }
  close(): void
}

/** GoIP gateways (DBL SMS interface over UDP): keepalives, what devices tell, what they are asked. */
export const createGoip = (ports: GoipPorts): Goip => {
  const { timers, fleet, guard, inbox } = ports
  const { clock } = timers
  const lines = createLines(ports.lines)
  const driver = createGoipDriver(ports, lines)
  const admit = createAdmission(lines, ports)
  const refusedStatus = ports.lines[0]?.status_refused ?? 404
  const keepalives = createKeepalives({ admit, fleet, clock, refusedStatus })
  const onEvent = createDeviceEvents({ admit, inbox, fleet, clock })
  const count = { datagrams: 0, unreadable: 0, unasked: 0 }
  let closed = false

  const sweep = (): void => {
    if (closed) return
    const deadline = clock.nowMs() - ALIVE_MS
    for (const line of lines.all())
      if (line.flow && line.seenMs < deadline) {
        line.flow = undefined
        fleet.lose(line.device, line.settings.id, 'no keepalive')
      }
    timers.after(SWEEP_MS, sweep)
  }
  timers.after(SWEEP_MS, sweep)

  return {
    driver,
    onData(flow, octets) {
      count.datagrams++
      if (guard.blocked(flow.address) || keepalives.repeat(octets, flow)) return
      const message = parseFromDevice(octets)
      if (!message.ok) {
        count.unreadable++
        return guard.fail(flow.address)
      }
      const { value } = message
      if (value.kind === 'keepalive') keepalives.take(value, octets, flow)
      else if (value.kind === 'event') onEvent(value, flow)
      else if (!driver.onAnswer(value, flow.address)) count.unasked++
    },
    addLine(settings) {
      const old = lines.byId(settings.id)
      if (old) keepalives.forget(old)
      const line = lines.add(settings)
      fleet.lose(line.device, settings.id, 'not seen yet')
    },
    removeLine(id) {
      const line = lines.byId(id)
      if (!line) return false
      keepalives.forget(line)
      fleet.lose(line.device, id, 'removed')
      return lines.remove(id)
    },
    figures: () => ({ lines: lines.count, ...count }),
    close() {
      closed = true
      driver.close()
    },
  }
}
