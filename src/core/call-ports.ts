import type { Result } from '#lib/result'
import type { Binding } from './bindings.ts'
import type { Refusal } from './refusals.ts'
import type { Found, Identity, Subscriber } from './subscribers.ts'

/** A refusal with what the other side said of it, where it said anything. */
export type Refused = { why: Refusal; status?: number; reason?: string }

/** Why a call that was set up ended; `restart` and `shutdown` are the house's own doing. */
export type EndCause = 'caller' | 'callee' | 'silence' | 'failure' | 'operator' | 'shutdown'

/** A session description with what the core needs to know of it. */
export type Description = { sdp: string; held: boolean; video: boolean }

/** One party of a call as the core speaks to it. */
export type Party = {
  /** Offers a new description inside the call. */
  offer(sdp: string): Promise<Result<Description, Refused>>
  /** Passes a DTMF digit, a picture request and the like; gives the peer's status. */
  info(contentType: string, body: Uint8Array): Promise<number>
  hangUp(cause: EndCause): void
}

/** The caller, while and after it waits for an answer. */
export type CallerParty = Party & {
  /** `ringing`: the called phone alerts; `progress`: something else happens (early media, forwarding). */
  progress(kind: 'ringing' | 'progress', status: number, sdp?: string): void
  /** Answers. Resolves when the caller has confirmed, with its description where the answer held the offer. */
  answer(sdp: string | undefined, status?: number): Promise<string | undefined>
  refuse(refused: Refused): void
}

/** The called party from the moment it rings. */
export type CalleeParty = Party & {
  /** Confirms the answer; with our description where its answer held the offer. */
  confirm(sdp?: string): void
  /** Stops ringing. `elsewhere`: another phone of the same person took the call. */
  cancel(why: 'caller' | 'elsewhere' | 'timeout'): void
}

/** What the core hears from either party once it speaks to it. */
export type PartyEvents = {
  onOffer(description: Description): Promise<Result<string, Refused>>
  onInfo(contentType: string, body: Uint8Array): Promise<number>
  onEnd(end: { by: 'peer' | 'timeout' | 'failure'; reason?: string }): void
  /** Any sign of life in signalling. */
  onSignal(): void
}

export type CalleeEvents = PartyEvents & {
  onProgress(status: number, description: Description | undefined): void
  onAnswer(description: Description | undefined): void
  onRefused(refused: Refused): void
}

/** Who calls, as far as the adapter could prove it. */
export type Caller = {
  subscriber?: Subscriber
  /** URI shown to the called party, and its name. */
  identity: string
  display: string
  /** The caller asked that its identity be withheld, RFC 3323. */
  anonymous: boolean
}

/** What is asked for: to reach `user` (a name or a number, with its phone-context). */
export type CallOffer = {
  caller: Caller
  dialled: { user: string; context?: string; text: string }
  /** Undefined: the caller wants our offer. */
  description: Description | undefined
  /** Index of the sip_addr item that the call came in by. */
  listener: number
  callId: string
  /** How many more elements the call may pass through (Max-Forwards). */
  hops: number
}

/** Rings one binding. The adapter builds its own messages; the core only says whom and with which description. */
export type Ring = (
  call: { id: string; caller: Caller; called: Identity; callee: Subscriber; dialled: string; hops: number },
  binding: Binding,
  sdp: string | undefined,
  events: CalleeEvents,
) => Result<CalleeParty, Refused>

export type Route =
  | { kind: 'subscriber'; found: Found; bindings: Binding[] }
  | { kind: 'echo'; status: number }
  | { kind: 'refused'; refused: Refused }

/** Read at each use: the remote API may change them while calls are up. */
export type CallSettings = {
  /** Seconds without media and signalling after which a call is given up. */
  dialogTimeoutS: number
  /** Seconds a call may ring. */
  noAnswerS: number
  mostCalls: number
}
