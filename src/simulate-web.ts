import { randomBytes } from 'node:crypto'
import { err, ok } from '#lib/result'
import { createTimers } from '#lib/timers'
import { runWeb, type UeOptions, type WebCommandPorts } from '#simulators'

/** `tandem sim web` as a process: gives the simulated web phone its connections. Returns the exit code. */
export const simulateWeb = async (options: UeOptions): Promise<number> => {
  const { promise: interrupted, resolve } = Promise.withResolvers<void>()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
  const code = await runWeb(options, {
    ...{ timers: createTimers(), ask, open, interrupted },
    token: (length) => randomBytes(length).toString('hex').slice(0, length),
    print: (line) => console.log(line),
  })
  // The last words leave first.
  await new Promise((done) => setTimeout(done, 200))
  process.exit(code)
}

const ask: WebCommandPorts['ask'] = async (url, request) => {
  const reply = await fetch(url, request).catch((fault: Error) => fault)
  if (reply instanceof Error)
    return err(`${url}: ${(reply.cause as Error | undefined)?.message || reply.message}`)
  const cookie = reply.headers
    .getSetCookie()
    .map((one) => one.split(';')[0])
    .join('; ')
  return ok({ status: reply.status, text: await reply.text(), cookie })
}

const open: WebCommandPorts['open'] = (url, { onText, onClose }) =>
  new Promise((resolve) => {
    const socket = new WebSocket(url, 'web-call-protocol')
    socket.addEventListener('message', ({ data }) => onText(`${data}`))
    socket.addEventListener('close', onClose)
    socket.addEventListener('error', () => resolve(err(`${url}: no connection`)))
    socket.addEventListener('open', () =>
      resolve(ok({ send: (text) => socket.send(text), close: () => socket.close() })),
    )
  })
