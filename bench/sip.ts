import { buildGenerator, type Generator, type Kind, type LoadResult } from './load.ts'
import { type MemoryResult, measureMemory } from './memory.ts'
import { ratioOf, type Spread, spreadOf } from './report.ts'
import { type Server, startKamailioServer, startTandemServer } from './servers.ts'

export type SipBenchOptions = {
  /** Counted rounds for each server, the servers taking turns; one more warms up and is not counted. */
  rounds: number
  seconds: number
  users: number
  window: number
  /** Begin no more than so many units a second; without, as many as the server answers. */
  ratePerSecond?: number
  /** This scenario alone, and no memory. */
  kind?: Kind
  /** Leave Tandem out, to see whether the machine reproduces Kamailio's known figures. */
  alone?: boolean
  say(line: string): void
}

/** One row of the table: a scenario and a server, beside Kamailio in the same rounds. */
export type SipRow = {
  scenario: string
  server: string
  goal: number
  /** CPU microseconds per unit. */
  cpu: Spread
  kamailioCpu: Spread
  /** The server's over Kamailio's, round by round. */
  ratio: Spread
  rate: Spread
  kamailioRate: Spread
  /** Of both servers: with any, the row proves nothing. */
  failures: number
  retransmissions: number
}
export type SipFigures = { rows: SipRow[]; memory: MemoryResult[] }

/** Pinned: the server gets one core, the generator another. */
export const CORES = { server: 0, generator: 1 }

type Plan = { scenario: string; kind: Kind; goals: Record<string, number> }

const ANCHORED = 'tandem'
const PASSED = 'tandem, media passed'
const RELAYED = 'tandem, passed on'
const STORED = 'tandem, stored'

const PLANS: Plan[] = [
  { scenario: 'REGISTER with digest', kind: 'register', goals: { [ANCHORED]: 0.9 } },
  { scenario: 'OPTIONS', kind: 'options', goals: { [ANCHORED]: 1.15 } },
  { scenario: 'MESSAGE', kind: 'message', goals: { [RELAYED]: 0.7, [STORED]: Number.NaN } },
  { scenario: 'call', kind: 'call', goals: { [ANCHORED]: 0.8, [PASSED]: 0.8 } },
]

export const runSipBench = async (options: SipBenchOptions): Promise<SipFigures> => {
  const generator = await buildGenerator()
  try {
    const rows: SipRow[] = []
    for (const plan of PLANS.filter(({ kind }) => !options.kind || kind === options.kind)) {
      const servers = await startServers(plan, options)
      try {
        rows.push(...rowsOf(plan, await takeTurns(plan, servers, generator, options)))
      } finally {
        for (const server of servers) await server.stop()
      }
    }
    if (options.kind) return { rows, memory: [] }
    return { rows, memory: await measureMemory(generator, options) }
  } finally {
    generator.remove()
  }
}

const CONFIGS: Record<string, Record<string, unknown>> = {
  [ANCHORED]: {},
  [PASSED]: { media: { engine: 'none' } },
  [RELAYED]: { messages: { relay_only: true } },
  [STORED]: {},
}

/** Fresh ones for each scenario, so that none inherits the memory of another. */
const startServers = async ({ goals }: Plan, { users, alone }: SipBenchOptions): Promise<Server[]> => {
  const common = { users, core: CORES.server }
  const servers = [await startKamailioServer(common)]
  if (alone) return servers
  for (const [name, config] of Object.entries(CONFIGS))
    if (name in goals) servers.push(await startTandemServer({ ...common, name, config }))
  return servers
}

/**
 * Round 0 warms up and is not counted; the order turns round every time. All users register first: calls need them,
 * and Kamailio's OPTIONS cost four times as much in a process that has registered nobody yet.
 */
const takeTurns = async (plan: Plan, servers: Server[], generator: Generator, options: SipBenchOptions) => {
  const { users, seconds, window, rounds, ratePerSecond, say } = options
  const { kind } = plan
  const common = (server: Server) => ({
    ...{ port: server.port, serverPid: server.pid, users, window, seconds, core: CORES.generator },
  })
  const results = new Map<string, LoadResult[]>(servers.map((server) => [server.name, []]))
  // As long as it takes: who is not registered would fail in every round.
  for (const server of servers)
    await generator.load({ ...common(server), kind: 'register', limit: users, seconds: 60 })
  for (let round = 0; round <= rounds; round++)
    for (const server of round % 2 ? servers : servers.toReversed()) {
      const paced = ratePerSecond === undefined ? {} : { ratePerSecond }
      const result = await generator.load({ ...common(server), kind, ...paced })
      if (round > 0) results.get(server.name)?.push(result)
      say(line(plan, server, round, result))
    }
  return results
}

const line = (plan: Plan, server: Server, round: number, result: LoadResult): string =>
  [
    `${plan.scenario}, ${round === 0 ? 'warm-up' : `round ${round}`}, ${server.name}:`,
    `${result.cpuMicros.toFixed(1)} µs, ${Math.round(result.rate)}/s,`,
    `${result.fail} failed, ${result.retr} repeated, p99 ${result.p99ms.toFixed(1)} ms`,
  ].join(' ')

const rowsOf = ({ scenario, goals }: Plan, results: Map<string, LoadResult[]>): SipRow[] => {
  const kamailio = results.get('kamailio') ?? []
  const of = (rounds: LoadResult[], what: 'cpuMicros' | 'rate' | 'fail' | 'retr') =>
    rounds.map((r) => r[what])
  const sum = (what: 'fail' | 'retr', rounds: LoadResult[]) => of(rounds, what).reduce((a, b) => a + b, 0)
  return [...results]
    .filter(([server]) => server !== 'kamailio')
    .map(([server, rounds]) => ({
      scenario,
      server,
      goal: goals[server] ?? Number.NaN,
      cpu: spreadOf(of(rounds, 'cpuMicros')),
      kamailioCpu: spreadOf(of(kamailio, 'cpuMicros')),
      ratio: ratioOf(of(rounds, 'cpuMicros'), of(kamailio, 'cpuMicros')),
      rate: spreadOf(of(rounds, 'rate')),
      kamailioRate: spreadOf(of(kamailio, 'rate')),
      failures: sum('fail', rounds) + sum('fail', kamailio),
      retransmissions: sum('retr', rounds) + sum('retr', kamailio),
    }))
}
