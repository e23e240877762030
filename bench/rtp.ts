import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Program, startProgram } from '../test/support/program.ts'
import { connectNg } from './ng.ts'
import { cpuSeconds, treeOf } from './process.ts'
import { ratioOf, type Spread, spreadOf } from './report.ts'

/**
 * CPU per forwarded packet beside rtpengine in user space, with an empty configuration, one thread each, pinned
 * to one core while the generator has another: alternating rounds of equal load. Standing alone:
 *   node bench/rtp.ts --calls 200,800 --rounds 5 --seconds 5      (one JSON line per round and per summary)
 */
export type RtpBenchOptions = {
  /** Concurrent calls of each load; a call is 100 packets a second. */
  calls: number[]
  rounds: number
  seconds: number
  /** Octets of payload. */
  payload: number
  /** Without rtpengine. */
  alone: boolean
  say(line: string): void
}

export type RtpRound = {
  engine: Engine
  calls: number
  micros: number
  packets: number
  lost: number
  p99Ms: number
}
export type RtpRow = {
  calls: number
  tandem: Spread
  rtpengine: Spread | undefined
  ratio: Spread | undefined
  goal: number
  lost: number
}

type Engine = 'tandem' | 'rtpengine'
type Running = { program: Program; legs: string }
type Mark = { at: string; sent: number; received: number; p99Ms?: number }

const GOAL = 1.15
const FIRST_PORT = 40_000
const NG_PORT = 22_222
const WARM_SECONDS = 1.5
const pinned = (core: number, command: string[]): [string, string[]] => [
  'taskset',
  ['-c', `${core}`, ...command],
]

const startTandem = async (calls: number): Promise<Running> => {
  const relay = join(import.meta.dirname, 'rtp-relay.ts')
  const command = pinned(0, [process.execPath, relay, `${calls}`, `${FIRST_PORT}`])
  const program = startProgram(...command, { stdin: 'pipe' })
  await program.waitFor(/\n\n/, 30_000)
  return { program, legs: program.stdout() }
}

const describe = (port: number): string =>
  `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio ${port} RTP/AVP 0\r\n`

const setUp = async (calls: number): Promise<string> => {
  const ng = connectNg(NG_PORT)
  const portOf = async (command: Record<string, string>): Promise<string> =>
    /m=audio (\d+)/.exec(await ng.ask({ ...command, ICE: 'remove' }))?.[1] ?? '0'
  let legs = ''
  for (let i = 0; i < calls; i++) {
    const [own, other] = [FIRST_PORT + 2 * i, FIRST_PORT + 2 * i + 1]
    const call = { 'call-id': `call ${i}`, 'from-tag': `a${i}` }
    const towardsCallee = await portOf({ command: 'offer', ...call, sdp: describe(own) })
    const towardsCaller = await portOf({
      command: 'answer',
      ...call,
      'to-tag': `b${i}`,
      sdp: describe(other),
    })
    legs += `${own} ${towardsCaller}\n${other} ${towardsCallee}\n`
  }
  ng.close()
  return legs
}

const startRtpengine = async (calls: number, folder: string): Promise<Running> => {
  const config = join(folder, 'rtpengine.conf')
  writeFileSync(config, '[rtpengine]\n')
  const options = ['--foreground', '--log-stderr', '--log-level=1', '--table=-1', '--num-threads=1']
  const places = [
    '--interface=127.0.0.1',
    `--listen-ng=127.0.0.1:${NG_PORT}`,
    '--port-min=20000',
    '--port-max=39999',
  ]
  const command = ['rtpengine', `--config-file=${config}`, ...options, ...places]
  const program = startProgram(...pinned(0, command))
  await new Promise((resolve) => setTimeout(resolve, 1000))
  return { program, legs: await setUp(calls) }
}

const marksOf = (load: Program): Mark[] =>
  load
    .stdout()
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line))

const measure = async (
  engine: Engine,
  calls: number,
  { seconds, payload }: RtpBenchOptions,
  folder: string,
): Promise<RtpRound> => {
  const { program, legs } =
    engine === 'tandem' ? await startTandem(calls) : await startRtpengine(calls, folder)
  try {
    const pids = treeOf(program.pid)
    const command = pinned(1, [join(folder, 'rtp-load'), `${seconds}`, `${WARM_SECONDS}`, `${payload}`])
    const load = startProgram(...command, { stdin: 'pipe' })
    load.write(`${legs.trim()}\n.\n`)
    await load.waitFor(/"begin".*\n/, 10_000)
    const before = cpuSeconds(pids)
    await load.waitFor(/"end".*\n/, (seconds + 10) * 1000)
    const micros = (cpuSeconds(pids) - before) * 1e6
    await load.ended
    const [begin, end, rest] = marksOf(load)
    if (!begin || !end || !rest) throw new Error(`the load generator failed: ${load.output()}`)
    const packets = end.received - begin.received
    return {
      engine,
      calls,
      micros: micros / packets,
      packets,
      lost: rest.sent - rest.received,
      p99Ms: end.p99Ms ?? 0,
    }
  } finally {
    await program.stop()
  }
}

const rowOf = (calls: number, rounds: RtpRound[]): RtpRow => {
  const microsOf = (engine: Engine) =>
    rounds.filter((round) => round.engine === engine).map(({ micros }) => micros)
  const [tandem, rtpengine] = [microsOf('tandem'), microsOf('rtpengine')]
  return {
    calls,
    tandem: spreadOf(tandem),
    rtpengine: rtpengine.length > 0 ? spreadOf(rtpengine) : undefined,
    ratio: rtpengine.length > 0 ? ratioOf(tandem, rtpengine) : undefined,
    goal: GOAL,
    lost: rounds.filter(({ engine }) => engine === 'tandem').reduce((sum, { lost }) => sum + lost, 0),
  }
}

/** One row per load. Needs gcc and taskset, and rtpengine unless `alone`. */
export const runRtpBench = async (options: RtpBenchOptions): Promise<RtpRow[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-rtp-'))
  const engines: Engine[] = options.alone ? ['tandem'] : ['rtpengine', 'tandem']
  const rows: RtpRow[] = []
  try {
    execFileSync('gcc', ['-O2', '-o', join(folder, 'rtp-load'), join(import.meta.dirname, 'rtp-load.c')])
    for (const calls of options.calls) {
      const rounds: RtpRound[] = []
      for (let round = 0; round < options.rounds; round++) {
        for (const engine of round % 2 ? engines.toReversed() : engines) {
          const result = await measure(engine, calls, options, folder)
          rounds.push(result)
          options.say(JSON.stringify(result))
        }
      }
      rows.push(rowOf(calls, rounds))
      options.say(JSON.stringify(rows.at(-1)))
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
  return rows
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      calls: { type: 'string', default: '200,800' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '5' },
      payload: { type: 'string', default: '160' },
      alone: { type: 'boolean', default: false },
    },
  })
  const [rounds, seconds, payload] = [values.rounds, values.seconds, values.payload].map(Number)
  await runRtpBench({
    calls: values.calls.split(',').map(Number),
    ...{ rounds: rounds ?? 5, seconds: seconds ?? 5, payload: payload ?? 160, alone: values.alone },
    say: (line) => console.log(line),
  })
}
