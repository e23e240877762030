import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Finding, isResult } from './report.ts'

export const root = join(import.meta.dirname, '../..')

/** One process of a lane: a file of tests, several that share it, or a checker of the source. */
export type Job = {
  lane: string
  name: string
  /** Of tests: the files. Of a checker: its command and words. */
  work: { files: readonly string[]; flags: readonly string[] } | { command: readonly string[] }
  /** `quiet`: nothing but waiting ones beside it. `waiting`: waits more than it computes. */
  manner: 'usual' | 'quiet' | 'waiting'
  limitMs: number
}

export type Outcome = {
  job: Job
  /** Why it failed, in words; none when it did not. */
  fault?: string
  seconds: number
  findings: Finding[]
  /** The end of what it wrote to standard output and error. */
  output: string
}

export type Running = { ended: Promise<Outcome>; end(why: string): void }

const MOST_OUTPUT = 60_000

const beside = (name: string): string => pathToFileURL(join(import.meta.dirname, name)).href

const commandOf = ({ work, limitMs }: Job, reportTo: string): readonly string[] => {
  if ('command' in work) return work.command
  const { files, flags } = work
  return [
    process.execPath,
    `--import=${beside('alarm.ts')}?limit=${limitMs}`,
    `--test-reporter=${beside('report.ts')}?to=${encodeURIComponent(pathToFileURL(reportTo).href)}`,
    '--test-reporter-destination=stdout',
    ...flags,
    ...(files.length === 1 ? files : [join(import.meta.dirname, 'room.ts'), ...files]),
  ]
}

/** The process and all that descend from it, as far as the system says: what it started must not outlive it. */
const family = (pid: number): number[] => {
  const children = new Map<number, number[]>()
  try {
    for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
      const parent = parentOf(name)
      children.set(parent, [...(children.get(parent) ?? []), Number(name)])
    }
  } catch {}
  const all = [pid]
  for (const one of all) all.push(...(children.get(one) ?? []))
  return all
}

const parentOf = (pid: string): number => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
  } catch {
    return -1
  }
}

const killAll = ({ pid }: ChildProcess): void => {
  for (const one of pid === undefined ? [] : family(pid))
    try {
      process.kill(one, 'SIGKILL')
    } catch {}
}

const readFindings = (path: string): Finding[] => {
  try {
    const lines = readFileSync(path, 'utf8').split('\n')
    return lines.filter((line) => line.endsWith('}')).map((line) => JSON.parse(line) as Finding)
  } catch {
    return []
  }
}

/** `graceMs`: what the alarm needs to speak before the process is ended from outside. */
export const startJob = (job: Job, graceMs: number): Running => {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-lane-'))
  const reportTo = join(folder, 'findings')
  const [command = '', ...words] = commandOf(job, reportTo)
  const began = performance.now()
  const child = spawn(command, words, {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // Stripped and compiled once for all processes, not once in each.
    env: { NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node'), ...process.env },
  })
  let output = ''
  const hear = (piece: string): void => {
    output = (output + piece).slice(-MOST_OUTPUT)
  }
  child.stdout.setEncoding('utf8').on('data', hear)
  child.stderr.setEncoding('utf8').on('data', hear)
  let why: string | undefined
  const end = (words: string): void => {
    why ??= words
    killAll(child)
    // What escaped may hold the pipes open: nobody waits for it.
    child.stdout.destroy()
    child.stderr.destroy()
  }
  const timer = setTimeout(
    () => end(`did not end within ${job.limitMs / 1000} s and heard no alarm: it was ended from outside`),
    job.limitMs + graceMs,
  )
  const ended = new Promise<Outcome>((resolve) => {
    const over = (code: number | null, signal: string | null): void => {
      clearTimeout(timer)
      const found = readFindings(reportTo)
      rmSync(folder, { recursive: true, force: true })
      const fault = why ?? faultOf(code, signal, found, job)
      const seconds = (performance.now() - began) / 1000
      resolve({ job, ...(fault ? { fault } : {}), seconds, findings: found, output })
    }
    child.on('error', (problem) => {
      hear(`${problem.message}\n`)
      over(127, null)
    })
    child.on('exit', (code, signal) => {
      // The pipes may be held by what it left behind; a moment for what is still in them.
      const late = setTimeout(() => over(code, signal), 2000)
      child.on('close', () => {
        clearTimeout(late)
        over(code, signal)
      })
    })
  })
  return { ended, end }
}

const faultOf = (
  code: number | null,
  signal: string | null,
  findings: Finding[],
  { work }: Job,
): string | undefined => {
  const failed = findings.filter(({ kind }) => kind === 'failed').length
  const tests = findings.filter(isResult).length
  if (code !== 0) {
    const how = signal ? `was ended by ${signal}` : `ended with code ${code}`
    return 'files' in work && failed === 0 ? `${how} though none of ${tests} tests failed` : how
  }
  return 'files' in work && tests === 0 ? 'has no test' : undefined
}
