import type { WebPeer } from './web-peer.ts'

const SLOTS = 10

/**
 * Lets all of them speak 20 ms packets of `payload` until it is called: spread over the 20 ms, on one timer, so that
 * hundreds of them cost little more than their packets.
 */
export const speak = (
  speakers: readonly WebPeer[],
  payload: Uint8Array = new Uint8Array(160).fill(0xd5),
): (() => void) => {
  const startMs = performance.now()
  let slot = 0
  const timer = setInterval(() => {
    const due = Math.floor((performance.now() - startMs) / (20 / SLOTS))
    for (; slot < due; slot++)
      for (let i = slot % SLOTS; i < speakers.length; i += SLOTS)
        (speakers[i] as WebPeer).send('audio', payload)
  }, 2)
  return () => clearInterval(timer)
}
