import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorAnswers } from '#admin'
import type { FirstStart, Loaded } from '#config'
import { createLogSink, parseLogOptions } from '#logs'
import { printBanner, readPidFile, writePidFile } from '#start'
import type { StartFault } from './ground.ts'
import { startTandem, type Tandem } from './tandem.ts'

const EXIT: Record<StartFault['kind'], 1 | 2> = { folder: 1, bind: 2, store: 1, certificate: 1, admin: 2 }
/** A close that hangs (a disk that does not answer) must not keep the process for ever. */
const PATIENCE_MS = 10_000

export type RunOptions = { loaded: Loaded; file: string; first?: FirstStart }

/** The server's life as a process: start, banner, ready, signals, end. Exit codes: 0 stopped, 1 misconfigured, 2 cannot bind. */
export const run = async ({ loaded, file, first }: RunOptions): Promise<void> => {
  const { settings, notices, warnings } = loaded
  for (const line of [...warnings, ...notices]) console.error(line)
  await refuseSecondStart(settings.data_dir)
  const logFile = settings.log_filename ?? join(settings.data_dir, 'tandem.log')
  const options = parseLogOptions(settings.log_options)
  let tell = (line: string): void => console.error(line)
  const log = createLogSink({
    file: logFile,
    ...(options.ok && { settings: options.value.settings }),
    echo: (line) => tell(line),
  })

  const started = await startTandem(loaded, version(), log, (why) => void stop(why))
  if (!started.ok) {
    log.flushSync()
    return cannotStart(started.error.text, EXIT[started.error.kind])
  }
  const tandem: Tandem = started.value
  const removePid = writePidFile(settings.data_dir)
  const { bound, adminPassword, remote, pages } = tandem
  console.log(
    printBanner({
      version: version(),
      settings,
      bound,
      logFile,
      file,
      cwd: process.cwd(),
      ...(adminPassword !== undefined && { adminPassword }),
      ...(remote && { remote }),
      pages,
      ...(first && { first }),
    }),
  )

  let stopping = false
  const stop = async (why: string): Promise<void> => {
    if (stopping) return
    stopping = true
    log.write('app', 'info', `stopping: ${why}`)
    console.log(`\nTandem stops: ${why}`)
    setTimeout(() => process.exit(0), PATIENCE_MS).unref()
    await tandem.close()
    removePid()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => void stop(signal === 'SIGINT' ? 'Ctrl-C' : signal))
  // A bug in one dialogue is logged where it happens; what reaches this place is still not worth a whole house.
  process.on('unhandledRejection', (reason) => log.write('app', 'error', bugText(reason)))
  process.on('uncaughtException', (error) => log.write('app', 'error', bugText(error)))
  log.write('app', 'info', 'ready')
  console.log('Tandem is ready')
  if (process.stdin.isTTY) console.log('Type "help" for what can be asked here, "quit" or Ctrl-C to stop.')
  tandem.openTerminal((above) => {
    tell = above
  })
}

const cannotStart = (text: string, exitCode: 1 | 2): never => {
  console.error(`Tandem cannot start: ${text}`)
  process.exit(exitCode)
}

/** Two servers in one data folder would take each other's records, log and certificate: asked before any file is touched. */
const refuseSecondStart = async (dataDir: string): Promise<void> => {
  if (!(await monitorAnswers(join(dataDir, 'monitor.sock')))) return
  const pid = readPidFile(dataDir)
  const who = pid === undefined ? 'another Tandem' : `another Tandem (process ${pid})`
  cannotStart(`${who} runs in ${dataDir}: stop it, or name another folder with data_dir or TANDEM_DATA`, 2)
}

const bugText = (bug: unknown): string => (bug instanceof Error ? (bug.stack ?? bug.message) : String(bug))

/** Of package.json. */
export const version = (): string =>
  (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string })
    .version
