import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { FirstStart, Loaded } from '#config'
import { createLogSink, parseLogOptions } from '#logs'
import { printBanner, writePidFile } from '#start'
import { type StartFault, startTandem, type Tandem } from './tandem.ts'

const EXIT: Record<StartFault['kind'], number> = { bind: 2, store: 1, certificate: 1, admin: 2 }
/** A close that hangs (a disk that does not answer) must not keep the process for ever. */
const PATIENCE_MS = 10_000

/** The server's life as a process: start, banner, ready, signals, end. Exit codes: 0 stopped, 1 misconfigured, 2 cannot bind. */
export const run = async ({ loaded, first }: { loaded: Loaded; first?: FirstStart }): Promise<void> => {
  const { settings, notices, warnings } = loaded
  const logFile = settings.log_filename ?? join(settings.data_dir, 'tandem.log')
  const options = parseLogOptions(settings.log_options)
  const log = createLogSink({
    file: logFile,
    ...(options.ok && { settings: options.value.settings }),
    echo: (line) => console.error(line),
  })
  const said = [...warnings, ...notices]
  for (const line of said) console.error(line)

  const started = await startTandem(loaded, version(), log, (why) => void stop(why))
  if (!started.ok) {
    console.error(`Tandem cannot start: ${started.error.text}`)
    log.flushSync()
    process.exit(EXIT[started.error.kind])
  }
  const tandem: Tandem = started.value
  const removePid = writePidFile(settings.data_dir)
  const { bound, adminPassword } = tandem
  console.log(
    printBanner({
      settings,
      bound,
      logFile,
      ...(adminPassword !== undefined && { adminPassword }),
      ...(first && { first }),
    }),
  )

  let stopping = false
  const stop = async (why: string): Promise<void> => {
    if (stopping) return
    stopping = true
    log.write('app', 'info', `stopping: ${why}`)
    setTimeout(() => process.exit(0), PATIENCE_MS).unref()
    await tandem.close()
    removePid()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(signal))
  // A bug in one dialogue is logged where it happens; what reaches this place is still not worth a whole house.
  process.on('unhandledRejection', (reason) => log.write('app', 'error', bugText(reason)))
  process.on('uncaughtException', (error) => log.write('app', 'error', bugText(error)))
  log.write('app', 'info', 'ready')
  console.log('Tandem is ready')
  tandem.openTerminal()
}

const bugText = (bug: unknown): string => (bug instanceof Error ? (bug.stack ?? bug.message) : String(bug))

const version = (): string =>
  (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string })
    .version
