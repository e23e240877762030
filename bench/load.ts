import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../test/support/ports.ts'
import { run } from '../test/support/program.ts'
import { cpuSeconds, treeOf } from './process.ts'

export const KINDS = ['register', 'options', 'message', 'call'] as const
export type Kind = (typeof KINDS)[number]

/** The load generator's own words, and the server's CPU beside them. */
export type LoadResult = {
  done: number
  rate: number
  fail: number
  retr: number
  p50ms: number
  p99ms: number
  /** The server's user and system time per completed unit, in microseconds. */
  cpuMicros: number
}

export type LoadOptions = {
  kind: Kind
  port: number
  users: number
  /** Units under way at any time: a closed loop, so that no server is asked for more than it answers. */
  window: number
  seconds: number
  /** Ends sooner, after this many units. */
  limit?: number
  /** At most so many begin a second: what makes the load of two servers equal when neither is full. */
  ratePerSecond?: number
  /** CPU core of the generator. */
  core: number
  serverPid: number
}

/** The generator's two ports; the caller's one is Tandem's trusted trunk. */
export const [CALLER_PORT, CALLEE_PORT] = [await freePort(), await freePort()]

export type Generator = { load(options: LoadOptions): Promise<LoadResult>; remove(): void }

export const buildGenerator = async (): Promise<Generator> => {
  const folder = mkdtempSync(join(tmpdir(), 'tandem-bench-'))
  const program = join(folder, 'sip-load')
  const built = await run('gcc', ['-O2', '-o', program, join(import.meta.dirname, 'sip-load.c')])
  if (built.code !== 0) throw new Error(`sip-load.c does not build:\n${built.output}`)
  const load = async (options: LoadOptions): Promise<LoadResult> => {
    const { kind, port, users, window, seconds, core, serverPid, limit, ratePerSecond } = options
    const tree = treeOf(serverPid)
    const before = cpuSeconds(tree)
    const args = [kind, port, window, seconds, users, ...(limit ? [limit] : [])].map(String)
    const { code, stdout, output } = await run('taskset', ['-c', `${core}`, program, ...args], {
      timeoutMs: (seconds + 20) * 1000,
      env: {
        ...{ PORTA: String(CALLER_PORT), PORTB: String(CALLEE_PORT) },
        ...(ratePerSecond ? { RATE: String(ratePerSecond) } : {}),
      },
    })
    const used = cpuSeconds(tree) - before
    if (code !== 0) throw new Error(`the load generator failed (${kind}): ${output}`)
    const told = JSON.parse(stdout) as LoadResult & { total: number }
    return { ...told, cpuMicros: told.total > 0 ? (used * 1e6) / told.total : Number.NaN }
  }
  return { load, remove: () => rmSync(folder, { recursive: true, force: true }) }
}
