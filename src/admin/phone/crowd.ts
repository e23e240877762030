import type { Server, Socket } from 'node:net'

/** An office behind one address has many phones: as many as at the ports for WebSockets alone. */
const OF_ONE = 600
/** Every open phone holds one, besides what pages fetch. */
const IN_ALL = 20_000

/** One address alone shall not take all places of a server. `exempt`: a proxy of one's own, behind which everybody is. */
export const limitCrowd = (
  server: Server,
  exempt: (address: string) => boolean,
  { ofOne, inAll } = { ofOne: OF_ONE, inAll: IN_ALL },
): void => {
  const held = new Map<string, number>()
  server.maxConnections = inAll
  server.on('connection', (socket: Socket) => {
    const address = (socket.remoteAddress ?? '').replace(/^::ffff:/, '')
    const own = held.get(address) ?? 0
    if (own >= ofOne && !exempt(address)) return void socket.destroy()
    held.set(address, own + 1)
    socket.once('close', () => {
      const left = (held.get(address) ?? 1) - 1
      if (left > 0) held.set(address, left)
      else held.delete(address)
    })
  })
}
