import assert from 'node:assert/strict'
import { WebSocket } from 'ws'
import { type RemoteDoor, type RemoteHouse, serveRemoteApi } from '#admin'
import { createRandom } from '#lib/random'
import { createLogSink, type LogSink } from '#logs'
import type { House } from './house.ts'

/** What comes from the remote API. */
export type Said = Record<string, unknown> & { error?: string }

export type RemoteClient = {
  send(value: unknown): void
  sendText(text: string): void
  /** The next thing that comes. */
  next(): Promise<Said>
  ask(value: unknown): Promise<Said>
  /** Expects no error. */
  done(value: unknown): Promise<Said>
  /** What came and was not asked for by `next`. */
  readonly left: Said[]
  readonly socket: WebSocket
  readonly closed: Promise<number>
  close(): void
}

const PATIENCE_MS = 30_000

export const connect = (url: string, options: object = {}): Promise<RemoteClient> =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false, ...options })
    const left: Said[] = []
    const waiting: ((said: Said) => void)[] = []
    socket.on('message', (data) => {
      const said = JSON.parse(data.toString()) as Said
      const heard = waiting.shift()
      if (heard) heard(said)
      else left.push(said)
    })
    const closed = new Promise<number>((done) => socket.on('close', done))
    const next = (): Promise<Said> => {
      const said = left.shift()
      if (said) return Promise.resolve(said)
      return new Promise((heard, missed) => {
        const late = setTimeout(() => missed(new Error('nothing came')), PATIENCE_MS)
        waiting.push((one) => {
          clearTimeout(late)
          heard(one)
        })
      })
    }
    const send = (value: unknown): void => socket.send(JSON.stringify(value))
    const ask = (value: unknown): Promise<Said> => {
      send(value)
      return next()
    }
    const done = async (value: unknown): Promise<Said> => {
      const said = await ask(value)
      assert.equal(said.error, undefined)
      return said
    }
    const client = {
      send,
      sendText: (text: string) => socket.send(text),
      next,
      ask,
      done,
      left,
      socket,
      closed,
    }
    socket.on('open', () => resolve({ ...client, close: () => socket.close() }))
    socket.on('unexpected-response', (_request, { statusCode }) => reject(new Error(`HTTP ${statusCode}`)))
    socket.on('error', reject)
  })

export type Remote = {
  url: string
  log: LogSink
  quits: number
  connect(options?: object): Promise<RemoteClient>
  /** Turns the clock until the promise is kept. */
  patiently<T>(promise: Promise<T>): Promise<T>
  close(): Promise<void>
}

/** The remote API of a house in memory, on a free port. */
export const openRemote = async (
  house: House,
  more: Partial<RemoteHouse> = {},
  door: Partial<RemoteDoor> = {},
): Promise<Remote> => {
  const log = createLogSink({ clock: house.timers.clock })
  const clients: RemoteClient[] = []
  const remote = { quits: 0 }
  const served = await serveRemoteApi(
    {
      ...house,
      ...{ name: 'IMS', version: '1.2.3', log, random: createRandom() },
      counters: house.sip.counters,
      quit: () => remote.quits++,
      ...more,
    },
    { at: { address: '127.0.0.1', port: 0 }, origins: [], guard: house.guard, ...door },
  )
  assert.ok(served.ok, served.ok ? '' : served.error.text)
  const url = `${door.tls ? 'wss' : 'ws'}://127.0.0.1:${served.value.at.port}/`
  return Object.assign(remote, {
    url,
    log,
    connect: async (options?: object) => {
      const client = await connect(url, options)
      clients.push(client)
      return client
    },
    patiently: async <T>(promise: Promise<T>): Promise<T> => {
      let kept = false
      const note = (): void => {
        kept = true
      }
      promise.then(note, note)
      while (!kept) {
        await new Promise((resume) => setTimeout(resume, 1))
        await house.pass(20)
      }
      return promise
    },
    close: async () => {
      for (const client of clients) client.close()
      await served.value.close()
      await log.close()
    },
  })
}

/** A house with a remote API for as long as `work` runs. */
export const withRemote = async (
  house: House,
  work: (remote: Remote) => Promise<void>,
  more: Partial<RemoteHouse> = {},
  door: Partial<RemoteDoor> = {},
): Promise<void> => {
  const remote = await openRemote(house, more, door)
  try {
    await work(remote)
  } finally {
    await remote.close()
  }
}
