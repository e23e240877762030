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
  /** Leave Tandem out, to see whether the machine reproduces Kamailio's known figures. */
  alone?: boolean
  say(line: string): void
}

/** One row of the table: a scenario, two servers, CPU microseconds per unit. */
export type SipRow = {
  scenario: string
  goal: number
  subject: string
  cpu: Record<string, Spread>
  rate: Record<string, Spread>
  /** The subject's CPU over Kamailio's, by round. */
  ratio?: Spread
  failures: number
  retransmissions: number
}
export type SipFigures = { rows: SipRow[]; memory: MemoryResult[] }

/** Pinned: the server gets one core, the generator another. */
export const CORES = { server: 0, generator: 1 }

type Plan = { scenario: string; kind: Kind; subject: string; goal: number }
const PLANS: Plan[] = [
  { scenario: 'REGISTER with digest', kind: 'register', subject: 'tandem', goal: 0.9 },
  { scenario: 'OPTIONS', kind: 'options', subject: 'tandem', goal: 1.15 },
  { scenario: 'call, media anchored', kind: 'call', subject: 'tandem', goal: 0.8 },
]

export const runSipBench = async (options: SipBenchOptions): Promise<SipFigures> => {
  const generator = await buildGenerator()
  try {
    const rows: SipRow[] = []
    const common = { users: options.users, core: CORES.server }
    const servers = [await startKamailioServer(common)]
    if (!options.alone) servers.push(await startTandemServer(common))
    try {
      for (const plan of PLANS) rows.push(await measure(plan, servers, generator, options))
    } finally {
      for (const server of servers) await server.stop()
    }
    return { rows, memory: await measureMemory(generator, options) }
  } finally {
    generator.remove()
  }
}

/** Users register before calls: their contact is the generator's callee port. */
const measure = async (
  plan: Plan,
  servers: Server[],
  generator: Generator,
  options: SipBenchOptions,
): Promise<SipRow> => {
  const { users, seconds, window, rounds, say } = options
  const load = (server: Server, kind: Kind, limit?: number) =>
    generator.load({
      ...{ kind, port: server.port, users, window, seconds, core: CORES.generator, serverPid: server.pid },
      ...(limit === undefined ? {} : { limit }),
    })
  const results = new Map<string, LoadResult[]>(servers.map((server) => [server.name, []]))
  if (plan.kind === 'call') for (const server of servers) await load(server, 'register', users)
  for (let round = 0; round <= rounds; round++)
    for (const server of round % 2 ? servers : servers.toReversed()) {
      const result = await load(server, plan.kind)
      if (round > 0) results.get(server.name)?.push(result)
      say(line(plan, server, round, result))
    }
  return rowOf(plan, results)
}

const line = (plan: Plan, server: Server, round: number, result: LoadResult): string =>
  [
    `${plan.scenario}, ${round === 0 ? 'warm-up' : `round ${round}`}, ${server.name}:`,
    `${result.cpuMicros.toFixed(1)} µs, ${Math.round(result.rate)}/s,`,
    `${result.fail} failed, ${result.retr} repeated, p99 ${result.p99ms.toFixed(1)} ms`,
  ].join(' ')

const rowOf = (plan: Plan, results: Map<string, LoadResult[]>): SipRow => {
  const row: SipRow = { ...plan, cpu: {}, rate: {}, failures: 0, retransmissions: 0 }
  for (const [name, rounds] of results) {
    row.cpu[name] = spreadOf(rounds.map((result) => result.cpuMicros))
    row.rate[name] = spreadOf(rounds.map((result) => result.rate))
    for (const result of rounds) {
      row.failures += result.fail
      row.retransmissions += result.retr
    }
  }
  const [subject, peer] = [results.get(plan.subject), results.get('kamailio')]
  if (subject && peer)
    row.ratio = ratioOf(
      subject.map((r) => r.cpuMicros),
      peer.map((r) => r.cpuMicros),
    )
  return row
}
