import { type EjoinRow, runEjoinBench } from './ejoin-reports.ts'
import { type GoipFigures, runGoipBench } from './goip-keepalives.ts'
import { type LinesFigures, runLinesBench, show } from './goip-lines.ts'
import { table } from './report.ts'

/** Everything about gateways with SIM cards: `npm run bench -- --only gateways`. */
export type GatewayFigures = { keepalives: GoipFigures; reports: EjoinRow[]; lines: LinesFigures }

/** `textSeconds`: how long `lines` lines send a text every three seconds. */
export const runGatewayBench = async (
  say: (line: string) => void,
  { seconds, lines, textSeconds }: { seconds: number; lines: number; textSeconds: number },
): Promise<GatewayFigures> => {
  const keepalives = await runGoipBench(say, { seconds })
  const reports = await runEjoinBench(say, { seconds, connections: 64, devices: 16 })
  say(`texts out by ${lines} simulated GoIP lines, ${textSeconds} s`)
  return { keepalives, reports, lines: await runLinesBench(lines, textSeconds) }
}

export const gatewayTables = ({ keepalives, reports, lines }: GatewayFigures): string =>
  [
    `GoIP keepalives, ${keepalives.lines} lines, ${keepalives.kbPerLine.toFixed(2)} kB each`,
    table([
      ['line says', 'per second', 'answered', 'CPU µs each', 'share of a core'],
      ...keepalives.rows.map(({ says, perSecond, answered, cpuUs, coreShare }) => [
        says,
        perSecond.toFixed(0),
        `${(answered * 100).toFixed(1)} %`,
        ...[cpuUs.toFixed(1), coreShare.toFixed(2)],
      ]),
    ]),
    'Ejoin reports, on disk with fsync before their 200',
    table([
      ['scenario', 'per second', 'CPU µs each', 'p99 ms', 'failed'],
      ...reports.map(({ scenario, perSecond, cpuUs, p99, failed }) => [
        ...[scenario, perSecond.toFixed(0), cpuUs.toFixed(0), p99.toFixed(1), `${failed}`],
      ]),
    ]),
    'Texts out by GoIP lines, each step on disk',
    show(lines),
  ].join('\n\n')
