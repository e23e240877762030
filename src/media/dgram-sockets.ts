import { createSocket, type Socket } from 'node:dgram'
import { type Memory, PACKET, PACKET_SIZE, readSockaddr, SOURCE, writeSockaddr } from './memory.ts'
import type { Sockets, SocketUser } from './sockets.ts'

/** What is due between datagrams, such as keys, is looked at so often. */
const TICK_MS = 20

const literally = (
  host: string,
  _options: unknown,
  callback: (error: null, address: string, family: number) => void,
): void => callback(null, host, host.includes(':') ? 6 : 4)

/** The same by node:dgram, for systems where the native calls are not to be had: about twice the price. */
export const createDgramSockets = (
  memory: Memory,
  { onDatagram }: Pick<SocketUser, 'onDatagram'>,
  onTurn: () => void,
): Sockets => {
  const sockets = new Map<number, Socket>()
  const turns = setInterval(onTurn, TICK_MS)

  const receive = (slot: number, octets: Buffer, address: string, port: number): void => {
    if (octets.length > PACKET_SIZE) return
    memory.bytes.set(octets, PACKET)
    const zone = address.indexOf('%')
    if (writeSockaddr(memory, SOURCE, zone < 0 ? address : address.slice(0, zone), port))
      onDatagram(slot, octets.length)
  }

  const open: Sockets['open'] = (slot, bind, port, done) => {
    const v6 = bind.includes(':')
    const socket = createSocket({ type: v6 ? 'udp6' : 'udp4', ipv6Only: v6, lookup: literally })
    const failed = (error: Error): void => {
      socket.close()
      done(error.message)
    }
    socket.once('error', failed)
    socket.bind({ address: bind, port, exclusive: true }, () => {
      socket.off('error', failed)
      socket.on('error', () => {})
      sockets.set(slot, socket)
      done('')
    })
    socket.on('message', (octets, { address, port: from }) => receive(slot, octets, address, from))
  }

  return {
    memory,
    open,
    send: (slot, at, length, target) => {
      const socket = sockets.get(slot)
      if (!socket) return false
      const { address, port } = readSockaddr(memory, target)
      socket.send(Buffer.from(memory.bytes.subarray(at, at + length)), port, address, () => {})
      return true
    },
    shut: (slot) => {
      sockets.get(slot)?.close()
      sockets.delete(slot)
    },
    close: () => {
      clearInterval(turns)
      for (const socket of sockets.values()) socket.close()
      sockets.clear()
    },
  }
}
