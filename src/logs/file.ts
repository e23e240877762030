import { createDisk, type DiskOptions, type Job } from './disk.ts'

export type LogFile = {
  write(bytes: Buffer): void
  cut(): void
  rotate(): void
  /** Resolves when all that was written is with the system, or cannot be. */
  flush(): Promise<void>
  /** Writes what waits before it returns: for the end of the process. */
  flushSync(): void
  close(): Promise<void>
}

/** `onTrouble`: told once when the disk fails and once when it works again. */
export type LogFileOptions = DiskOptions & { onTrouble(text: string): void }

const COLLECT_MS = 100
const RETRY_MS = 5000
/** This much does not wait for the tenth of a second to end. */
const EAGER_OCTETS = 64 * 1024
/** What may wait for a disk that does not answer; lines past it are dropped and counted. */
const MAX_WAITING = 8 * 1024 * 1024

/** A file written behind the back of those who log: lines are collected, one write at a time, never an exception. */
export const createLogFile = (options: LogFileOptions): LogFile => {
  const disk = createDisk(options)
  const trouble = createTrouble(options.onTrouble)
  let jobs: Job[] = []
  let waiting = 0
  let working: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined

  const work = async (): Promise<void> => {
    while (jobs.length > 0) {
      const batch = merged(jobs)
      jobs = []
      for (const [at, job] of batch.entries()) {
        try {
          await disk.perform(job)
          if (typeof job !== 'string') waiting -= job.length
        } catch (error) {
          jobs = [...batch.slice(at).filter((rest) => typeof rest !== 'string'), ...jobs]
          await disk.close().catch(() => {})
          return trouble.begin(error as Error)
        }
      }
      trouble.end()
    }
  }
  const start = (): Promise<void> => {
    clearTimeout(timer)
    timer = undefined
    working ??= work().finally(() => {
      working = undefined
      if (jobs.length > 0) later()
    })
    return working
  }
  const later = (): void => {
    if (!working) timer ??= setTimeout(start, trouble.lasting ? RETRY_MS : COLLECT_MS).unref()
  }
  const add = (job: Job): void => {
    jobs.push(job)
    start()
  }
  return {
    write: (bytes) => {
      if (waiting > MAX_WAITING) return trouble.drop()
      jobs.push(bytes)
      waiting += bytes.length
      if (waiting > EAGER_OCTETS && !trouble.lasting) start()
      else later()
    },
    cut: () => add('cut'),
    rotate: () => add('rotate'),
    flush: start,
    flushSync: () => {
      const [rest] = merged(jobs.filter((job) => typeof job !== 'string'))
      jobs = []
      try {
        if (rest && typeof rest !== 'string') disk.writeSync(rest)
      } catch (error) {
        trouble.begin(error as Error)
      }
    },
    close: async () => {
      await start()
      clearTimeout(timer)
      await disk.close().catch(() => {})
    },
  }
}

/** Neighbouring lines become one write. */
const merged = (jobs: Job[]): Job[] => {
  const out: Job[] = []
  let lines: Buffer[] = []
  const close = (): void => {
    if (lines.length > 0) out.push(lines.length === 1 ? (lines[0] as Buffer) : Buffer.concat(lines))
    lines = []
  }
  for (const job of jobs)
    if (typeof job === 'string') {
      close()
      out.push(job)
    } else lines.push(job)
  close()
  return out
}

const createTrouble = (tell: (text: string) => void) => {
  let lasting = false
  let dropped = 0
  return {
    get lasting() {
      return lasting
    },
    begin: (error: Error): void => {
      if (!lasting) tell(`the log file cannot be written: ${error.message}`)
      lasting = true
    },
    end: (): void => {
      if (lasting || dropped > 0) tell(`the log file is written again, ${dropped} lines were dropped`)
      lasting = false
      dropped = 0
    },
    drop: (): void => {
      dropped++
    },
  }
}
