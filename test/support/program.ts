import { type ChildProcess, spawn } from 'node:child_process'

export type Ending = { code: number | null; signal: NodeJS.Signals | null }

/** A program under a test's control. Its output is kept as one text, standard output and error as they came. */
export type Program = {
  readonly pid: number
  readonly ended: Promise<Ending>
  output(): string
  stdout(): string
  /** Resolves when the output holds the pattern; rejects when the program ended first or the time is up. */
  waitFor(pattern: RegExp, timeoutMs?: number): Promise<RegExpMatchArray>
  write(text: string): void
  /** SIGTERM, and SIGKILL for one that does not obey within `patienceMs`. */
  stop(patienceMs?: number): Promise<Ending>
  kill9(): Promise<Ending>
}

export type ProgramOptions = { cwd?: string; env?: Record<string, string>; stdin?: 'pipe' | 'ignore' }

/** Whatever happens to the test, nothing of it goes on running. */
const alive = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of alive) signal(child, 'SIGKILL')
})
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(name, () => process.exit(1))

/** To the child and all that it started: each child leads a process group of its own. */
const signal = ({ pid }: ChildProcess, name: NodeJS.Signals): void => {
  try {
    if (pid !== undefined) process.kill(-pid, name)
  } catch {}
}

export const startProgram = (command: string, args: string[], options: ProgramOptions = {}): Program => {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: [options.stdin ?? 'ignore', 'pipe', 'pipe'],
    detached: true,
  })
  alive.add(child)
  let out = ''
  let both = ''
  let over: Ending | undefined
  const watchers = new Set<() => void>()
  const wake = () => {
    for (const watcher of [...watchers]) watcher()
  }
  const hear = (piece: string) => {
    both += piece
    wake()
  }
  child.stdout?.setEncoding('utf8').on('data', (piece: string) => {
    out += piece
    hear(piece)
  })
  child.stderr?.setEncoding('utf8').on('data', hear)
  const ended = new Promise<Ending>((resolve) => {
    const end = (code: number | null, signal: NodeJS.Signals | null) => {
      alive.delete(child)
      over = { code, signal }
      wake()
      resolve(over)
    }
    child.on('close', end)
    child.on('error', (error) => {
      both += `${error}`
      end(127, null)
    })
  })

  const waitFor = (pattern: RegExp, timeoutMs = 30_000): Promise<RegExpMatchArray> =>
    new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer)
        watchers.delete(look)
        act()
      }
      const fail = (why: string) =>
        settle(() => reject(new Error(`${command}: ${why} before ${pattern}\n${both.slice(-4000)}`)))
      const look = () => {
        const found = both.match(pattern)
        if (found) settle(() => resolve(found))
        else if (over) fail(`ended (${over.code ?? over.signal})`)
      }
      const timer = setTimeout(() => fail(`${timeoutMs} ms passed`), timeoutMs)
      watchers.add(look)
      look()
    })

  const stop = async (patienceMs = 5000): Promise<Ending> => {
    if (!over) child.kill('SIGTERM')
    const timer = setTimeout(() => signal(child, 'SIGKILL'), patienceMs)
    const ending = await ended
    clearTimeout(timer)
    return ending
  }
  const kill9 = (): Promise<Ending> => {
    if (!over) signal(child, 'SIGKILL')
    return ended
  }
  return {
    pid: child.pid ?? -1,
    ended,
    output: () => both,
    stdout: () => out,
    waitFor,
    write: (text) => void child.stdin?.write(text),
    stop,
    kill9,
  }
}

/** Runs to the end and gives all it said. */
export const run = async (
  command: string,
  args: string[],
  options: ProgramOptions & { timeoutMs?: number; input?: string } = {},
): Promise<{ code: number | null; output: string; stdout: string }> => {
  const program = startProgram(command, args, {
    ...options,
    stdin: options.input === undefined ? 'ignore' : 'pipe',
  })
  if (options.input !== undefined) program.write(options.input)
  const timer = setTimeout(() => void program.kill9(), options.timeoutMs ?? 30_000)
  const { code } = await program.ended
  clearTimeout(timer)
  return { code, output: program.output(), stdout: program.stdout() }
}
