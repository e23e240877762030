import { availableParallelism } from 'node:os'
import { runWithSecondTry } from './again.ts'
import { jobsFor, RUNS } from './lanes.ts'
import { outcomeWords, summaryWords } from './words.ts'

/** `node test/lanes/run.ts check|slow|faults|peers`: ends in bounded time, whatever a test does, and names what failed. */
const name = process.argv[2] ?? ''
const isRun = (word: string): word is keyof typeof RUNS => Object.hasOwn(RUNS, word)
if (!isRun(name)) {
  console.error(`run.ts: which of ${Object.keys(RUNS).join(', ')}?`)
  process.exit(1)
}
const began = performance.now()
const result = await runWithSecondTry(jobsFor(name), {
  // Fast tests wait a fifth of their time. What talks to programs of others or waits for disks was never seen to hold with
  // more beside it than there are cores.
  cores: name === 'check' ? availableParallelism() + 1 : Math.min(2, availableParallelism()),
  boundMs: RUNS[name].boundMs,
  graceMs: 15_000,
  onEnd: (outcome) => console.log(outcomeWords(outcome)),
})
console.log(summaryWords(result, (performance.now() - began) / 1000))
// Not by itself: what a test left behind may hold a pipe to here.
process.exit(result.outcomes.some(({ fault }) => fault !== undefined) ? 1 : 0)
