import { decodeTelephoneEvent, digitOf, encodeTelephoneEvent } from '#rtp'

const VOLUME = 10
const PRESSED = 5
const REPEATED_ENDS = 3
const PAUSE = 3

export type EventPacket = { payload: Uint8Array; first: boolean; turnsAgo: number }

/**
 * The packets of one key press (RFC 4733 §2.5), one for each turn of 20 ms: five that grow, then three ends (the last packet
 * repeated), then a pause of three turns. All carry the timestamp of the first; `turnsAgo` tells how far back it lies.
 */
export const packetsOf = (event: number): (EventPacket | undefined)[] => {
  const packets: (EventPacket | undefined)[] = []
  for (let turn = 0; turn < PRESSED + REPEATED_ENDS - 1; turn++) {
    const ended = turn >= PRESSED - 1
    const duration = 160 * Math.min(turn + 1, PRESSED)
    const payload = encodeTelephoneEvent({ event, end: ended, volume: VOLUME, duration })
    packets.push({ payload, first: turn === 0, turnsAgo: turn })
  }
  for (let turn = 0; turn < PAUSE; turn++) packets.push(undefined)
  return packets
}

/** Collects keys from the events of one call; each timestamp is one press. */
export const createKeyListener = (onKey: (key: string) => void) => {
  let last: number | undefined
  return {
    take(timestamp: number, payload: Uint8Array): void {
      const decoded = decodeTelephoneEvent(payload)
      const key = decoded.ok ? digitOf(decoded.value.event) : undefined
      if (key === undefined || timestamp === last) return
      last = timestamp
      onKey(key)
    },
  }
}
