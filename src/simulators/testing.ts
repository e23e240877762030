import { createHandClock } from '#lib/timers'
import type { Endpoint, Flow, Transport, Wire, WireUser } from '#lib/wire'
import type { MediaSocket, OpenMedia } from './media-socket.ts'

/** A network without sockets for this room's tests: every delivery takes 10 ms of the hand-turned clock. */
export type TestNetwork = ReturnType<typeof createTestNetwork>

const DELAY_MS = 10

export const createTestNetwork = () => {
  const timers = createHandClock()
  const hosts = new Map<string, WireUser>()
  const sockets = new Map<string, MediaSocket>()
  const seen: string[] = []
  let nextPort = 20000
  const keyOf = ({ address, port }: Endpoint) => `${address}:${port}`

  const flowOf = (transport: Transport, from: Endpoint, to: Endpoint): Flow => ({
    transport,
    reliable: transport !== 'udp',
    connection: 0,
    listener: 0,
    local: from,
    address: to.address,
    port: to.port,
    open: true,
    send(text) {
      seen.push(text)
      const octets = Buffer.from(text, 'latin1')
      timers.after(DELAY_MS, () => hosts.get(keyOf(to))?.onData(flowOf(transport, to, from), octets))
      return true
    },
    close: () => {},
  })

  return {
    timers,
    /** Every SIP message, in the order they were sent. */
    seen,
    attach: (at: Endpoint, user: WireUser) => void hosts.set(keyOf(at), user),
    wireAt: (from: Endpoint): Wire => ({
      flowTo: (transport, to) => flowOf(transport, from, to),
      close: async () => {},
    }),
    openMediaAt:
      (address: string): OpenMedia =>
      async () => {
        const local = { address, port: nextPort++ }
        const socket: MediaSocket = {
          local,
          onPacket: undefined,
          send: (octets, to) =>
            void timers.after(DELAY_MS, () => sockets.get(keyOf(to))?.onPacket?.(octets, local)),
          close: () => void sockets.delete(keyOf(local)),
        }
        sockets.set(keyOf(local), socket)
        return socket
      },
    /** Lets time pass in small steps, and everything that was promised meanwhile happen. */
    async pass(ms: number): Promise<void> {
      for (let gone = 0; gone < ms; gone += DELAY_MS) {
        for (let turn = 0; turn < 20; turn++) await Promise.resolve()
        timers.advance(DELAY_MS)
      }
      for (let turn = 0; turn < 20; turn++) await Promise.resolve()
    },
  }
}
