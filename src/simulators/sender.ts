import type { Timer, Timers } from '#lib/clock'
import type { Random } from '#lib/random'
import type { Endpoint } from '#lib/wire'
import { encodeRtp } from '#rtp'
import type { MediaSocket } from './media-socket.ts'

/** What goes into the next packet; undefined leaves this turn out. */
export type Filling =
  | { payload: Uint8Array; payloadType: number; marker?: boolean; timestamp?: number }
  | undefined

export type Sender = {
  start(): void
  stop(): void
  readonly sent: number
  to: Endpoint
}

/** After a pause of the process this many packets are caught up with; what is older is left out. */
const MOST_BEHIND = 10

/**
 * Sends a packet every `periodMs`. Each has its own due time counted from the start, so that neither rounding
 * nor a busy process makes the stream drift.
 */
export const createSender = (
  { socket, timers, random }: { socket: MediaSocket; timers: Timers; random: Random },
  { to, periodMs, ticks }: { to: Endpoint; periodMs: number; ticks: number },
  fill: (timestamp: number) => Filling,
): Sender => {
  const start32 = new DataView(random.bytes(12).buffer)
  const ssrc = start32.getUint32(0)
  let sequence = start32.getUint16(4)
  let timestamp = start32.getUint32(8)
  let [timer, startedMs, turns, sent]: [Timer | undefined, number, number, number] = [undefined, 0, 0, 0]

  const one = (): void => {
    const filling = fill(timestamp)
    if (filling) {
      const { payload, payloadType, marker = sent === 0 } = filling
      const head = { payloadType, marker, sequence, timestamp: filling.timestamp ?? timestamp, ssrc }
      socket.send(encodeRtp({ ...head, csrcs: [], extension: undefined, payload }), sender.to)
      sequence = (sequence + 1) & 0xffff
      sent++
    }
    timestamp = (timestamp + ticks) >>> 0
    turns++
  }

  /** Time in which nothing is sent still passes for the timestamp. */
  const leaveOut = (count: number): void => {
    if (count <= 0) return
    timestamp = (timestamp + ticks * count) >>> 0
    turns += count
  }

  const turn = (): void => {
    const due = Math.floor((timers.clock.nowMs() - startedMs) / periodMs) + 1
    leaveOut(due - turns - MOST_BEHIND)
    while (turns < due) one()
    timer = timers.after(startedMs + turns * periodMs - timers.clock.nowMs(), turn)
  }

  const sender: Sender = {
    to,
    start() {
      if (timer) return
      const nowMs = timers.clock.nowMs()
      if (turns === 0) startedMs = nowMs
      else leaveOut(Math.ceil((nowMs - startedMs) / periodMs) - turns)
      turn()
    },
    stop() {
      timer?.cancel()
      timer = undefined
    },
    get sent() {
      return sent
    },
  }
  return sender
}
