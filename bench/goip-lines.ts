import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../test/support/ports.ts'

/**
 * Texts out by many simulated GoIP lines, each one text every three seconds: through a real house, with its records on
 * disk and its sockets, to devices in processes of their own that keep the device's rules. `node bench/goip-lines.ts
 * [LINES] [SECONDS]`; 10,000 lines are 3,333 texts a second.
 */
export type LinesFigures = {
  lines: number
  seconds: number
  /** Texts asked for, and how many each second were handed to a device: as all figures of the house, in the second half. */
  texts: number
  perSecond: number
  /** Of the house's process with its threads, per text, and in cores. */
  cpuUs: number
  cores: number
  /** The same by threads: main, workers (storage above all), V8's helpers. */
  threads: Record<string, number>
  /** From acceptance to the device's OK, while texts came. */
  p50Ms: number
  p99Ms: number
  residentMb: number
  states: Record<string, number>
  lost: number
  doubled: number
}

export type HousePlan = { config: string; texts: number; perSecond: number; lines: number }
export type DevicesPlan = { port: number; from: number; to: number; texts: number }
export type HouseReport = Omit<LinesFigures, 'lines' | 'seconds' | 'lost' | 'doubled'> & {
  /** One for each text: 1 when the house says that it left, 0 when it says that it did not, 2 when it cannot know. */
  said: Uint8Array
}

const EVERY_S = 3
const LINES_OF_A_DEVICE = 5
const PROCESSES = 2

export const idOf = (line: number): string => `line${line}`
export const deviceOf = (line: number): string => `box${Math.floor(line / LINES_OF_A_DEVICE)}`
export const wordsOf = (text: number): string => `text ${text}`
export { LINES_OF_A_DEVICE }

/** The next message of this kind from a child; rejects when it ends instead. */
const word = <T>(child: ChildProcess, kind: string): Promise<T> =>
  new Promise((resolve, reject) => {
    const hear = (message: { kind: string; value: T }): void => {
      if (message.kind !== kind) return
      child.off('message', hear)
      resolve(message.value)
    }
    child.on('message', hear)
    child.once('exit', (code) => reject(new Error(`${kind}: a process ended with ${code}`)))
  })

export const runLinesBench = async (lines: number, seconds: number): Promise<LinesFigures> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'tandem-lines-'))
  const port = await freePort()
  const config = join(dataDir, 'bench.cfg')
  const perSecond = lines / EVERY_S
  const texts = Math.round(perSecond * seconds)
  writeFileSync(config, JSON.stringify(configOf(lines, port)))
  const start = (name: string): ChildProcess =>
    fork(join(import.meta.dirname, name), {
      serialization: 'advanced',
      env: { ...process.env, TANDEM_DATA: dataDir },
    })
  const house = start('goip-lines-house.ts')
  const devices = Array.from({ length: PROCESSES }, () => start('goip-lines-devices.ts'))
  try {
    house.send({ config, texts, perSecond, lines } satisfies HousePlan)
    await word(house, 'ready')
    for (const [index, child] of devices.entries()) {
      const [from, to] = [index, index + 1].map((at) => Math.floor((lines * at) / PROCESSES)) as [
        number,
        number,
      ]
      child.send({ port, from, to, texts } satisfies DevicesPlan)
    }
    await word(house, 'registered')
    const { said, ...figures } = await word<HouseReport>(house, 'report')
    const left = new Uint8Array(texts)
    for (const child of devices) {
      const told = word<Uint8Array>(child, 'left')
      child.send('end')
      for (const [text, times] of (await told).entries()) left[text] = (left[text] ?? 0) + times
    }
    const over = new Promise((resolve) => house.once('exit', resolve))
    house.send('end')
    await over
    const doubled = left.filter((times) => times > 1).length
    const lost = said.filter((word, text) => word === 1 && left[text] === 0).length
    return { lines, seconds, ...figures, lost, doubled }
  } finally {
    house.kill()
    for (const child of devices) child.kill()
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 })
  }
}

const configOf = (lines: number, port: number) => ({
  log_options: 'all.level=error',
  log_filename: 'tandem.log',
  security: { exempt: ['127.0.0.0/8'] },
  domain: 'tandem.bench',
  messages: { most_waiting: 10_000_000, most_per_recipient: 1_000_000 },
  goip: {
    addr: `127.0.0.1:${port}`,
    lines: Array.from({ length: lines }, (_, line) => ({
      id: idOf(line),
      password: 'pw',
      device: deviceOf(line),
    })),
  },
  routes: [{ name: 'out', match: { kind: 'message', to: '^\\+1555' }, to: 'gateway:*' }],
})

export const show = (figures: LinesFigures): string => {
  const { lines, seconds, texts, perSecond, cpuUs, cores, p50Ms, p99Ms, residentMb, states, lost, doubled } =
    figures
  const threads = Object.entries(figures.threads).map(([name, us]) => `${name} ${us.toFixed(0)}`)
  return [
    `${lines} lines, ${seconds} s: ${texts} texts, ${perSecond.toFixed(0)} a second handed over`,
    `house: ${cpuUs.toFixed(0)} µs a text (${threads.join(', ')}), ${cores.toFixed(2)} cores, ${residentMb.toFixed(0)} MB`,
    `accepted to OK: p50 ${p50Ms.toFixed(0)} ms, p99 ${p99Ms.toFixed(0)} ms`,
    `${JSON.stringify(states)}, ${lost} lost, ${doubled} doubled`,
  ].join('\n')
}

if (import.meta.main) {
  const [lines = 10_000, seconds = 60] = process.argv.slice(2).map(Number)
  console.log(show(await runLinesBench(lines, seconds)))
}
