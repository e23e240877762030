import {
  type Candidates,
  type Command,
  createGatewayCommands,
  createHouseCommands,
  createMonitor,
  createOperations,
  createTextCommands,
  type GatewayDesk,
  type House,
  type Monitor,
  type OperationPorts,
} from '#admin'
import { SIP_COUNTERS, SIP_ERRORS } from '#sip'
import { TEXT_COUNTERS, TEXT_ERRORS } from '#start'
import type { Ground } from './ground.ts'
import type { Network } from './network.ts'

/** What the tab key completes, read from the house while somebody types. */
const candidatesOf = ({ subscribers, registrations, calls }: Network): Candidates => ({
  *users() {
    for (const { identities } of subscribers.list) for (const { user } of identities) yield user
    for (const { impi, msisdn } of subscribers.list) {
      yield impi
      if (msisdn !== undefined) yield msisdn
    }
  },
  *impis() {
    for (const { impi } of subscribers.list) yield impi
  },
  *contacts() {
    for (const subscriber of subscribers.list)
      for (const { contact } of registrations.of(subscriber)) yield contact
  },
  *calls() {
    for (const { record } of calls.list()) yield record.id
  },
})

const spanOf = (ms: number): string => {
  const minutes = Math.floor(ms / 60_000)
  const [days, hours] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24]
  return `${days} d ${hours} h ${minutes % 60} min`
}

const MEGABYTE = 1 << 20

const figuresOf = (network: Network, { timers }: Ground, version: string, startedMs: number) => {
  const { subscribers, registrations, calls, messages, notifier, guard } = network
  let registered = 0
  for (const subscriber of subscribers.list) if (registrations.of(subscriber).length > 0) registered++
  const live = calls.list().filter(({ state }) => state !== 'ended').length
  const { user, system } = process.cpuUsage()
  const { rss } = process.memoryUsage()
  return [
    ['version', version],
    ['up', spanOf(timers.clock.nowMs() - startedMs)],
    ['processor', `${((user + system) / 1e6).toFixed(1)} s`],
    ['memory', `${Math.round(rss / MEGABYTE)} MB`],
    ['users', `${subscribers.list.length}, ${registered} registered`],
    ['subscriptions', `${notifier.size}`],
    ['calls', `${live}`],
    ['texts waiting', `${messages.waiting}`],
    ['addresses blocked', `${guard.list().length}`],
  ] as const
}

/** The monitor of this house; whoever attaches to it finds the same commands. */
export const createHouseMonitor = (
  ground: Ground,
  network: Network,
  {
    house,
    desk,
    quit,
    renewPassword,
  }: { house: House; desk: GatewayDesk; quit: () => void } & Pick<OperationPorts, 'renewPassword'>,
): Monitor => {
  const { settings, log, timers } = ground
  const { guard, registrations, calls, messages, subscribers, mtCall, counters } = network
  const startedMs = timers.clock.nowMs()
  const candidates = candidatesOf(network)
  const commands: Command[] = [
    ...createOperations({
      ...{ candidates, renewPassword, deregister: registrations.deregister, hangUp: calls.hangUp },
      ...{ blocked: guard.list, unblock: guard.unblock },
    }),
    ...createTextCommands({ candidates, messages, subscribers, sender: settings.com_name }),
    ...createGatewayCommands(desk),
    ...createHouseCommands({
      ...{ candidates, mtCall, counters },
      isImpi: (name) => subscribers.byImpi(name) !== undefined,
      meanings: { messages: [...SIP_COUNTERS, ...TEXT_COUNTERS], errors: [...SIP_ERRORS, ...TEXT_ERRORS] },
      figures: () => figuresOf(network, ground, house.version, startedMs),
    }),
  ]
  return createMonitor({ house, log, clock: timers.clock, quit, candidates }, commands)
}
