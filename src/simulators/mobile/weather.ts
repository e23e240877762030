import type { Timers } from '#lib/clock'
import type { MediaSocket } from '../media-socket.ts'
import type { Chance } from './chance.ts'

/** What a bad network does to datagrams, in percent. A reordered one comes `laterMs` (default 300) late. */
export type Weather = { loss: number; duplicate: number; reorder: number; laterMs?: number }

export const fairWeather: Weather = { loss: 0, duplicate: 0, reorder: 0 }

/** A socket with a bad network around it, in both directions. */
export const exposed = (
  socket: MediaSocket,
  { loss, duplicate, reorder, laterMs = 300 }: Weather,
  { timers, chance }: { timers: Timers; chance: Chance },
): MediaSocket => {
  if (loss + duplicate + reorder === 0) return socket
  let open = true
  const through = (octets: Uint8Array, pass: (octets: Uint8Array) => void): void => {
    const [lost, twice, late] = [loss, duplicate, reorder].map((percent) => chance.happens(percent))
    if (lost) return
    if (!twice && !late) return pass(octets)
    // The caller may use its octets again before ours have arrived.
    const kept = octets.slice()
    const later = (): void => {
      timers.after(chance.between(0, laterMs), () => open && pass(kept))
    }
    if (late) later()
    else pass(kept)
    if (twice) later()
  }
  const outside: MediaSocket = {
    local: socket.local,
    onPacket: undefined,
    send: (octets, to) => through(octets, (kept) => socket.send(kept, to)),
    close: () => {
      open = false
      socket.close()
    },
  }
  socket.onPacket = (octets, from) => through(octets, (kept) => outside.onPacket?.(kept, from))
  return outside
}
