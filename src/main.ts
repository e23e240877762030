import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Command } from 'commander'
import { runMonitor } from '#admin'
import {
  type FirstStart,
  type Loaded,
  loadConfiguration,
  type Problem,
  printCheck,
  printProblem,
  writeFirstConfiguration,
} from '#config'
import { createRandom } from '#lib/random'
import type { Result } from '#lib/result'
import { ejoinOptions, goipOptions, type UeOptions, ueOptions, webOptions } from '#simulators'
import { type ApiOptions, apiOptions, runApi } from './api.ts'
import { run, version } from './run.ts'
import { simulateUe } from './simulate.ts'
import { simulateEjoin, simulateGoip } from './simulate-gateways.ts'
import { simulateWeb } from './simulate-web.ts'

const MISCONFIGURED = 1
const environment = process.env.TANDEM_DATA === undefined ? {} : { TANDEM_DATA: process.env.TANDEM_DATA }

const complain = (problems: Problem[]): never => {
  for (const problem of problems) console.error(printProblem(problem))
  process.exit(MISCONFIGURED)
}

/** The start without a file makes one, so that a newcomer has users, numbers and something to change. */
const firstStart = (): { loaded: Loaded; first: FirstStart } => {
  const dataDir = resolve(DATA)
  const made = writeFirstConfiguration({ dataDir, random: createRandom() })
  return made.ok ? { loaded: made.value.loaded, first: made.value } : complain(made.error)
}

/** A mistyped command arrives here as the name of a file. */
const load = (file: string): Loaded => {
  if (/^\w+$/.test(file) && !existsSync(file)) {
    console.error(`"${file}" is neither a file nor a command: "npx tandem --help" lists the commands`)
    process.exit(MISCONFIGURED)
  }
  const loaded: Result<Loaded, Problem[]> = loadConfiguration(file, environment)
  return loaded.ok ? loaded.value : complain(loaded.error)
}

const DATA = environment.TANDEM_DATA ?? './data'
const program = new Command('tandem')
  .description('A whole phone network in one process.')
  .version(version(), '-V, --version', 'show the version')

program
  .command('run', { isDefault: true })
  .description(
    'start the server (also without this word); with no file: data/tandem.cfg, made at the first start',
  )
  .argument('[file]', 'configuration file')
  .action(async (file?: string) => {
    if (file !== undefined) return run({ loaded: load(file), file: resolve(file) })
    const { loaded, first } = firstStart()
    await run({ loaded, first, file: first.file })
  })

program
  .command('check')
  .description('check a configuration file and print what is in effect, with the source of each value')
  .argument('[file]', 'configuration file', join(DATA, 'tandem.cfg'))
  .action((file: string) => {
    const loaded = loadConfiguration(file, environment)
    process.stdout.write(printCheck(loaded))
    if (!loaded.ok) process.exitCode = MISCONFIGURED
  })

program
  .command('monitor')
  .description('talk to a running server; with a command, run that one and leave')
  .argument('[command...]', 'for example: users, calls, log, help')
  .option('--data <folder>', "the server's data folder", DATA)
  .action(async (words: string[], { data }: { data: string }) => {
    const socket = join(resolve(data), 'monitor.sock')
    process.exitCode = await runMonitor(socket, words, {
      input: process.stdin,
      output: process.stdout,
      error: process.stderr,
    })
  })

const api = program
  .command('api')
  .description("talk to a running server's remote API: say messages, show the answers")
  .argument('[words...]', `the address, if it is not this machine's, and messages: '{"message":"help"}'`)
  .option('--data <folder>', "the server's data folder", DATA)
for (const [flags, text] of apiOptions) api.option(flags, text)
api.action(async (words: string[], options: ApiOptions) => {
  process.exitCode = await runApi(words, options, { output: process.stdout, error: process.stderr })
})

const simulators = program.command('sim').description('simulated counterparts, for first steps and for tests')
const simulator = (
  name: string,
  about: string,
  options: typeof ueOptions,
  run: (options: UeOptions) => Promise<number>,
): void => {
  const command = simulators.command(name).description(about)
  for (const [flags, text] of options) command.option(flags, text)
  command.action(async (given: UeOptions) => {
    process.exitCode = await run(given)
  })
}
simulator(
  'ue',
  'a simulated handset or SIP phone: registers, calls, answers, and tells what it hears',
  ueOptions,
  simulateUe,
)
simulator(
  'goip',
  'a simulated GoIP gateway: lines with SIM cards that send and take texts',
  goipOptions,
  simulateGoip,
)
simulator(
  'ejoin',
  'a simulated Ejoin gateway: ports with SIM cards, its web server and its reports',
  ejoinOptions,
  simulateEjoin,
)
simulator(
  'web',
  'a simulated web phone: logs in, calls, answers, texts, tells what happens; signalling only, no sound and no picture',
  webOptions,
  simulateWeb,
)

await program.parseAsync()
