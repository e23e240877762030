import { type Job, type Outcome, type Running, startJob } from './job.ts'

export type PoolOptions = {
  /** How many usual jobs run beside each other. */
  cores: number
  /** All end by then, whatever they do. */
  boundMs: number
  /** After its own limit, a process has so much to say what holds it. */
  graceMs: number
  onEnd(outcome: Outcome): void
}

/** They hardly compute: so many run beside whatever else runs. */
const MOST_WAITING = 3

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

const mayStart = ({ manner }: Job, running: readonly Job[], cores: number): boolean => {
  const waiting = running.filter((job) => job.manner === 'waiting').length
  if (manner === 'waiting') return waiting < MOST_WAITING
  const busy = running.length - waiting
  if (manner === 'quiet') return busy === 0
  return busy < cores && !running.some((job) => job.manner === 'quiet')
}

/** Runs all of them, the first ones first. What is not over at the bound is ended, and what had not begun has failed. */
export const runAll = async (jobs: readonly Job[], options: PoolOptions): Promise<Outcome[]> => {
  const queue = [...jobs]
  const running = new Map<Job, Running>()
  const outcomes: Outcome[] = []
  let over = false
  const note = (outcome: Outcome): void => {
    outcomes.push(outcome)
    options.onEnd(outcome)
  }
  const stop = (why: string): void => {
    over = true
    for (const job of queue.splice(0))
      note({ job, fault: `not begun: ${why}`, seconds: 0, findings: [], output: '' })
    for (const { end } of running.values()) end(why)
  }
  const bound = setTimeout(
    () => stop(`the bound of ${options.boundMs / 60_000} minutes was reached`),
    options.boundMs,
  )
  const interrupt = (): void => stop('interrupted')
  for (const signal of SIGNALS) process.once(signal, interrupt)
  const startSome = (): void => {
    for (const job of [...queue]) {
      if (over || !mayStart(job, [...running.keys()], options.cores)) continue
      queue.splice(queue.indexOf(job), 1)
      running.set(job, startJob(job, options.graceMs))
    }
  }
  startSome()
  while (running.size > 0) {
    const outcome = await Promise.race([...running.values()].map(({ ended }) => ended))
    running.delete(outcome.job)
    note(outcome)
    startSome()
  }
  clearTimeout(bound)
  for (const signal of SIGNALS) process.off(signal, interrupt)
  return outcomes
}
