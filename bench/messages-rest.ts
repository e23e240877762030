import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../test/support/ports.ts'
import { run, startProgram } from '../test/support/program.ts'
import { node, temporaryFolder } from '../test/support/tandem.ts'
import { cpuSeconds, treeOf } from './process.ts'

/** Texts accepted over REST: stored with fsync before the answer, server and generator sharing the machine's cores. */
export type RestRow = {
  scenario: string
  perSecond: number
  /** User and system time of the server, all threads, for each text. */
  cpuUs: number
  p50: number
  p99: number
  max: number
  failed: number
}

type Scenario = { name: string; connections: number; rate?: number; webhooks?: object[] }

const USERS = 1000
const KEY = 'key-of-the-bench'

/** The goal's rate kept up, whatever the answers do; then as much as is taken. The webhook's endpoint is nobody: events pile up. */
const SCENARIOS: Scenario[] = [
  { name: '4,000 a second, 64 connections', connections: 64, rate: 4000 },
  { name: 'as many as it takes, 64 connections', connections: 64 },
  { name: 'as many as it takes, 16 connections', connections: 16 },
  {
    name: '4,000 a second, each for a webhook too',
    ...{ connections: 64, rate: 4000 },
    webhooks: [{ name: 'bench', url: 'http://127.0.0.1:9/', secret: 'x', events: ['message.*'] }],
  },
]

const config = (http: number, sip: number, webhooks: object[]) => ({
  sip_addr: `127.0.0.1:${sip}`,
  domain: 'tandem.test',
  log_options: 'all.level=error',
  security: { exempt: ['127.0.0.1'] },
  admin: { http_addr: `127.0.0.1:${http}`, https_addr: '', api_keys: [{ name: 'bench', key: KEY }] },
  messages: { most_per_recipient: 1_000_000 },
  webhooks,
  ue_db: Array.from({ length: USERS }, (_, n) => ({ impi: `u${n}`, impu: [`u${n}`], pwd: 'x' })),
})

const measure = async (scenario: Scenario, seconds: number): Promise<RestRow> => {
  const { name, connections, rate, webhooks = [] } = scenario
  const [http, sip] = [await freePort(), await freePort()]
  const folder = temporaryFolder('bench-rest')
  const file = join(folder, 'rest.cfg')
  writeFileSync(file, JSON.stringify(config(http, sip, webhooks)))
  const main = join(import.meta.dirname, '../src/main.ts')
  const server = startProgram(node, [main, file], { env: { TANDEM_DATA: folder } })
  try {
    await server.waitFor(/^Tandem is ready$/m, 60_000)
    const args = [join(import.meta.dirname, 'rest-load.ts'), '--port', `${http}`, '--key', KEY]
    args.push('--connections', `${connections}`, '--seconds', `${seconds}`, '--users', `${USERS}`)
    if (rate !== undefined) args.push('--rate', `${rate}`)
    const before = cpuSeconds(treeOf(server.pid))
    const load = await run(node, args, { timeoutMs: (seconds + 30) * 1000 })
    const used = cpuSeconds(treeOf(server.pid)) - before
    if (load.code !== 0) throw new Error(`rest-load.ts: ${load.output}`)
    const told = JSON.parse(load.stdout) as Omit<RestRow, 'scenario' | 'cpuUs'> & { sent: number }
    const { perSecond, p50, p99, max, failed, sent } = told
    return { scenario: name, perSecond, cpuUs: (used * 1e6) / sent, p50, p99, max, failed }
  } finally {
    await server.stop(20_000)
  }
}

export const runRestBench = async (
  say: (line: string) => void,
  options: { rounds: number; seconds: number },
): Promise<RestRow[]> => {
  const rows: RestRow[] = []
  for (const scenario of SCENARIOS) {
    say(`texts over REST: ${scenario.name}`)
    const rounds: RestRow[] = []
    for (let round = 0; round < options.rounds; round++) rounds.push(await measure(scenario, options.seconds))
    // The median round by its p99, whole: its figures belong together.
    rounds.sort((a, b) => a.p99 - b.p99)
    rows.push(rounds[rounds.length >> 1] as RestRow)
  }
  return rows
}
