import type { Flow } from '#lib/wire'
import type { SipRequest, SipResponse } from './grammar/message.ts'

/** What the layer above transactions is told, RFC 3261 §17: each request once, each final answer once. */
export type TransactionUser = {
  /** A new request (never ACK, CANCEL or a repetition). */
  onRequest(request: SipRequest, transaction: ServerTransaction): void
  /** The ACK of a 2xx: outside every transaction, RFC 3261 §13.3.1.4. */
  onAck(request: SipRequest, flow: Flow): void
  /** A 2xx to an INVITE whose user was released: a late fork, or a repetition after the call's end. */
  onStrayResponse(response: SipResponse, flow: Flow): void
}

export type ServerTransaction = {
  readonly request: SipRequest
  readonly flow: Flow
  /** Sends, remembers and repeats as the machine of §17.2 says. A second final answer is ignored (but a 2xx again resends). */
  respond(response: SipResponse): void
  /** True once a final answer was given. */
  readonly answered: boolean
  /** Set by the user, called when a CANCEL came before the final answer; the CANCEL itself is already answered 200. */
  onCancel: ((cancel: SipRequest) => void) | undefined
  /** INVITE only: no ACK came for a failure (timer H), or for a 2xx (timer L). */
  onTimeout: (() => void) | undefined
}

export type ClientEvents = {
  /** 100: somebody has it, and will say more. */
  onTrying?(): void
  /** Every provisional above 100, and every final answer of this transaction (several 2xx when an INVITE forked). */
  onResponse(response: SipResponse): void
  /** No final answer in time (timer B or F), or the flow failed: to be treated as 408 or 503, RFC 3261 §8.1.3.1. */
  onFailure(why: 'timeout' | 'transport'): void
}

export type ClientTransaction = {
  readonly request: SipRequest
  readonly flow: Flow
  /** INVITE only: sends CANCEL now or as soon as a provisional came, RFC 3261 §9.1. */
  cancel(headers?: [name: string, value: string][]): void
  /** The user is done with it and is freed: a 2xx that still comes for it is a stray one. */
  release(): void
}

/** Timer values in milliseconds, RFC 3261 table 4. The IMS values towards a handset are 2000, 16000, 17000. */
export type TimerValues = { t1: number; t2: number; t4: number }
