import { err, ok } from '#lib/result'
import { EVENTS, type EventName, type Input, type Message } from './message.ts'
import type { Counters, RemoteHouse } from './ports.ts'
import { schemas } from './schemas.ts'

/** What has been counted since `before`; what did not happen is not named. */
const since = (now: Record<string, number>, before: Record<string, number> = {}): Record<string, number> =>
  Object.fromEntries(
    Object.entries(now)
      .map(([name, count]) => [name, count - (before[name] ?? 0)] as const)
      .filter(([, count]) => count > 0),
  )

type StatsHouse = Pick<RemoteHouse, 'counters' | 'timers' | 'random'>

const stats = ({ counters, timers, random }: StatsHouse): Message => {
  const { clock } = timers
  const startedMs = clock.nowMs()
  const instance = new DataView(random.bytes(4).buffer).getUint32(0)
  let before: Counters = { messages: {}, errors: {} }
  let [usage, atMs] = [process.cpuUsage(), startedMs]
  return {
    name: 'stats',
    run: () => {
      const now = counters()
      const { user, system } = process.cpuUsage(usage)
      const spanMs = Math.max(1, clock.nowMs() - atMs)
      const answer = {
        time: (clock.nowMs() - startedMs) / 1000,
        cpu: { global: Math.round((user + system) / spanMs) / 10 },
        instance_id: instance,
        counters: {
          messages: since(now.messages, before.messages),
          errors: since(now.errors, before.errors),
        },
      }
      before = { messages: { ...now.messages }, errors: { ...now.errors } }
      usage = process.cpuUsage()
      atMs = clock.nowMs()
      return ok(answer)
    },
  }
}

/** The manual spells one of them `users'update` too. */
const eventOf = (name: string): EventName | undefined =>
  EVENTS.find((event) => event === name.toLowerCase().replace(/['’-]/g, '_'))

const namesIn = (value: unknown): string[] =>
  value === undefined ? [] : Array.isArray(value) ? (value as string[]) : [value as string]

const register: Message = {
  name: 'register',
  run: ({ register: more, unregister: less }: Input, { events }) => {
    const [wanted, unwanted] = [namesIn(more), namesIn(less)]
    const unknown = [...wanted, ...unwanted].find((name) => !eventOf(name))
    if (unknown !== undefined) return err(`Unknown event: ${unknown} (known are ${EVENTS.join(', ')})`)
    for (const name of wanted) events.add(eventOf(name) as EventName)
    for (const name of unwanted) events.delete(eventOf(name) as EventName)
    return ok({})
  },
}

export const serverMessages = (house: StatsHouse & Pick<RemoteHouse, 'log' | 'quit'>): Message[] => [
  stats(house),
  register,
  {
    name: 'help',
    run: () => ok({ messages: Object.keys(schemas).sort(), events: [...EVENTS] }),
  },
  {
    name: 'quit',
    run: (_input, client) => {
      house.log.write('api', 'info', 'quit', { user: client.place })
      return ok({})
    },
    after: house.quit,
  },
]
