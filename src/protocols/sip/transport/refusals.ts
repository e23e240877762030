import type { Clock } from '#lib/clock'
import { hash32 } from '#lib/hash'
import type { Random } from '#lib/random'
import type { Flow } from '#lib/wire'
import { tagOf } from '../grammar/address.ts'
import { createResponse, type SipRequest, type SipResponse } from '../grammar/message.ts'
import type { Via } from '../grammar/via.ts'
import type { Port } from './port.ts'

/** Answers without a transaction, RFC 3261 §8.2.7. */
export type Refusals = {
  refuse(request: SipRequest, flow: Flow, hop: Via, status: number, reason: string): void
  /** Gives a response the To tag of such answers, unless it has one. */
  tag(response: SipResponse, hop: Via): void
  /** True for an ACK of such an answer: it has no transaction to go to, and is not that of a 2xx either. */
  isOurs(ack: SipRequest): boolean
}

/** Seconds after which one who was told 503 may come again. */
const RETRY_AFTER = '10'

export const createRefusals = ({ random, port }: { random: Random; port: Port }): Refusals => {
  const mark = random.token(10)
  const tag = ({ headers }: SipResponse, { branch = '' }: Via): void => {
    const to = headers.get('To') ?? ''
    // The same for every repetition, and recognisable in its ACK.
    if (tagOf(to) === undefined) headers.set('To', `${to};tag=${mark}${hash32(branch).toString(36)}`)
  }
  return {
    tag,
    refuse(request, flow, hop, status, reason) {
      const response = createResponse(request, status, reason)
      tag(response, hop)
      if (status === 503) response.headers.add('Retry-After', RETRY_AFTER)
      port.reply(flow, hop, port.print(response))
    },
    isOurs: ({ headers }) => headers.get('To')?.includes(mark) === true,
  }
}

/** True so many times a second: bounds the answers to senders of nonsense, who may be forged. */
export const createRate = (clock: Clock, perSecond: number): (() => boolean) => {
  let second = 0
  let count = 0
  return () => {
    const now = Math.floor(clock.nowMs() / 1000)
    if (now !== second) {
      second = now
      count = 0
    }
    return count++ < perSecond
  }
}
