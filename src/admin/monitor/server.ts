import { chmodSync, unlinkSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { err, ok, type Result } from '#lib/result'
import { createLines } from './lines.ts'
import type { Monitor } from './monitor.ts'

export type MonitorServer = { close(): Promise<void> }

const MOST_TERMINALS = 16
/** Unix socket addresses hold 108 octets with their end, unix(7); longer ones would be cut without a word. */
const LONGEST_PATH = 107

/**
 * Answers terminals on a unix socket that only the server's own user may open. Each line is a JSON value: first the
 * server's `{ commands }`, then `{ ok, text }` for each line that is a text, `{ ok, hits }` for each `{ complete }`. A
 * socket left by a dead process is replaced.
 */
export const serveMonitor = async (
  path: string,
  monitor: Monitor,
): Promise<Result<MonitorServer, string>> => {
  if (Buffer.byteLength(path) > LONGEST_PATH)
    return err(`${path}: longer than the ${LONGEST_PATH} octets a socket's path may have`)
  if (await monitorAnswers(path)) return err(`${path}: another server answers there`)
  removeSocket(path)
  const terminals = new Set<Socket>()
  const server = createServer((socket) => {
    if (terminals.size >= MOST_TERMINALS) return void socket.destroy()
    terminals.add(socket)
    socket.on('close', () => terminals.delete(socket))
    attend(socket, monitor)
  })
  const opened = await new Promise<Result<void, string>>((resolve) => {
    server.once('error', (error) => resolve(err(`${path}: ${error.message}`)))
    // The mode must be right from the first moment; binding happens within this call.
    const before = process.umask(0o177)
    server.listen(path, () => resolve(ok(undefined)))
    process.umask(before)
  })
  if (!opened.ok) return opened
  chmodSync(path, 0o600)
  server.on('error', () => {})
  return ok({
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of terminals) socket.end()
        setTimeout(() => terminals.forEach((socket) => void socket.destroy()), 500).unref()
      }),
  })
}

const attend = (socket: Socket, monitor: Monitor): void => {
  const say = (value: unknown): void => void (socket.writable && socket.write(`${JSON.stringify(value)}\n`))
  let turn = Promise.resolve()
  say({ commands: monitor.commands })
  socket.on('error', () => {})
  socket.setEncoding('utf8').on(
    'data',
    createLines(
      (line) => {
        socket.pause()
        turn = turn.then(async () => {
          say(await answerTo(line, monitor))
          socket.resume()
        })
      },
      () => socket.destroy(),
    ),
  )
}

const answerTo = async (value: unknown, monitor: Monitor): Promise<object> => {
  const wanted = (value as { complete?: unknown } | null | undefined)?.complete
  if (typeof wanted === 'string') return { ok: true, hits: await monitor.complete(wanted) }
  const answer = typeof value === 'string' ? await monitor.run(value) : err('not understood')
  return answer.ok ? { ok: true, text: answer.value } : { ok: false, text: answer.error }
}

/** Whether a server listens on this socket: a file left by a dead process does not answer. */
export const monitorAnswers = (path: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(path)
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })

const removeSocket = (path: string): void => {
  try {
    unlinkSync(path)
  } catch {
    // It is not there, or listening says better what is wrong.
  }
}
