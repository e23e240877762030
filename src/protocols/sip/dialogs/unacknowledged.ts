import type { Timer, Timers } from '#lib/clock'
import type { ServerTransaction, TimerValues } from '../contract.ts'
import { parseCSeq } from '../grammar/fields.ts'
import { createRequest, type SipRequest, type SipResponse } from '../grammar/message.ts'
import { repeatUntil } from './repeat.ts'

type Waiting = { seq: number; timer: Timer; done: (ack: SipRequest | undefined) => void }

const seqOf = ({ headers }: SipRequest): number => parseCSeq(headers.get('CSeq') ?? '')?.number ?? -1

/** The 2xx of a dialogue that waits for its ACK, RFC 3261 §13.3.1.4: repeated until that comes, or 64 T1 are over. */
export const createUnacknowledged = ({ timers, values }: { timers: Timers; values: TimerValues }) => {
  let waiting: Waiting | undefined
  let afterwards: (() => void) | undefined

  const finish = (ack: SipRequest | undefined): void => {
    const was = waiting
    if (!was) return
    waiting = undefined
    was.timer.cancel()
    was.done(ack)
    const next = afterwards
    afterwards = undefined
    next?.()
  }

  return {
    /** Resolves with the ACK, or undefined when none came. */
    wait(transaction: ServerTransaction, response: SipResponse): Promise<SipRequest | undefined> {
      // A peer that goes on to its next request has had the former answer: its ACK was lost.
      finish(createRequest('ACK', ''))
      return new Promise((done) => {
        const timer = repeatUntil(
          timers,
          values,
          values.t2,
          () => transaction.respond(response),
          () => finish(undefined),
        )
        waiting = { seq: seqOf(transaction.request), timer, done }
      })
    },
    onAck(ack: SipRequest): void {
      if (waiting?.seq === seqOf(ack)) finish(ack)
    },
    /** Runs once nothing waits any more; at once when nothing does. */
    whenIdle(run: () => void): void {
      if (waiting) afterwards = run
      else run()
    },
    abandon(): void {
      afterwards = undefined
      finish(undefined)
    },
  }
}
