import { createSocket, type Socket } from 'node:dgram'
import type { MediaEvents, Side } from '#core'
import type { Log } from '#lib/log'
import { err, ok, type Result } from '#lib/result'
import { digitOf } from '#rtp'
import type { NgServer } from './ng.ts'

const MOST_OCTETS = 4096
/** So many of those who are not believed are told of, each once. */
const MOST_STRANGERS = 100
/** Above it is no key: the flash, RFC 4733 §3.2. */
const LAST_KEY = 15

export type Key = { call: string; side: Side; key: string; ms: number }

/** What rtpengine says of a key (`--dtmf-log-dest`): JSON, one key a datagram, told at its end. */
export const readKey = (octets: Uint8Array): Key | undefined => {
  if (octets.length > MOST_OCTETS) return undefined
  try {
    const said: unknown = JSON.parse(Buffer.from(octets).toString('utf8'))
    if (typeof said !== 'object' || said === null) return undefined
    const { callid, source_tag: side, event, duration, type } = said as Record<string, unknown>
    const key = typeof event === 'number' && event <= LAST_KEY ? digitOf(event) : undefined
    if (type !== 'DTMF' || key === undefined || typeof callid !== 'string') return undefined
    if (side !== 'caller' && side !== 'callee') return undefined
    return { call: callid, side, key, ms: typeof duration === 'number' ? duration : 0 }
  } catch {
    return undefined
  }
}

export type KeyPorts = {
  servers: readonly NgServer[]
  knows(call: string): boolean
  events: Pick<MediaEvents, 'onDtmf'>
  log: Log
}

/** Where rtpengine tells of keys. */
export type KeysSocket = {
  /** Keys pressed in calls by rtpengine. Only its own hosts are believed, as far as they are given by address. */
  hear(ports: KeyPorts): void
  close(): void
}

/** A socket of all addresses names IPv4 senders by IPv6, RFC 4291 §2.5.5.2. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '')

/** Resolves when it stands, or with the system's word for why it cannot. */
export const openKeys = async (at: NgServer): Promise<Result<KeysSocket, string>> => {
  const socket = createSocket(at.address.includes(':') ? 'udp6' : 'udp4')
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.once('error', reject)
  socket.bind(at.port, at.address, resolve)
  try {
    await promise
  } catch (fault) {
    socket.close()
    return err((fault as NodeJS.ErrnoException).code ?? 'EADDRESS')
  }
  socket.off('error', reject)
  socket.unref()
  return ok({ hear: (ports) => hear(socket, ports), close: () => socket.close() })
}

const hear = (socket: Socket, { servers, knows, events, log }: KeyPorts): void => {
  const known = new Set(servers.map(({ address }) => address))
  const isNamed = servers.some(({ address }) => /[a-z]/i.test(address) && !address.includes(':'))
  const strangers = new Set<string>()
  socket.on('message', (octets, from) => {
    const address = plain(from.address)
    if (!isNamed && !known.has(address)) {
      if (strangers.size >= MOST_STRANGERS || strangers.has(address)) return
      strangers.add(address)
      return log.write(
        'media',
        'warn',
        `keys told by ${address} are not believed: it is none of media.servers`,
      )
    }
    const read = readKey(octets)
    if (read && knows(read.call)) events.onDtmf(read.call, read.side, read.key, read.ms)
  })
  socket.on('error', (fault) => log.write('media', 'error', `media.keys_addr: ${fault.message}`))
}
