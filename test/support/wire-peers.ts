import { createSocket, type Socket } from 'node:dgram'
import { type EventEmitter, once } from 'node:events'
import { afterEach } from 'node:test'
import { silentLog } from '#lib/log'
import type { Flow, WireUser } from '#lib/wire'
import { type OpenWire, openWire, type WireOptions } from '#net'

/** What the tests of the network room share: a wire that writes down what it hears, and peers made of Node's own sockets. */
export type Heard = WireUser & {
  readonly pieces: { flow: Flow; text: string }[]
  readonly closed: Flow[]
  /** Resolves once `ready` holds; looked at after every event. */
  until(ready: () => boolean): Promise<void>
}

export const createHeard = (react: (flow: Flow, text: string) => void = () => {}): Heard => {
  const pieces: { flow: Flow; text: string }[] = []
  const closed: Flow[] = []
  let waiting: { ready: () => boolean; go: () => void }[] = []
  const look = (): void => {
    const due = waiting.filter(({ ready }) => ready())
    waiting = waiting.filter((one) => !due.includes(one))
    for (const { go } of due) go()
  }
  return {
    pieces,
    closed,
    until: (ready) => (ready() ? Promise.resolve() : new Promise((go) => waiting.push({ ready, go }))),
    onData: (flow, octets) => {
      const text = octets.latin1Slice(0, octets.length)
      pieces.push({ flow, text })
      react(flow, text)
      look()
    },
    onClose: (flow) => {
      closed.push(flow)
      look()
    },
  }
}

export const textOf = (heard: Heard): string => heard.pieces.map(({ text }) => text).join('')

export const mustOpen = async (
  options: Partial<WireOptions> & Pick<WireOptions, 'listeners'>,
): Promise<OpenWire> => {
  const opened = await openWire({ log: silentLog, ...options })
  if (!opened.ok) throw new Error(opened.error.message)
  open.add(opened.value)
  return opened.value
}

const open = new Set<OpenWire>()
// A test that fails leaves its wire behind, and an open wire would keep the run from ending.
afterEach(async () => {
  for (const wire of open) await wire.close()
  open.clear()
})

/** A plain UDP peer; `next` gives datagrams in the order they came. */
export const createUdpPeer = async (
  address = '127.0.0.1',
): Promise<{
  socket: Socket
  port: number
  next(): Promise<string>
  send(text: string, port: number): void
}> => {
  const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 4_194_304 })
  socket.unref()
  const came: string[] = []
  const waiting: ((text: string) => void)[] = []
  socket.on('message', (octets) => {
    const text = octets.latin1Slice(0, octets.length)
    const taker = waiting.shift()
    if (taker) taker(text)
    else came.push(text)
  })
  socket.bind(0, address)
  await once(socket, 'listening')
  return {
    socket,
    port: socket.address().port,
    next: () => {
      const ready = came.shift()
      return ready === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(ready)
    },
    send: (text, port) => socket.send(Buffer.from(text, 'latin1'), port, address),
  }
}

/** Resolves at `close`, with or without an error before it. */
export const ended = (socket: EventEmitter): Promise<void> =>
  new Promise((resolve) => socket.once('close', () => resolve()))
