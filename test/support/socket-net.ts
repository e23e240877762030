import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { Endpoint, Flow, Wire, WireUser } from '#lib/wire'

export type SocketWire = Wire & { start(user: WireUser): void; flow(to: Endpoint): Flow }

const flowOf = (socket: Socket, { address, port }: Endpoint): Flow => {
  const local = socket.address()
  return {
    ...{ transport: 'udp', reliable: false, connection: 0, listener: 0, address, port, open: true },
    local: { address: local.address, port: local.port },
    send: (text) => {
      socket.send(Buffer.from(text, 'latin1'), port, address)
      return true
    },
    close: () => {},
  }
}

/** A wire of one UDP socket, for scripted phones that speak to a real house. */
export const openSocketWire = async (address: string): Promise<SocketWire & { port: number }> => {
  const socket = createSocket('udp4')
  socket.bind(0, address)
  await once(socket, 'listening')
  socket.unref()
  return {
    port: socket.address().port,
    start: (user) => void socket.on('message', (octets, from) => user.onData(flowOf(socket, from), octets)),
    flow: (to) => flowOf(socket, to),
    flowTo: (transport, to) => (transport === 'udp' ? flowOf(socket, to) : undefined),
    close: async () => void socket.close(),
  }
}
