import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { emptyGlobs } from '../support/hygiene.ts'
import { runWithSecondTry } from './again.ts'
import { type Job, root } from './job.ts'
import { CALM, WAITING } from './lanes.ts'
import { runAll } from './pool.ts'
import { outcomeWords, summaryWords } from './words.ts'

const fixture = (name: string): string => `test/fixtures/lanes/${name}.ts`
const jobOf = (files: string[], rest: Partial<Job> = {}): Job => ({
  lane: 'fixtures',
  name: files.join(', '),
  work: { files: files.map(fixture), flags: [] },
  manner: 'usual',
  limitMs: 30_000,
  ...rest,
})
const command = (words: string[], rest: Partial<Job> = {}): Job => ({
  ...jobOf([], { name: words.join(' ') }),
  ...{ work: { command: [process.execPath, ...words] }, ...rest },
})

const OPTIONS = { cores: 2, boundMs: 60_000, graceMs: 30_000, onEnd: () => {} }
const ran = async (jobs: Job[], more: { cores?: number; boundMs?: number; graceMs?: number } = {}) => {
  const outcomes = await runAll(jobs, { ...OPTIONS, ...more })
  const of = (name: string) => outcomes.find(({ job }) => job.name === name)
  return {
    outcomes,
    of,
    words: outcomes.map(outcomeWords).join('\n'),
    summary: summaryWords({ outcomes, unsteady: [] }, 1),
  }
}

test('every file with a manner of its own is there', () => {
  assert.deepEqual(emptyGlobs([...CALM, ...WAITING], root), [])
})

test('a failing test is named with its suite and place, and what passed beside it counts', async () => {
  const { of, words, summary } = await ran([jobOf(['fails']), jobOf(['passes'])])
  assert.equal(of('passes')?.fault, undefined)
  assert.equal(of('fails')?.fault, 'ended with code 1')
  assert.match(words, /✔ passes \(1 test, /)
  assert.match(words, /✖ fails \(4 tests, /)
  assert.match(
    words,
    /✖ a house › has a fault \(test\/fixtures\/lanes\/fails\.ts:5\)\n[\s\S]*'one'[\s\S]*'two'/,
  )
  assert.match(words, /left out: needs a peer: the peer is not installed/)
  assert.match(words, /42 of 43/)
  assert.match(summary, /fixtures: 2 run, 5 tests, 1 failed, 1 left out, 1 of them NOT well/)
  assert.match(summary, /left out:\n {2}the peer is not installed: fails/)
  assert.match(summary, /FAILED:\n {2}test\/fixtures\/lanes\/fails\.ts:5: a house › has a fault\n/)
})

test('of a suite that could not begin, the cause is named once', async () => {
  const { words, summary } = await ran([jobOf(['breaks'])])
  assert.match(words, /✖ a house without ground \(.*\n.*no ground/)
  assert.match(words, /2 tests did not come to an end because of that/)
  assert.match(summary, /3 tests, 3 failed[\s\S]*FAILED:\n.*: a house without ground\n1 s/)
})

test('files that share a process keep their names', async () => {
  const { of, summary } = await ran([jobOf(['passes', 'fails', 'gone'])])
  const names = of('passes, fails, gone')?.findings.filter(({ kind }) => kind === 'failed')
  assert.deepEqual(
    names?.map(({ name }) => name),
    ['a house › has a fault', fixture('gone')],
  )
  assert.match(summary, /6 tests, 2 failed/)
})

test('a file that does not end says what holds it, and fails; the others go on', async () => {
  const limitMs = 10_000
  const { of, summary } = await ran([
    jobOf(['stays'], { limitMs }),
    jobOf(['thread'], { limitMs }),
    jobOf(['passes']),
  ])
  assert.equal(of('passes')?.fault, undefined)
  assert.equal(of('stays')?.fault, 'ended with code 1 though none of 1 tests failed')
  assert.match(of('stays')?.output ?? '', /alarm: .*stays\.ts still lives after 10 s/)
  assert.match(of('stays')?.output ?? '', /alarm: held by .*TCPServerWrap[\s\S]*Server .*127\.0\.0\.1/)
  assert.match(of('thread')?.output ?? '', /alarm: {3}Thread 1, made at .*thread\.ts:4/)
  for (const name of ['stays', 'thread'])
    assert.match(summary, new RegExp(`FAILED:\n[\\s\\S]* {2}${name}: ended with code 1 though`))
})

test('a file whose main thread never comes back is ended from outside, and its test is named', async () => {
  const { of, words } = await ran([jobOf(['blocks'], { limitMs: 5000 })], { graceMs: 1000 })
  assert.match(of('blocks')?.fault ?? '', /did not end within 5 s/)
  assert.match(words, /had not ended: never comes back \(test\/fixtures\/lanes\/blocks\.ts:4\)/)
})

test('at the bound all end, and what had not begun has failed', async () => {
  const jobs = [jobOf(['blocks']), jobOf(['passes'])]
  const { outcomes, of } = await ran(jobs, { cores: 1, boundMs: 1000 })
  assert.equal(outcomes.length, 2)
  assert.match(of('blocks')?.fault ?? '', /the bound of .* minutes was reached/)
  assert.match(of('passes')?.fault ?? '', /not begun/)
})

test('a file without tests, a checker that finds something, and a command that is none, fail', async () => {
  const none: Job = { ...command([], { name: 'none' }), work: { command: ['no-such-command-anywhere'] } }
  const { of, words } = await ran([
    jobOf(['empty']),
    command(['-e', 'console.log("line 3 is wrong"); process.exit(2)'], { name: 'checker' }),
    command(['-e', ''], { name: 'content' }),
    none,
  ])
  assert.equal(of('empty')?.fault, 'has no test')
  assert.equal(of('checker')?.fault, 'ended with code 2')
  assert.match(words, /line 3 is wrong/)
  assert.equal(of('content')?.fault, undefined)
  assert.equal(of('none')?.fault, 'ended with code 127')
})

describe('a file of tests that failed', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'tandem-lanes-'))
  })
  after(() => rmSync(folder, { recursive: true }))
  /** Fails when it is first run. */
  const once = (name: string, more = ''): Job => {
    const file = join(folder, `${name}.ts`)
    const mark = JSON.stringify(join(folder, `${name}-mark`))
    const body = `import{existsSync,writeFileSync}from'node:fs'
import{test}from'node:test'
const late=existsSync(${mark})
writeFileSync(${mark},'')
test('late once',()=>{if(!late)throw new Error('too early')})
${more}`
    writeFileSync(file, body)
    return { ...jobOf([], { name }), work: { files: [file], flags: [] } }
  }
  const tried = async (jobs: Job[]) => {
    const result = await runWithSecondTry(jobs, OPTIONS)
    const well = result.outcomes.filter(({ fault }) => !fault).map(({ job }) => job.name)
    return { ...result, well: well.sort(), summary: summaryWords(result, 1) }
  }

  test('is run once more, and named when it passes then', async () => {
    const { well, summary } = await tried([once('unsteady'), jobOf(['passes'])])
    assert.deepEqual(well, ['passes', 'unsteady'])
    assert.match(summary, /fixtures: 2 run, 2 tests, 0 failed/)
    assert.match(
      summary,
      /UNSTEADY: failed once, and passed alone:\n {2}.*unsteady\.ts:5: late once\nall passed/,
    )
  })

  test('has failed when it fails again', async () => {
    const { outcomes, unsteady, summary } = await tried([jobOf(['fails']), once('beside')])
    assert.equal(outcomes.find(({ job }) => job.name === 'fails')?.fault, 'ended with code 1')
    assert.deepEqual(
      unsteady.map(({ job }) => job.name),
      ['beside'],
    )
    assert.match(summary, /FAILED:\n {2}test\/fixtures\/lanes\/fails\.ts:5: a house › has a fault\n1 s/)
  })

  test('has failed when there are many of them, or when it is a checker of the source', async () => {
    const many = await tried(['one', 'two', 'three', 'four'].map((name) => once(name)))
    assert.deepEqual([many.well, many.unsteady], [[], []])
    const checker = command(['-e', 'process.exit(2)'], { name: 'checker' })
    assert.deepEqual((await tried([once('with-checker'), checker])).well, [])
  })

  test('has failed when its process died besides', async () => {
    // Once its report of the first one is written.
    const dies =
      "test('dies',async()=>{await new Promise((go)=>setTimeout(go,500));if(!late)process.kill(process.pid,'SIGSEGV')})"
    assert.deepEqual((await tried([once('dies', dies)])).well, [])
  })

  test('has failed when it was ended from outside', async () => {
    const { well } = await tried([jobOf(['stays'], { limitMs: 1000 }), once('with-stays')])
    assert.deepEqual(well, [])
  })
})

test('nothing but what waits runs beside what needs quiet', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-lanes-'))
  t.after(() => rmSync(folder, { recursive: true }))
  const mark = JSON.stringify(join(folder, 'mark'))
  const jobs = [
    command(['-e', ''], { name: 'usual' }),
    command(['-e', ''], { name: 'quiet', manner: 'quiet' }),
    command(['-e', `fs.writeFileSync(${mark}, '')`], { name: 'other' }),
    command(['-e', `setInterval(() => fs.existsSync(${mark}) && process.exit(), 50)`], {
      name: 'waiting',
      manner: 'waiting',
    }),
  ]
  const { outcomes } = await ran(jobs, { cores: 1 })
  assert.deepEqual(
    outcomes.map(({ job, fault }) => fault ?? job.name).filter((name) => name !== 'waiting'),
    ['usual', 'quiet', 'other'],
  )
  assert.equal(outcomes.length, 4)
})
