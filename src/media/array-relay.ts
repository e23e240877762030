import type { LegPlan, MediumPlan, Report } from './commands.ts'
import { createMemory, PACKET, printSockaddr, SOURCE, writeSockaddr } from './memory.ts'
import { createRelay } from './relay.ts'
import { statsOf } from './stats.ts'

/** For tests: a relay on arrays. `hear` gives what was sent on one datagram's account. */
export const createArrayRelay = () => {
  const memory = createMemory(16)
  const sent: { slot: number; to: string; octets: Uint8Array }[] = []
  const reports: Report[] = []
  const count = { forwarded: 0, invalid: 0, strangers: 0, idle: 0, excess: 0, unsent: 0 }
  const sockets = {
    ...{ memory, open: () => {}, shut: () => {}, close: () => {} },
    send: (slot: number, at: number, length: number, target: number) => {
      sent.push({ slot, to: printSockaddr(memory, target), octets: memory.bytes.slice(at, at + length) })
      return true
    },
  }
  const relay = createRelay({ sockets, count, report: (told) => reports.push(told), wallMs: () => 1e12 })
  const hear = (slot: number, from: string, octets: Uint8Array) => {
    memory.bytes.set(octets, PACKET)
    const colon = from.lastIndexOf(':')
    const address = from.slice(0, colon).replace(/[[\]]/g, '')
    writeSockaddr(memory, SOURCE, address, Number(from.slice(colon + 1)))
    relay.onDatagram(slot, octets.length)
    return sent.splice(0)
  }
  const to = (slot: number, from: string, octets: Uint8Array) => hear(slot, from, octets).map((one) => one.to)
  const stats = (side: 'caller' | 'callee') => statsOf(memory, relay.callOf(1), side)
  return { relay, hear, to, stats, count, reports, sent }
}

export const [CALLER_SLOT, CALLEE_SLOT] = [0, 2]
export const [ALICE, BOB, MALLORY] = ['192.0.2.1:4000', '198.51.100.1:5000', '203.0.113.66:6666']

export const planLeg = (slot: number, place: string, more: Partial<LegPlan> = {}): LegPlan => {
  const colon = place.lastIndexOf(':')
  const [address, port] = [place.slice(0, colon), Number(place.slice(colon + 1))]
  const rtcp = { rtcpAddress: address, rtcpPort: port + 1 }
  return { slot, address, port, ...rtcp, mux: false, direction: 'sendrecv', ...more }
}

export const planAudio = (legs: Partial<MediumPlan>): MediumPlan => ({
  ...{ index: 0, type: 'audio', types: [0, 101], events: [[101, 8000]] },
  ...legs,
})

/** Alice calls Bob. */
export const planCall = (caller: Partial<LegPlan> = {}, callee: Partial<LegPlan> = {}): MediumPlan[] => [
  planAudio({ caller: planLeg(CALLER_SLOT, ALICE, caller), callee: planLeg(CALLEE_SLOT, BOB, callee) }),
]
