import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import type { Endpoint } from '#lib/wire'
import type { MediaSocket } from '#simulators'

/** Addresses here are literal: Node's own look-up would only cost time. */
const literally = (
  host: string,
  _options: unknown,
  done: (error: null, address: string, family: number) => void,
): void => done(null, host, 4)

/**
 * A UDP socket on loopback, as simulated devices want it. What cannot be sent is lost, as on any network. With a `peer`
 * it speaks with nobody else, which is cheaper.
 */
export const openUdp = async (port = 0, peer?: Endpoint): Promise<MediaSocket> => {
  const socket = createSocket({ type: 'udp4', lookup: literally })
  // Without a look-up it is bound and connected at once, before anybody could wait for it.
  const listening = once(socket, 'listening')
  socket.bind(port, '127.0.0.1')
  await listening
  if (peer) {
    const connected = once(socket, 'connect')
    socket.connect(peer.port, peer.address)
    await connected
  }
  const { address, port: own } = socket.address()
  let open = true
  const media: MediaSocket = {
    local: { address, port: own },
    onPacket: undefined,
    send: (octets, to) => {
      if (!open) return
      if (peer) socket.send(octets)
      else socket.send(octets, to.port, to.address)
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
