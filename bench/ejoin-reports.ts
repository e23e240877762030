import { writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { freePort } from '../test/support/ports.ts'
import { startProgram } from '../test/support/program.ts'
import { node, temporaryFolder } from '../test/support/tandem.ts'
import { cpuSeconds, treeOf } from './process.ts'

/**
 * Ejoin gateways that report: each post one received text, stored with fsync before its 200; then posts of ten; then
 * device states, which are only looked at. The generator (bytes made beforehand) shares the machine's cores.
 *
 * node bench/ejoin-reports.ts [--seconds 5] [--connections 64] [--devices 16]
 */
export type EjoinRow = {
  scenario: string
  reports: number
  perSecond: number
  cpuUs: number
  p99: number
  failed: number
}

type Options = { seconds: number; connections: number; devices: number }

const GOAL = 2000
const PORTS = 32
const secretOf = (device: number): string => `secret-of-the-device-${device}`
const macOf = (device: number): string =>
  `02-00-5e-00-${device.toString(16).padStart(4, '0').replace(/^../, '$&-')}`

let sent = 0
const aRow = (): unknown[] => {
  const n = sent++
  const text = `Sender: 1555010${n % 1000}\r\nSMSC: 155500000\r\nSCTS: 26112122264000\r\n\r\nText number ${n}`
  const port = `${(n % PORTS) + 1}.01`
  return [0, port, 1_795_300_000 + n, `1555010${n % 1000}`, '', Buffer.from(text).toString('base64')]
}
const received = (count: number) => () => ({
  ...{ type: 'recv-sms', sim_src: 0, sms_num: count },
  sms: Array.from({ length: count }, aRow),
})
const status = (device: number) => ({
  ...{ type: 'dev-status', expires: 60, mac: macOf(device), 'max-ports': PORTS, 'max-slots': 4 },
  status: Array.from({ length: PORTS }, (_, port) => ({
    ...{ port: `${port + 1}.01`, seq: ++sent, st: 3, active: 1, imei: '350000000000018', sig: sent % 32 },
    ...{ imsi: `00101${device}${port}`, iccid: `8901${device}${port}`, sn: `1555${device}${port}` },
    ...{ opr: '00101 TEST NET', bal: '4.20', smsctl_day: `${sent % 100}/-1`, tot_dur: '1/-1' },
  })),
})

const SCENARIOS: { name: string; reports: number; make: (device: number) => unknown }[] = [
  { name: 'one text a post', reports: 1, make: received(1) },
  { name: 'ten texts a post', reports: 10, make: received(10) },
  { name: `dev-status of ${PORTS} ports`, reports: 1, make: status },
]

const postOf = (device: number, body: string): string =>
  `POST /ejoin/${secretOf(device)} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json;charset=utf-8\r\n` +
  `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

/** One post under way per connection, each of one device. */
const load = async (port: number, { make }: (typeof SCENARIOS)[0], options: Options) => {
  const figures = { done: 0, failed: 0, latencies: [] as number[] }
  let [over, measuring] = [false, false]
  const sockets: Socket[] = []
  for (let i = 0; i < options.connections; i++) {
    const socket = connect(port, '127.0.0.1')
    let startMs = 0
    const go = (): void => {
      startMs = performance.now()
      const device = i % options.devices
      socket.write(postOf(device, JSON.stringify(make(device))))
    }
    socket.setNoDelay(true).setEncoding('latin1')
    socket.on('connect', go)
    socket.on('error', () => figures.failed++)
    socket.on('data', (piece: string) => {
      if (!piece.startsWith('HTTP/1.1 ')) return
      if (measuring) figures.latencies.push(performance.now() - startMs)
      if (measuring && piece.startsWith('200', 9)) figures.done++
      else if (measuring) figures.failed++
      if (!over) go()
    })
    sockets.push(socket)
  }
  await new Promise((resume) => setTimeout(resume, 2000))
  measuring = true
  return {
    figures,
    async end() {
      over = true
      measuring = false
      await new Promise((resume) => setTimeout(resume, 200))
      for (const socket of sockets) socket.destroy()
    },
  }
}

const config = (http: number, sip: number, devices: number) => ({
  sip_addr: `127.0.0.1:${sip}`,
  domain: 'tandem.test',
  log_options: 'all.level=error',
  security: { exempt: ['127.0.0.1'] },
  admin: { http_addr: `127.0.0.1:${http}`, https_addr: '' },
  ejoin: {
    devices: Array.from({ length: devices }, (_, n) => ({
      name: `ej${n}`,
      mac: macOf(n),
      secret: secretOf(n),
    })),
  },
})

const measure = async (scenario: (typeof SCENARIOS)[0], options: Options): Promise<EjoinRow> => {
  const [http, sip] = [await freePort(), await freePort()]
  const folder = temporaryFolder('bench-ejoin')
  const file = join(folder, 'ejoin.cfg')
  writeFileSync(file, JSON.stringify(config(http, sip, options.devices)))
  const main = join(import.meta.dirname, '../src/main.ts')
  const server = startProgram(node, [main, file], { env: { TANDEM_DATA: folder } })
  try {
    await server.waitFor(/^Tandem is ready$/m, 60_000)
    const run = await load(http, scenario, options)
    const before = cpuSeconds(treeOf(server.pid))
    await new Promise((resume) => setTimeout(resume, options.seconds * 1000))
    const used = cpuSeconds(treeOf(server.pid)) - before
    await run.end()
    const { done, failed, latencies } = run.figures
    latencies.sort((a, b) => a - b)
    const reports = done * scenario.reports
    return {
      ...{ scenario: scenario.name, reports, failed, perSecond: reports / options.seconds },
      ...{ cpuUs: (used * 1e6) / reports, p99: latencies[Math.floor(latencies.length * 0.99)] ?? Number.NaN },
    }
  } finally {
    await server.stop(20_000)
  }
}

export const runEjoinBench = async (say: (line: string) => void, options: Options): Promise<EjoinRow[]> => {
  const rows: EjoinRow[] = []
  for (const scenario of SCENARIOS) {
    say(`Ejoin reports: ${scenario.name}`)
    rows.push(await measure(scenario, options))
  }
  return rows
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      seconds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '64' },
      devices: { type: 'string', default: '16' },
    },
  })
  const [seconds, connections, devices] = [values.seconds, values.connections, values.devices].map(Number)
  const rows = await runEjoinBench((line) => console.log(line), {
    ...{ seconds: seconds ?? 5, connections: connections ?? 64, devices: devices ?? 16 },
  })
  for (const { scenario, perSecond, cpuUs, p99, failed } of rows)
    console.log(
      `${scenario}: ${perSecond.toFixed(0)} reports a second, ${cpuUs.toFixed(0)} µs each ` +
        `(${(1e6 / cpuUs).toFixed(0)} a second fill one core), ` +
        `99 % within ${p99.toFixed(0)} ms, ${failed} failed`,
    )
  const least = Math.min(...rows.map(({ perSecond }) => perSecond))
  console.log(`goal: ${GOAL} reports a second stored: ${least >= GOAL ? 'reached' : 'missed'}`)
}
