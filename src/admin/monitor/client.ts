import { connect } from 'node:net'
import { createInterface } from 'node:readline'
import { err, ok, type Result } from '#lib/result'
import { createLines } from './lines.ts'
import type { Monitor } from './monitor.ts'

/** A monitor in another process. `gone` resolves when that has ended. */
export type AttachedMonitor = Monitor & { gone: Promise<void>; close(): void }

type Answer = { ok: boolean; text: string }

/** Joins the monitor behind the socket of a running server. */
export const attachMonitor = (path: string): Promise<Result<AttachedMonitor, string>> =>
  new Promise((resolve) => {
    const socket = connect(path)
    const waiting: ((answer: Result<string, string>) => void)[] = []
    const gone = new Promise<void>((leave) => socket.once('close', () => leave()))
    const run: Monitor['run'] = (line) =>
      new Promise((answer) => {
        if (!socket.writable) return answer(err('the server is gone'))
        waiting.push(answer)
        socket.write(`${JSON.stringify(line)}\n`)
      })
    const onValue = (value: unknown): void => {
      const { commands, ok: fine, text } = (value ?? {}) as Partial<Answer> & { commands?: string[] }
      if (commands) resolve(ok({ run, commands, gone, close: () => void socket.end() }))
      else waiting.shift()?.(fine ? ok(text ?? '') : err(text ?? ''))
    }
    socket.setEncoding('utf8').on(
      'data',
      createLines(onValue, () => socket.destroy()),
    )
    socket.on('error', (error) => resolve(err(`${path}: ${reasonOf(error)}`)))
    socket.on('close', () => {
      resolve(err(`${path}: the server does not answer`))
      for (const answer of waiting.splice(0)) answer(err('the server is gone'))
    })
  })

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
}

const PROMPT = '(tandem) '

/**
 * A conversation with prompt, history and completion (where input is a terminal), until the input ends, `exit` is
 * typed, or `until` resolves. The end of the input ends the conversation, never the server.
 */
export const converse = async (
  monitor: Monitor,
  { input, output, onInterrupt, onPrompt }: Terminal,
  until?: Promise<void>,
): Promise<void> => {
  const terminal = 'isTTY' in output && output.isTTY === true && 'isTTY' in input && input.isTTY === true
  const completer = (line: string): [string[], string] => [complete(monitor.commands, line), line]
  const lines = createInterface({
    input,
    output,
    terminal,
    completer,
    historySize: 500,
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
    const answer = await monitor.run(line)
    const text = answer.ok ? answer.value : answer.error
    if (text !== '') output.write(`${text}\n`)
    if (open) lines.prompt()
  }
  lines.close()
}

const complete = (commands: string[], line: string): string[] => {
  const [, help = '', start = ''] = /^(help\s+)?(\S*)$/.exec(line) ?? []
  if (help === '' && start !== line) return []
  return commands.filter((name) => name.startsWith(start)).map((name) => `${help}${name} `)
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
    await converse(monitor, { input, output }, monitor.gone)
    monitor.close()
    return 0
  }
  const answer = await monitor.run(words.join(' '))
  monitor.close()
  if (!answer.ok) error.write(`${answer.error}\n`)
  else if (answer.value !== '') output.write(`${answer.value}\n`)
  return answer.ok ? 0 : 1
}
