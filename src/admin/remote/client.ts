import type { WebSocket } from 'ws'
import type { Timer, Timers } from '#lib/clock'
import type { Log } from '#lib/log'
import type { Desk, Dispatch } from './dispatch.ts'
import type { Future } from './future.ts'
import { createLane } from './lane.ts'
import { createLogReader } from './log-reader.ts'
import type { EventName } from './message.ts'
import type { RemoteLog } from './ports.ts'

export type ClientPorts = {
  dispatch: Dispatch
  future: Future
  log: Log & RemoteLog
  timers: Timers
}

/** A second's worth of messages; each counts one, and one more for each KiB of it. */
const RATE = 10_000
/** So many messages may wait for their answers before no more are read. */
const MOST_WAITING = 256
/** What a slow reader may leave unread before it is asked for patience, and for how long it may leave it. */
const UNREAD_OCTETS = 1024 * 1024
const PATIENCE_MS = 60_000
/** Events for a reader that does not read are lost; answers are not. */
const MOST_UNREAD_EVENTS = 4 * UNREAD_OCTETS
const PING_MS = 30_000

/** One program on its WebSocket. Reading stops while it asks more than is answered, so nothing piles up here. */
export const attend = (socket: WebSocket, place: string, ports: ClientPorts) => {
  const { dispatch, future, log, timers } = ports
  const { clock } = timers
  const paused = new Set<'work' | 'rate'>()
  let [tokens, countedAtMs, alive, lost] = [RATE, clock.nowMs(), true, 0]
  let pinging: Timer

  const hold = (why: 'work' | 'rate', on: boolean): void => {
    if (on) paused.add(why)
    else paused.delete(why)
    if (socket.readyState !== socket.OPEN) return
    if (paused.size > 0) socket.pause()
    else socket.resume()
  }

  /** Resolves at once while the reader keeps up, else when it has read. */
  const send = (text: string): Promise<void> => {
    if (socket.readyState !== socket.OPEN) return Promise.resolve()
    let onSent: (() => void) | undefined
    socket.send(text, () => onSent?.())
    if (socket.bufferedAmount <= UNREAD_OCTETS) return Promise.resolve()
    return new Promise((resolve) => {
      const giveUp = timers.after(PATIENCE_MS, () => socket.terminate())
      onSent = () => {
        giveUp.cancel()
        resolve()
      }
    })
  }
  const lane = createLane(send, (waiting) => {
    if (waiting >= MOST_WAITING) hold('work', true)
    else if (paused.has('work') && waiting <= MOST_WAITING / 2) hold('work', false)
  })

  /** True while it asks at a bearable rate. */
  const pay = (cost: number): void => {
    const now = clock.nowMs()
    tokens = Math.min(RATE, tokens + ((now - countedAtMs) / 1000) * RATE) - cost
    countedAtMs = now
    if (tokens >= 0 || paused.has('rate')) return
    hold('rate', true)
    timers.after((-tokens / RATE) * 1000, () => hold('rate', false))
  }

  const logs = createLogReader(log, timers)
  const desk: Desk = { place, events: new Set<EventName>(), logs, add: lane.add, plan: future.share() }

  const ping = (): void => {
    if (!alive) return socket.terminate()
    alive = paused.size > 0
    socket.ping()
    pinging = timers.after(PING_MS, ping)
  }
  pinging = timers.after(PING_MS, ping)

  socket.on('message', (data: Buffer) => {
    alive = true
    const text = data.toString('utf8')
    const before = lane.waiting
    dispatch.onText(text, desk)
    pay(Math.max(1, lane.waiting - before) + data.length / 1024)
  })
  socket.on('pong', () => {
    alive = true
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    pinging.cancel()
    logs.close()
  })

  return {
    desk,
    tell(event: EventName, text: string): void {
      if (!desk.events.has(event)) return
      if (socket.bufferedAmount > MOST_UNREAD_EVENTS) {
        if (lost++ === 0) log.write('api', 'warn', 'does not read its events: some are lost', { user: place })
        return
      }
      if (lost > 0) log.write('api', 'warn', `reads again, ${lost} events were lost`, { user: place })
      lost = 0
      if (socket.readyState === socket.OPEN) socket.send(text)
    },
    close: () => socket.close(1001),
    terminate: () => socket.terminate(),
  }
}
export type Attended = ReturnType<typeof attend>
