import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { cpus, release } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { without } from '../test/support/peers.ts'
import { gatewayTables, runGatewayBench } from './gateways.ts'
import { KINDS, type Kind } from './load.ts'
import { type MessageFigures, runMessageBench } from './messages.ts'
import { type RestRow, runRestBench } from './messages-rest.ts'
import { show, table } from './report.ts'
import { type RtpRow, runRtpBench } from './rtp.ts'
import { runSipBench, type SipFigures } from './sip.ts'
import { takeTurn } from './turn.ts'

/**
 * Side-by-side figures: `npm run bench`, or `npm run bench -- --only sip --rounds 5 --json figures.json`.
 * `--only messages` and `--only gateways` need no other server; of the latter, `--lines 3000 --text-seconds 60` is a short run.
 * `--only web` are browsers beside Janus and rtpengine, and what registered web phones weigh.
 * `--kind register|options|message|call` measures one scenario alone.
 * Only ratios of one run mean anything; absolute figures are the machine's.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    kind: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '5' },
    users: { type: 'string', default: '10000' },
    window: { type: 'string', default: '64' },
    rate: { type: 'string' },
    lines: { type: 'string', default: '10000' },
    'text-seconds': { type: 'string', default: '600' },
    alone: { type: 'boolean', default: false },
    json: { type: 'string' },
  },
})

const say = (line: string) => console.log(line)

type Count = 'rounds' | 'seconds' | 'users' | 'window' | 'rate' | 'lines' | 'text-seconds'
const whole = (name: Count, most: number): number => {
  const value = Number(values[name])
  if (!Number.isInteger(value) || value < 1 || value > most) {
    console.error(`--${name} takes a number from 1 to ${most}`)
    process.exit(1)
  }
  return value
}

const kindOf = (text: string): Kind => {
  const kind = KINDS.find((known) => known === text)
  if (kind) return kind
  console.error(`--kind takes ${KINDS.join(', ')}`)
  process.exit(1)
}

const machine = () => ({
  date: new Date().toISOString(),
  processors: `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`,
  kernel: release(),
  node: process.version,
})

const sipTable = ({ rows, memory }: SipFigures): string => {
  const head = [
    'scenario',
    'server',
    'µs',
    'Kamailio µs',
    'ratio',
    'goal',
    'per second',
    'failed',
    'repeated',
  ]
  const body = rows.map((row) => [
    row.scenario,
    row.server,
    show(row.cpu),
    show(row.kamailioCpu),
    show(row.ratio, 2),
    Number.isNaN(row.goal) ? 'none' : `≤ ${row.goal}`,
    `${row.rate.median.toFixed(0)} (${row.kamailioRate.median.toFixed(0)})`,
    `${row.failures}`,
    `${row.retransmissions}`,
  ])
  const facts = memory.map(({ server, startMb, per10kMb, refreshRatio, transactionKb }) => [
    server,
    startMb.toFixed(1),
    per10kMb.toFixed(2),
    refreshRatio?.toFixed(3) ?? '–',
    transactionKb?.toFixed(2) ?? '–',
  ])
  const columns = [
    'server',
    'MB at start',
    'MB per 10,000 users',
    'alive, 10 refreshes ÷ 1',
    'kB per transaction',
  ]
  return `${table([head, ...body])}\n${memory.length ? `\n${table([columns, ...facts])}\n` : ''}`
}

const rtpTable = (rows: RtpRow[]): string =>
  table([
    ['calls', 'tandem µs', 'rtpengine µs', 'ratio', 'goal', 'lost'],
    ...rows.map(({ calls, tandem, rtpengine, ratio, goal, lost }) => [
      `${calls}`,
      show(tandem, 2),
      rtpengine ? show(rtpengine, 2) : '–',
      ratio ? show(ratio, 2) : '–',
      `≤ ${goal}`,
      `${lost}`,
    ]),
  ])

const messageTables = ({ rows, start }: MessageFigures): string => {
  const loads = rows.map((row) => [
    row.scenario,
    row.perSecond.toFixed(0),
    row.cpuUs.toFixed(1),
    row.p50Ms.toFixed(1),
    row.p99Ms.toFixed(1),
  ])
  const starts = start.map((row) => [
    `${row.waiting}`,
    (row.openMs / 1000).toFixed(2),
    (row.firstMs / 1000).toFixed(2),
    row.residentMb.toFixed(0),
  ])
  return [
    table([['scenario', 'per second', 'CPU µs each', 'p50 ms', 'p99 ms'], ...loads]),
    table([['waiting', 's to start', 's to the first one handed over', 'MB'], ...starts]),
  ].join('\n\n')
}

const restTable = (rows: RestRow[]): string =>
  table([
    ['scenario', 'per second', 'CPU µs each', 'p50 ms', 'p99 ms', 'longest', 'failed'],
    ...rows.map((row) => [
      row.scenario,
      row.perSecond.toFixed(0),
      row.cpuUs.toFixed(0),
      ...[row.p50, row.p99, row.max].map((ms) => ms.toFixed(1)),
      `${row.failed}`,
    ]),
  ])

/** Browsers' media in programs of their own, since the generator ties itself to one core. */
const runWebBench = (): void => {
  const { rounds, seconds, alone } = values
  const run = (name: string, ...more: string[]): void => {
    spawnSync(process.execPath, [join(import.meta.dirname, name), ...more], { stdio: 'inherit' })
  }
  const bench = (...more: string[]): void =>
    run('web-media.ts', '--taken', '--rounds', rounds, '--seconds', seconds, ...more)
  const lost = without('janus', 'rtpengine')
  say(`\nBrowsers that call telephones${lost ? `; not beside others: ${lost}` : ''}\n`)
  bench('--calls', '100', ...(alone || lost ? ['--alone'] : []))
  bench('--calls', '240', '--alone', '--rounds', '1')
  bench('--calls', '100', '--alone', '--video', '--rounds', '1')
  run('web-phones.ts')
}

const main = async (): Promise<void> => {
  const others = values.only !== 'messages' && values.only !== 'gateways'
  const lacking = others && without('kamailio', 'gcc', 'taskset')
  if (lacking) {
    console.error(`bench: ${lacking} (bash tools/peers.sh --bench)`)
    process.exit(1)
  }
  const figures: Record<string, unknown> = { machine: machine() }
  const options = {
    ...{ rounds: whole('rounds', 50), seconds: whole('seconds', 60), users: whole('users', 100_000) },
    ...{ window: whole('window', 1024), alone: values.alone, say },
    ...(values.rate ? { ratePerSecond: whole('rate', 1_000_000) } : {}),
    ...(values.kind ? { kind: kindOf(values.kind) } : {}),
  }
  const yieldTurn = await takeTurn(say)
  if (others && values.only !== 'rtp' && values.only !== 'web') {
    const sip = await runSipBench(options)
    figures.sip = sip
    say(
      `\nCPU per unit, median (least–most) of ${options.rounds} rounds, window ${options.window}\n\n${sipTable(sip)}\n`,
    )
  }
  if (others && values.only !== 'sip' && values.only !== 'web' && !values.kind) {
    const lost = without('rtpengine')
    if (lost) say(`no figures beside rtpengine: ${lost}`)
    const { rounds, seconds, alone } = options
    const rtp = await runRtpBench({
      calls: [200, 800],
      rounds,
      seconds,
      payload: 160,
      alone: alone || lost !== false,
      say,
    })
    figures.rtp = rtp
    say(`\nCPU per forwarded packet, µs, median (least–most)\n\n${rtpTable(rtp)}\n`)
  }
  if (!values.kind && (!values.only || values.only === 'messages')) {
    const messages = await runMessageBench(say)
    figures.messages = messages
    say(`\nMessages, on disk with fsync\n\n${messageTables(messages)}\n`)
    const rest = await runRestBench(say, options)
    figures.rest = rest
    say(`\nTexts over REST, on disk with fsync, median round of ${options.rounds}\n\n${restTable(rest)}\n`)
  }
  if (!values.kind && (!values.only || values.only === 'gateways')) {
    const [lines, textSeconds] = [whole('lines', 20_000), whole('text-seconds', 86_400)]
    const gateways = await runGatewayBench(say, { seconds: options.seconds, lines, textSeconds })
    figures.gateways = gateways
    say(`\n${gatewayTables(gateways)}\n`)
  }
  if (others && !values.kind && values.only !== 'sip' && values.only !== 'rtp') runWebBench()
  yieldTurn()
  if (values.json) writeFileSync(values.json, `${JSON.stringify(figures, null, 1)}\n`)
}

await main()
