import type { Log } from '#lib/log'
import type { Flow, Wire } from '#lib/wire'
import type { SipMessage } from '../grammar/message.ts'
import { printMessage } from '../grammar/print.ts'
import type { Via } from '../grammar/via.ts'
import { createMessageCounts, type MessageCounts } from './counters.ts'
import { replyFlow } from './hops.ts'

export type PortPorts = {
  log: Log
  wire: Wire
  /** Adds what every message of ours bears (User-Agent and the like); may see the same message twice. */
  stamp?: (message: SipMessage) => void
  trace?: (direction: 'in' | 'out', flow: Flow, text: string) => void
}

export type Port = {
  /** The message as it goes out. */
  print(message: SipMessage): string
  /** False when the flow is closed or its peer does not read. */
  transmit(flow: Flow, text: string): boolean
  /** Sends a response to where those of a request with that Via go. */
  reply(flow: Flow, hop: Via, text: string): void
  /** A message came: for the log and the trace. */
  note(flow: Flow, octets: Uint8Array): void
  onBug(bug: unknown): void
  readonly counts: MessageCounts
  figures(): { received: number; sent: number; unsent: number; bugs: number }
}

const firstLineOf = (text: string): string => {
  const end = text.indexOf('\r\n')
  return end < 0 ? text.slice(0, 80) : text.slice(0, end)
}

/** The one place where messages come and go: counted, logged as FROM and TO, and shown to the trace. */
export const createPort = ({ log, wire, trace, stamp }: PortPorts): Port => {
  const count = { received: 0, sent: 0, unsent: 0, bugs: 0 }
  const counts = createMessageCounts()

  const show = (direction: 'in' | 'out', flow: Flow, text: string): void => {
    trace?.(direction, flow, text)
    if (!log.on('sip', 'debug')) return
    const user = `${flow.address}:${flow.port}`
    log.write('sip', 'debug', firstLineOf(text), {
      dir: direction === 'in' ? 'FROM' : 'TO',
      user,
      payload: text,
    })
  }

  const transmit = (flow: Flow, text: string): boolean => {
    if (trace || log.on('sip', 'debug')) show('out', flow, text)
    const sent = flow.send(text)
    if (sent) {
      count.sent++
      counts.sent(text)
    } else count.unsent++
    return sent
  }

  const print = (message: SipMessage): string => {
    stamp?.(message)
    return printMessage(message)
  }

  return {
    print,
    transmit,
    reply: (flow, hop, text) => void transmit(replyFlow(wire, flow, hop), text),
    note: (flow, octets) => {
      count.received++
      counts.received(octets)
      if (trace || log.on('sip', 'debug')) show('in', flow, Buffer.from(octets).latin1Slice())
    },
    onBug: (bug) => {
      count.bugs++
      log.write('sip', 'error', bug instanceof Error ? (bug.stack ?? bug.message) : String(bug))
    },
    counts,
    figures: () => ({ ...count }),
  }
}
