import { createSocket, type Socket } from 'node:dgram'
import type { Log } from '#lib/log'
import { err, ok, type Result } from '#lib/result'
import { type Bencoded, bdecode, bencode } from './bencode.ts'

export type NgServer = { address: string; port: number }
export type NgReply = { [key: string]: Bencoded }
/** `silent`: no answer in time; else what it said. */
export type NgFault = { why: 'silent' | 'refused'; text: string }

const TRIES = 3
/** `againMs`: a question is sent again after so long; `restMs`: a silent server is looked for each time, and calls go to others until then. */
const PATIENCE = { againMs: 1000, restMs: 10_000 }
const MOST_OPEN = 20_000

type Open = {
  text: string
  tries: number
  timer: NodeJS.Timeout
  done(result: Result<NgReply, NgFault>): void
}

/** One rtpengine by its ng protocol: a cookie and a dictionary a datagram, sent again each second until answered. */
export const createNgServer = (
  { address: host, port }: NgServer,
  log: Log,
  { againMs, restMs } = PATIENCE,
) => {
  const name = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const open = new Map<string, Open>()
  const prefix = Math.floor(Math.random() * 0xffff_ffff).toString(36)
  let count = 0
  let isDead = false
  let rest: NodeJS.Timeout | undefined
  let isClosed = false
  let socket: Socket | undefined

  const onDatagram = (datagram: Uint8Array): void => {
    const text = Buffer.from(datagram).latin1Slice()
    const gap = text.indexOf(' ')
    const one = open.get(text.slice(0, gap))
    if (gap < 1 || !one) return
    if (isDead) log.write('media', 'info', `rtpengine ${name} answers again`)
    isDead = false
    const reply = bdecode(text.slice(gap + 1))
    if (!reply.ok || typeof reply.value !== 'object' || Array.isArray(reply.value)) return
    close(text.slice(0, gap))
    const { result, 'error-reason': reason } = reply.value
    one.done(result === 'error' ? err({ why: 'refused', text: String(reason) }) : ok(reply.value))
  }

  const opened = (): Socket => {
    if (socket) return socket
    socket = createSocket(host.includes(':') ? 'udp6' : 'udp4')
    socket.on('message', onDatagram)
    // Refused datagrams are as good as lost ones.
    socket.on('error', () => {})
    socket.unref()
    return socket
  }

  const close = (cookie: string): void => {
    clearTimeout(open.get(cookie)?.timer)
    open.delete(cookie)
  }

  const send = (cookie: string): void => {
    const one = open.get(cookie)
    if (!one) return
    if (one.tries++ === TRIES) {
      close(cookie)
      if (!isDead)
        log.write(
          'media',
          'error',
          `rtpengine ${name} does not answer: does it run, and is its ng protocol there? Calls go by the other servers, if there are any`,
        )
      isDead = true
      clearTimeout(rest)
      rest = setTimeout(() => void ask('ping'), restMs).unref()
      return one.done(err({ why: 'silent', text: `${name} does not answer` }))
    }
    opened().send(Buffer.from(`${cookie} ${one.text}`, 'latin1'), port, host)
    one.timer = setTimeout(() => send(cookie), againMs)
  }

  const ask = (
    command: string,
    fields: { [key: string]: Bencoded } = {},
  ): Promise<Result<NgReply, NgFault>> =>
    new Promise((resolve) => {
      if (isClosed) return resolve(err({ why: 'silent', text: 'closed' }))
      if (open.size >= MOST_OPEN) return resolve(err({ why: 'silent', text: 'too much is waited for' }))
      const cookie = `${prefix}_${++count}`
      const text = bencode({ command, ...fields })
      open.set(cookie, { text, tries: 0, timer: setTimeout(() => {}, 0), done: resolve })
      send(cookie)
    })

  return {
    name,
    get isAlive() {
      return !isDead
    },
    ask,
    /** Our own address on the way to it; undefined: there is none. */
    own: (): Promise<string | undefined> =>
      new Promise((resolve) => {
        const probe = createSocket(host.includes(':') ? 'udp6' : 'udp4')
        const done = (address?: string): void => {
          probe.close()
          resolve(address)
        }
        probe.once('error', () => done())
        probe.once('connect', () => done(probe.address().address))
        probe.connect(port, host)
      }),
    close(): void {
      isClosed = true
      clearTimeout(rest)
      for (const [cookie, { done }] of [...open]) {
        close(cookie)
        done(err({ why: 'silent', text: 'closed' }))
      }
      socket?.close()
      socket = undefined
    },
  }
}

export type NgPeer = ReturnType<typeof createNgServer>

const hashOf = (text: string): number => {
  let hash = 0x811c_9dc5
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193) >>> 0
  return hash
}

/** Servers in the order in which that call should try them: its own first, those that rest last. */
export const orderFor = <Peer extends { isAlive: boolean }>(call: string, peers: readonly Peer[]): Peer[] => {
  const first = peers.length === 0 ? 0 : hashOf(call) % peers.length
  const order = [...peers.slice(first), ...peers.slice(0, first)]
  return [...order.filter(({ isAlive }) => isAlive), ...order.filter(({ isAlive }) => !isAlive)]
}
