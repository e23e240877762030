import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { err, ok, type Result } from '#lib/result'
import { type History, openHistory } from './history.ts'
import { createLines } from './lines.ts'
import type { Monitor } from './monitor.ts'

/** A monitor in another process. `gone` resolves when that has ended. */
export type AttachedMonitor = Monitor & { gone: Promise<void>; close(): void }

type Answer = { ok: boolean; text: string; hits: string[] }

const GONE: Answer = { ok: false, text: 'the server is gone', hits: [] }

/** Joins the monitor behind the socket of a running server. */
export const attachMonitor = (path: string): Promise<Result<AttachedMonitor, string>> =>
  new Promise((resolve) => {
    const socket = connect(path)
    const waiting: ((answer: Answer) => void)[] = []
    const gone = new Promise<void>((leave) => socket.once('close', () => leave()))
    const ask = (value: unknown): Promise<Answer> =>
      new Promise((answer) => {
        if (!socket.writable) return answer(GONE)
        waiting.push(answer)
        socket.write(`${JSON.stringify(value)}\n`)
      })
    const run: Monitor['run'] = async (line) => {
      const { ok: fine, text } = await ask(line)
      return fine ? ok(text) : err(text)
    }
    const complete: Monitor['complete'] = async (line) => (await ask({ complete: line })).hits
    const onValue = (value: unknown): void => {
      const { commands, ok: fine = false, text = '', hits } = (value ?? {}) as Said
      if (commands) resolve(ok({ run, complete, commands, gone, close: () => void socket.end() }))
      else waiting.shift()?.({ ok: fine, text, hits: Array.isArray(hits) ? hits : [] })
    }
    socket.setEncoding('utf8').on(
      'data',
      createLines(onValue, () => socket.destroy()),
    )
    socket.on('error', (error) => resolve(err(`${path}: ${reasonOf(error)}`)))
    socket.on('close', () => {
      resolve(err(`${path}: the server does not answer`))
      for (const answer of waiting.splice(0)) answer(GONE)
    })
  })

type Said = Partial<Answer> & { commands?: string[] }

const reasonOf = ({ code, message }: NodeJS.ErrnoException): string =>
  code === 'ENOENT' || code === 'ECONNREFUSED'
    ? 'no server is running there (--data names the data folder of another one)'
    : message

export type Terminal = {
  input: NodeJS.ReadStream | NodeJS.ReadableStream
  output: NodeJS.WriteStream | NodeJS.WritableStream
  /** Ctrl-C, which a terminal with a prompt keeps for itself; by default it ends the conversation. */
  onInterrupt?: () => void
  /** Given what shows a line from elsewhere above the prompt instead of into it. */
  onPrompt?: (tell: (line: string) => void) => void
  /** Asked for where there is a prompt. */
  openHistory?: () => History
}

const PROMPT = '(tandem) '
/** In the data folder, beside the socket. */
export const HISTORY_FILE = 'monitor.history'

/**
 * A conversation with prompt, history and completion (where input is a terminal), until the input ends, `exit` is
 * typed, or `until` resolves. The end of the input ends the conversation, never the server.
 */
export const converse = async (
  monitor: Monitor,
  { input, output, onInterrupt, onPrompt, openHistory: remembered }: Terminal,
  until?: Promise<void>,
): Promise<void> => {
  const terminal = 'isTTY' in output && output.isTTY === true && 'isTTY' in input && input.isTTY === true
  const history = terminal ? remembered?.() : undefined
  const lines = createInterface({
    input,
    output,
    terminal,
    completer: completerOf(monitor),
    history: history?.lines ?? [],
    historySize: 1000,
    removeHistoryDuplicates: true,
    prompt: terminal ? PROMPT : '',
  })
  let open = true
  lines.on('close', () => {
    open = false
  })
  lines.on('SIGINT', onInterrupt ?? (() => lines.close()))
  until?.then(() => lines.close())
  onPrompt?.((line) => {
    output.write(terminal && open ? `\r\x1b[K${line}\n` : `${line}\n`)
    if (terminal && open) lines.prompt(true)
  })
  lines.prompt()
  for await (const line of lines) {
    if (line.trim() === 'exit') break
    history?.add(line)
    const answer = await monitor.run(line)
    const text = answer.ok ? answer.value : answer.error
    if (text !== '') output.write(`${text}\n`)
    if (open) lines.prompt()
  }
  lines.close()
}

type Completed = (error: null, result: [hits: string[], word: string]) => void

/** One hit is completed with a space behind it, so that the next word can follow; of several the common start. */
const completerOf = (monitor: Monitor) => (line: string, done: Completed) => {
  const word = /\S*$/.exec(line)?.[0] ?? ''
  void monitor.complete(line).then((hits) => {
    const [only] = hits
    done(null, [hits.length === 1 && only !== undefined && !only.endsWith('=') ? [`${only} `] : hits, word])
  })
}

/**
 * `tandem monitor [command…]`: with a command runs it, prints and ends; else converses. Gives the exit code: 0 done,
 * 1 the command was refused or no server answers.
 */
export const runMonitor = async (
  path: string,
  words: string[],
  { input, output, error }: Terminal & { error: NodeJS.WritableStream },
): Promise<number> => {
  const attached = await attachMonitor(path)
  if (!attached.ok) {
    error.write(`${attached.error}\n`)
    return 1
  }
  const { value: monitor } = attached
  if (words.length === 0) {
    const remembered = (): History => openHistory(join(dirname(path), HISTORY_FILE))
    await converse(monitor, { input, output, openHistory: remembered }, monitor.gone)
    monitor.close()
    return 0
  }
  const answer = await monitor.run(words.join(' '))
  monitor.close()
  if (!answer.ok) error.write(`${answer.error}\n`)
  else if (answer.value !== '') output.write(`${answer.value}\n`)
  return answer.ok ? 0 : 1
}
