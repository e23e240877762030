import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { peer } from './peers.ts'
import { isBound } from './ports.ts'
import { startProgram } from './program.ts'
import { temporaryFolder } from './tandem.ts'
import { fill } from './template.ts'
import { until } from './wait.ts'

const scenarios = join(import.meta.dirname, '../peers/sipp')

export type SippOptions = {
  /** File below test/peers/sipp, without `.xml`. */
  scenario: string
  /** Where requests go, `address:port`. */
  to: string
  /** Own address and port; an ephemeral port of SIPp's choice is none a peer could call. */
  address: string
  port: number
  /** Values for the `{words}` of the scenario. */
  words?: Record<string, string | number>
  transport?: 'udp' | 'tcp'
  args?: string[]
  timeoutSeconds?: number
}

/** How a scenario went. `report` is what a person needs when it did not: the errors and the last messages. */
export type SippResult = { passed: boolean; code: number | null; report: string; messages: string }

export type Sipp = { readonly pid: number; done: Promise<SippResult>; stop(): Promise<void> }

const collect = (folder: string, ending: string): string =>
  readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .join('\n')

/** Starts one scenario for one call (`-m 1`); a listening one is ready when this returns. */
export const startSipp = async (options: SippOptions): Promise<Sipp> => {
  const folder = temporaryFolder('sipp')
  const name = basename(options.scenario)
  const template = readFileSync(join(scenarios, `${options.scenario}.xml`), 'utf8')
  const text = fill(options.scenario, template, options.words ?? {})
  writeFileSync(join(folder, `${name}.xml`), text)
  const seconds = options.timeoutSeconds ?? 30
  const program = startProgram(
    peer('sipp').path,
    [
      ...['-sf', `${name}.xml`, options.to, '-i', options.address, '-p', `${options.port}`],
      ...[
        '-mi',
        options.address,
        '-m',
        '1',
        '-nostdin',
        '-nd',
        '-t',
        options.transport === 'tcp' ? 't1' : 'u1',
      ],
      ...['-timeout', `${seconds}s`, '-timeout_error', '-trace_err', '-trace_msg'],
      ...(options.args ?? []),
    ],
    { cwd: folder },
  )
  const emergency = setTimeout(() => void program.kill9(), (seconds + 5) * 1000)
  const done = program.ended.then(({ code }) => {
    clearTimeout(emergency)
    const messages = collect(folder, '_messages.log')
    const errors = collect(folder, '_errors.log')
    const report = `${options.scenario}: exit ${code}\n${errors}\n${messages.slice(-6000)}\n${code === 0 ? '' : program.output().slice(-1500)}`
    return { passed: code === 0, code, report, messages }
  })
  const listens = /<scenario[^>]*>\s*(<!--.*?-->\s*)*<recv/s.test(text)
  if (listens)
    await until(`${name} listens`, () => isBound(options.port, options.transport ?? 'udp'), { everyMs: 10 })
  return {
    pid: program.pid,
    done,
    stop: async () => {
      await program.kill9()
      await done
    },
  }
}

export const runSipp = async (options: SippOptions): Promise<SippResult> => (await startSipp(options)).done
