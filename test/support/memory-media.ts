import type { Timers } from '#lib/clock'
import type { Endpoint } from '#lib/wire'
import type { MediaSocket, OpenMedia } from '#simulators'

/** Sockets for media in memory, at the pace of a hand-turned clock: every packet takes 10 ms and none is lost. */
export const createMemoryMedia = (timers: Timers) => {
  const sockets = new Map<string, MediaSocket>()
  const keyOf = ({ address, port }: Endpoint): string => `${address}:${port}`
  let nextPort = 30_000
  return {
    /** How many sockets are open. */
    get open(): number {
      return sockets.size
    },
    openAt:
      (address: string): OpenMedia =>
      async () => {
        const local = { address, port: nextPort }
        nextPort += 2
        const socket: MediaSocket = {
          local,
          onPacket: undefined,
          send: (octets, to) =>
            void timers.after(10, () => sockets.get(keyOf(to))?.onPacket?.(octets, local)),
          close: () => void sockets.delete(keyOf(local)),
        }
        sockets.set(keyOf(local), socket)
        return socket
      },
  }
}
