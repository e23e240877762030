import type { Timers } from '#lib/clock'
import type { Random } from '#lib/random'
import type { Result } from '#lib/result'
import type { Flow } from '#lib/wire'
import type { ClientEvents, ClientTransaction, TimerValues } from '../contract.ts'
import type { SipRequest } from '../grammar/message.ts'
import type { Dialog } from './dialog.ts'
import type { Refer } from './refer.ts'

export type Refused = {
  status: number
  reason?: string
  headers?: [name: string, value: string][]
  /** Characters are octets. */
  body?: { type: string; text: string }
  /** No answer came: the status is our own word for it. */
  failure?: 'timeout' | 'transport'
  /** Contact URIs of a redirection, 3xx. */
  contacts?: string[]
  /** Seconds after which to try again. */
  retryAfterS?: number
}

/** Why a leg ended without our doing. `reason`: of a peer's BYE or CANCEL its Reason value (RFC 3326), else words. */
export type LegEnd = { by: 'peer' | 'timeout' | 'failure'; status?: number; reason?: string }

/** An offer for a peer that asked for one; `answered` gets what it answered, or undefined when it never did. */
export type Wanted = { sdp: string; answered(sdp: string | undefined): void | Promise<void> }

/** The offer of a peer that was asked for one; `confirm` must be called, with the answer where there is one. */
export type Solicited = { sdp: string; confirm(answer: string | undefined): void }

export type SessionEvents = {
  /** The peer offers a new description inside the dialogue; the answer goes back to it. */
  onOffer(sdp: string): Promise<Result<string, Refused>>
  /** The peer sent a re-INVITE without a description. Where this is missing or fails, our last one is repeated. */
  onOfferWanted?(): Promise<Result<Wanted, Refused>>
  /**
   * The peer wants somebody else in its place, RFC 3515: resolves with the last status of that, unless `told` has
   * heard a final one before. Missing: REFER is refused.
   */
  onRefer?(refer: Refer, told: (status: number) => void): Promise<number>
  /** INFO with `Record: on` or `off`: what is said is to be kept, or no longer. Its answer's status. */
  onRecord?(on: boolean): Promise<number>
  /** Where the user's own business of this dialogue is, for others who name the dialogue. */
  seat?(): { call: string; side: 'caller' | 'callee' }
  /** An INFO (DTMF, picture fast update): its answer's status. */
  onInfo(contentType: string, body: Uint8Array): number | Promise<number>
  onEnd(end: LegEnd): void
  /** The peer spoke inside the dialogue. */
  onSignal(): void
}

export type SessionPorts = {
  timers: Timers
  random: Random
  values: TimerValues
  /** Seconds offered as Session-Expires. */
  sessionExpires: number
  /** Path of a request inside the dialogue. */
  flowFor(dialog: Dialog, flow: Flow): Flow
  contact(flow: Flow): string
  request(request: SipRequest, flow: Flow, events: ClientEvents): ClientTransaction
  sendAck(request: SipRequest, flow: Flow): void
  /** The user's code threw, now or in a promise: to be logged. The call it happened in is ended. */
  onBug?(bug: unknown): void
  /** The dialogue is over: forget it. */
  forget(dialog: Dialog): void
}

export const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, REFER, REGISTER, MESSAGE'
