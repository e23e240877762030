import type { Timer, Timers } from '#lib/clock'
import type { ServerTransaction, TimerValues } from '../contract.ts'
import { parseCSeq, parseRAck } from '../grammar/fields.ts'
import type { SipRequest, SipResponse } from '../grammar/message.ts'
import { repeatUntil } from './repeat.ts'

type Waiting = { response: SipResponse; rseq: number; timer?: Timer; done: (acknowledged: boolean) => void }

/**
 * Reliable provisional responses of one INVITE, RFC 3262 §3: numbered from a random start, one out at a time,
 * repeated until the PRACK that names them. Not acknowledged within 64 T1: `done(false)`.
 */
export const createReliable = (
  { timers, values }: { timers: Timers; values: TimerValues },
  transaction: ServerTransaction,
  firstRseq: number,
) => {
  const queue: Waiting[] = []
  const cseq = parseCSeq(transaction.request.headers.get('CSeq') ?? '')?.number
  let next = firstRseq
  /** The one that was out when the final answer overtook it: its PRACK is still welcome, §3. */
  let overtaken: number | undefined

  const start = (): void => {
    const head = queue[0]
    if (!head || head.timer) return
    transaction.respond(head.response)
    head.timer = repeatUntil(
      timers,
      values,
      undefined,
      () => transaction.respond(head.response),
      () => finish(false),
    )
  }

  const finish = (acknowledged: boolean): void => {
    const head = queue.shift()
    head?.timer?.cancel()
    head?.done(acknowledged)
    if (acknowledged) start()
  }

  return {
    /** Resolves when the PRACK came (true), or never will (false). */
    send(response: SipResponse): Promise<boolean> {
      const rseq = next++
      response.headers.add('Require', '100rel').add('RSeq', `${rseq}`)
      return new Promise((done) => {
        queue.push({ response, rseq, done })
        start()
      })
    },
    /** True when the PRACK names the response that is out. */
    onPrack(request: SipRequest): boolean {
      const rack = parseRAck(request.headers.get('RAck') ?? '')
      if (rack?.method !== 'INVITE' || rack.cseq !== cseq) return false
      const head = queue[0]
      if (head?.timer && rack.rseq === head.rseq) {
        finish(true)
        return true
      }
      const late = rack.rseq === overtaken
      if (late) overtaken = undefined
      return late
    },
    stop(): void {
      overtaken = queue[0]?.timer ? queue[0].rseq : undefined
      while (queue.length > 0) finish(false)
    },
  }
}
