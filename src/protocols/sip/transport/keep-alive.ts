import type { Timer, Timers } from '#lib/clock'
import { type Random, shareOf } from '#lib/random'
import type { Flow } from '#lib/wire'

/** RFC 5626 §4.4.1 wants 95 to 120 s at most: servers are known that close what was silent for 120. */
const MOST_MS = 100_000
const SPREAD_MS = 20_000
/** RFC 5626 §4.4.1: who has not answered by then is gone. */
const PONG_MS = 10_000
const PING = '\r\n\r\n'

type Kept = {
  readonly flow: Flow
  readonly onEnd: Set<() => void>
  timer: Timer
  /** A ping is out. */
  asked: boolean
  /** It has answered one: RFC 3261 alone bids a server pass over empty lines without a word. */
  answers: boolean
}

export type KeepAlive = {
  /** Until what it gives is called; `onEnd` hears that the connection has ended before. Of UDP there is nothing to keep. */
  keep(flow: Flow, onEnd: () => void): () => void
  /** Octets came, between messages or inside of one. True: they were the answer to a ping and nothing else. */
  heard(flow: Flow, octets: Uint8Array, isBetween: boolean): boolean
  onClose(flow: Flow): void
  readonly size: number
}

const isPong = (octets: Uint8Array): boolean => octets.length === 2 && octets[0] === 13 && octets[1] === 10

/** Keeps connections to servers alive for those who can be reached by them alone, RFC 5626 §4.4.1. */
export const createKeepAlive = ({ timers, random }: { timers: Timers; random: Random }): KeepAlive => {
  const byConnection = new Map<number, Kept>()

  const pause = (one: Kept): Timer => timers.after(MOST_MS - shareOf(random) * SPREAD_MS, () => ping(one))
  const ping = (one: Kept): void => {
    one.asked = true
    one.timer = timers.after(PONG_MS, () => missed(one))
    one.flow.send(PING)
  }
  const missed = (one: Kept): void => {
    one.asked = false
    one.timer = pause(one)
    if (one.answers) one.flow.close()
  }
  const open = (flow: Flow): Kept => {
    const one: Kept = { flow, onEnd: new Set(), timer: { cancel() {} }, asked: false, answers: false }
    one.timer = pause(one)
    byConnection.set(flow.connection, one)
    return one
  }

  return {
    keep(flow, onEnd) {
      if (!flow.reliable) return () => {}
      const one = byConnection.get(flow.connection) ?? open(flow)
      // Several may give the same function.
      const own = (): void => onEnd()
      one.onEnd.add(own)
      return () => {
        one.onEnd.delete(own)
        if (one.onEnd.size > 0 || byConnection.get(flow.connection) !== one) return
        one.timer.cancel()
        byConnection.delete(flow.connection)
      }
    },
    heard({ connection }, octets, isBetween) {
      const one = byConnection.get(connection)
      if (!one?.asked) return false
      const isAnswer = isBetween && isPong(octets)
      one.answers ||= isAnswer
      one.asked = false
      one.timer.cancel()
      one.timer = pause(one)
      return isAnswer
    },
    onClose({ connection }) {
      const one = byConnection.get(connection)
      if (!one) return
      byConnection.delete(connection)
      one.timer.cancel()
      for (const tell of one.onEnd) tell()
    },
    get size() {
      return byConnection.size
    },
  }
}
