import { resolve } from 'node:path'
import { type Clock, systemClock } from '#lib/clock'
import { harmless } from '#lib/harmless'
import { LAYERS, type Layer, LEVELS, type Level, type Log, type LogDetail } from '#lib/log'
import { err, ok, type Result } from '#lib/result'
import { createLogFile, type LogFile } from './file.ts'
import { createStamp, dumped, field, indented } from './line.ts'
import { defaultSettings, type LogSettings, parseLogOptions, printLogOptions } from './options.ts'
import { createRing, type LogFilter, type LogPage } from './ring.ts'

export type LogSinkOptions = {
  /** The log file; without one, lines are kept in memory only and `echo` tells more. */
  file?: string
  /** `log_options` to start with; only what `parseLogOptions` has accepted. */
  settings?: LogSettings
  /** How many entries are kept in memory, by default 4096. */
  ringSize?: number
  /** A person's view, usually standard error: errors and warnings, and without a file also what is worth knowing. */
  echo?: (line: string) => void
  clock?: Clock
}

export type LogSink = Log & {
  /** `log_options` in the manual's syntax; the error is for the one who typed it. */
  setOptions(text: string): Result<void, string>
  /** The options in force, in the same syntax, a line for each layer. */
  describe(): string
  readonly settings: LogSettings
  read(filter: LogFilter): LogPage
  /** Forgets what is kept in memory; the file stays. */
  reset(): void
  /** Entries kept in memory. */
  readonly count: number
  /** How many entries may be kept in memory. */
  readonly ringSize: number
  setRingSize(size: number): void
  /** Calls `hear` for every line from now on, until what it gives is called: for those who wait. It must be quick. */
  watch(hear: () => void): () => void
  /** When the log began, wall clock: what `time=sec` counts from. */
  readonly startedAtMs: number
  flush(): Promise<void>
  /** Writes what waits before it returns: for a process that is about to end. */
  flushSync(): void
  close(): Promise<void>
}

const RING_SIZE = 4096
/** A terminal or a pipe that is read slowly would stall the process: lines past this are only in the file. */
const MAX_ECHO_PER_S = 50

/** Where every line of the house ends: file, memory, terminal. Line format: docs/logs.md. */
export const createLogSink = (options: LogSinkOptions = {}): LogSink => {
  const clock = options.clock ?? systemClock
  const startedAtMs = clock.wallMs()
  const stamp = createStamp(startedAtMs)
  const hearers = new Set<() => void>()
  const ring = createRing(options.ringSize ?? RING_SIZE)
  const echo = createEcho(options.echo, options.file ? 'warn' : 'info', clock)
  let settings = options.settings ?? defaultSettings()
  let ranks = ranksOf(settings)
  const file = options.file === undefined ? undefined : openFile(options.file, () => settings, echo.tell)
  const atExit = (): void => file?.flushSync()
  process.once('exit', atExit)

  const write: Log['write'] = (layer, level, text, detail) => {
    if (ranks[layer] < RANK[level]) return
    const wallMs = clock.wallMs()
    const head = `${stamp(wallMs, settings.time)} [${layer.toUpperCase()}] ${level} ${detail?.dir ?? '-'} ${field(detail?.user)} `
    const line = head + harmless(text) + (detail ? below(settings, layer, detail) : '')
    const bytes = Buffer.from(`${line}\n`)
    const { dir, user } = detail ?? {}
    ring.add({
      wallMs,
      layer,
      level,
      bytes,
      from: Buffer.byteLength(head),
      ...(dir && { dir }),
      ...(user && { user: Buffer.from(user).toString() }),
    })
    file?.write(bytes)
    echo.show(level, line)
    for (const hear of hearers) hear()
  }
  return {
    on: (layer, level) => ranks[layer] >= RANK[level],
    write,
    setOptions: (text) => {
      const parsed = parseLogOptions(text, settings)
      if (!parsed.ok) return err(parsed.error)
      settings = parsed.value.settings
      ranks = ranksOf(settings)
      for (const action of parsed.value.actions) file?.[action]()
      return ok(undefined)
    },
    describe: () => [`file: ${options.file ?? 'none'}`, ...printLogOptions(settings)].join('\n'),
    get settings() {
      return settings
    },
    read: (filter) => ring.read(filter),
    reset: () => ring.clear(),
    get count() {
      return ring.count
    },
    get ringSize() {
      return ring.size
    },
    setRingSize: (size) => ring.resize(size),
    watch: (hear) => {
      hearers.add(hear)
      return () => void hearers.delete(hear)
    },
    startedAtMs,
    flush: async () => file?.flush(),
    flushSync: atExit,
    close: async () => {
      process.off('exit', atExit)
      await file?.close()
    },
  }
}

const RANK = Object.fromEntries(LEVELS.map((level, rank) => [level, rank])) as Record<Level, number>

const ranksOf = (settings: LogSettings): Record<Layer, number> =>
  Object.fromEntries(LAYERS.map((layer) => [layer, RANK[settings.layers[layer].level]])) as Record<
    Layer,
    number
  >

const openFile = (path: string, settings: () => LogSettings, onTrouble: (text: string) => void): LogFile =>
  createLogFile({
    path: resolve(path),
    append: () => settings().append,
    rotateSize: () => settings().rotateSize,
    rotatedPath: () => settings().path,
    onTrouble,
  })

/** What stands below the line: content only at level debug, secrets only when the operator asked for keys. */
const below = (settings: LogSettings, layer: Layer, { payload, key }: LogDetail): string => {
  const { level, maxSize, payload: dump, key: keys } = settings.layers[layer]
  const secret = key !== undefined && keys ? `\n    key: ${harmless(key)}` : ''
  if (level !== 'debug' || payload === undefined || maxSize === 0) return secret
  if (typeof payload === 'string') return indented(payload, maxSize) + secret
  return (dump ? dumped(payload, maxSize) : '') + secret
}

const createEcho = (print: LogSinkOptions['echo'], least: 'warn' | 'info', clock: Clock) => {
  let [second, shown] = [0, 0]
  const tell = (line: string): void => {
    const now = Math.floor(clock.wallMs() / 1000)
    if (now !== second) [second, shown] = [now, 0]
    if (++shown <= MAX_ECHO_PER_S) print?.(line)
    else if (shown === MAX_ECHO_PER_S + 1) print?.('… too many lines a second, the rest is only in the log')
  }
  return {
    tell,
    show: (level: Level, line: string): void => {
      if (print && RANK[level] <= RANK[least]) tell(line)
    },
  }
}
