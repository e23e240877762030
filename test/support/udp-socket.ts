import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { MediaSocket } from '#simulators'

/** A UDP socket on loopback, as simulated devices want it. */
export const openUdp = async (port = 0): Promise<MediaSocket> => {
  const socket = createSocket('udp4')
  socket.bind(port, '127.0.0.1')
  await once(socket, 'listening')
  const { address, port: own } = socket.address()
  let open = true
  const media: MediaSocket = {
    local: { address, port: own },
    onPacket: undefined,
    send: (octets, to) => {
      if (open) socket.send(octets, to.port, to.address, () => {})
    },
    close: () => {
      if (open) socket.close()
      open = false
    },
  }
  socket.on('message', (octets, from) => media.onPacket?.(octets, from))
  socket.on('error', () => {})
  return media
}
