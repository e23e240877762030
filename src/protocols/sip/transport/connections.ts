import type { Timers } from '#lib/clock'
import type { Flow, WireUser } from '#lib/wire'
import { createFramer, type Framer, type FramerProblem } from '../grammar/stream.ts'
import type { KeepAlive } from './keep-alive.ts'
import type { SipLimits } from './limits.ts'

export type ConnectionsPorts = {
  timers: Timers
  limits: SipLimits
  keepAlive: Pick<KeepAlive, 'heard'>
  onMessage(flow: Flow, octets: Uint8Array): void
  /** A stream that cannot be read any further; `head` is what was understood of the last message. */
  onGarbage(flow: Flow, problem: FramerProblem, head: Uint8Array): void
}

export type Connections = WireUser & {
  figures(): { streams: number; incompleteStreams: number; closedStreams: number; keepAlives: number }
}

/** `since`: when the message that is not whole yet began, 0 while there is none. */
type Stream = { flow: Flow; framer: Framer; since: number }

/** CRLF keep-alives, RFC 5626 §4.4.1; on UDP some phones send a single zero octet. */
const isKeepAlive = (octets: Uint8Array): boolean => {
  if (octets.length > 4) return false
  for (const octet of octets) if (octet !== 13 && octet !== 10 && octet !== 0) return false
  return true
}

/** Cuts streams into messages and passes datagrams on; ends streams that are garbage, or too slow to be honest. */
export const createConnections = ({
  timers,
  limits,
  keepAlive,
  onMessage,
  onGarbage,
}: ConnectionsPorts): Connections => {
  const streams = new Map<number, Stream>()
  const incomplete = new Set<Stream>()
  const count = { closedStreams: 0, keepAlives: 0 }
  let sweeping = false

  const end = (stream: Stream): void => {
    count.closedStreams++
    incomplete.delete(stream)
    stream.flow.close()
  }

  const sweep = (): void => {
    const now = timers.clock.nowMs()
    for (const stream of incomplete) if (now - stream.since >= limits.incompleteMs) end(stream)
    sweeping = incomplete.size > 0
    if (sweeping) timers.after(limits.incompleteMs / 6, sweep)
  }

  const watch = (stream: Stream, progressed: boolean): void => {
    if (stream.framer.pending === 0) {
      stream.since = 0
      incomplete.delete(stream)
      return
    }
    if (progressed || stream.since === 0) stream.since = timers.clock.nowMs()
    if (incomplete.has(stream)) return
    if (incomplete.size >= limits.incomplete) return end(stream)
    incomplete.add(stream)
    if (!sweeping) timers.after(limits.incompleteMs / 6, sweep)
    sweeping = true
  }

  const onStream = (flow: Flow, octets: Buffer): void => {
    let stream = streams.get(flow.connection)
    if (!stream) {
      stream = { flow, framer: createFramer(), since: 0 }
      streams.set(flow.connection, stream)
    }
    // Two answers to pings of ours would be a ping of the peer's.
    if (keepAlive.heard(flow, octets, stream.framer.pending === 0)) return
    const framed = stream.framer.push(octets)
    for (const piece of framed) {
      if (piece === 'pong') continue
      if (piece === 'ping') pong(flow)
      else if (piece instanceof Uint8Array) onMessage(flow, piece)
      else {
        onGarbage(flow, piece.problem, piece.head)
        return end(stream)
      }
    }
    watch(stream, framed.length > 0)
  }

  const pong = (flow: Flow): void => {
    count.keepAlives++
    flow.send('\r\n')
  }

  return {
    onData(flow, octets) {
      if (flow.transport === 'udp') {
        if (isKeepAlive(octets)) count.keepAlives++
        else onMessage(flow, octets)
      } else if (flow.transport === 'tcp' || flow.transport === 'tls') onStream(flow, octets)
      else if (!isKeepAlive(octets)) onMessage(flow, octets)
      else if (octets.length > 2) pong(flow)
    },
    onClose({ connection }) {
      const stream = streams.get(connection)
      if (!stream) return
      incomplete.delete(stream)
      streams.delete(connection)
    },
    figures: () => ({ streams: streams.size, incompleteStreams: incomplete.size, ...count }),
  }
}
