import type { Outcome } from './job.ts'
import { type PoolOptions, runAll } from './pool.ts'

/** More than so many at once are no unsteadiness. */
const MOST_AGAIN = 3

/** What a run came to. `unsteady`: the first outcomes of files that failed once and passed alone. */
export type Result = { outcomes: Outcome[]; unsteady: Outcome[] }

/**
 * All jobs, and those files of tests that failed once more, one after the other, with nothing beside them. What fails
 * twice has failed. What passes then has not, but is named: it waits for something that a busy machine does late.
 */
export const runWithSecondTry = async (
  jobs: Parameters<typeof runAll>[0],
  options: PoolOptions,
): Promise<Result> => {
  const end = performance.now() + options.boundMs
  const first = await runAll(jobs, options)
  const failed = first.filter(({ fault }) => fault !== undefined)
  const boundMs = end - performance.now()
  // Not a checker, and not what was ended from outside or ended badly: that no test failed is no unsteadiness.
  const mayAgain = failed.every(
    ({ fault, findings }) =>
      fault?.startsWith('ended with code') === true && findings.some(({ kind }) => kind === 'failed'),
  )
  if (failed.length === 0 || failed.length > MOST_AGAIN || !mayAgain || boundMs <= 0)
    return { outcomes: first, unsteady: [] }
  const alone = failed.map(({ job }) => ({ ...job, manner: 'usual' as const }))
  const second = await runAll(alone, { ...options, boundMs, cores: 1 })
  const passed = new Set(second.filter(({ fault }) => fault === undefined).map(({ job }) => job.name))
  return {
    outcomes: [...first.filter(({ fault }) => fault === undefined), ...second],
    unsteady: failed.filter(({ job }) => passed.has(job.name)),
  }
}
