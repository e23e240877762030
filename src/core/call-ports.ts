import type { Result } from '#lib/result'
import type { Binding } from './bindings.ts'
import type { Side } from './ports.ts'
import type { CallRecord, GuestCall } from './records.ts'
import type { Refusal } from './refusals.ts'
import type { Found, Identity, Subscriber } from './subscribers.ts'
import type { CallPlan } from './trunks/plans.ts'

/** What was dialled: a name or a number, with its phone-context, and the text as it came. */
export type Dialled = { user: string; context?: string; text: string }

/** A refusal with what the other side said of it, where it said anything. */
export type Refused = {
  why: Refusal
  status?: number
  reason?: string
  /** Its SIP status, also where that means nothing to others; 408 silence, 503 no way there. */
  said?: number
  /** Seconds after which the other side may be asked again. */
  retryAfterS?: number
  /** The called phone wants the call to go there instead. */
  redirect?: Dialled
}

/** Why a call that was set up ended; `shutdown` and `operator` are the house's own doing, `transferred` one party's wish. */
export type EndCause = 'caller' | 'callee' | 'silence' | 'failure' | 'operator' | 'shutdown' | 'transferred'

/** An offer for a party that asked for one; `answered` gets its answer, or undefined when it gave none. */
export type Wanted = { sdp: string; answered(description: Description | undefined): Promise<void> }

/** The offer of a party that was asked for one; `confirm` must be called, with the answer where there is one. */
export type Solicited = { description: Description; confirm(answer: string | undefined): void }

/** A session description with what the core needs to know of it. */
export type Description = { sdp: string; held: boolean; video: boolean }

/** A party by its place: what it says and hears belongs to that side of that call. */
export type Seat = { readonly call: string; readonly side: Side }

/** Whom a party speaks with, as it may be shown: a URI and a name; an empty URI where that is withheld. */
export type Shown = {
  identity: string
  display: string
  /** It is a mailbox, and nobody. */
  voiceMail?: boolean
}

/** What a call centre says of a call: its own name for it, and who serves it. */
export type AgentWords = { id?: string; tel?: string }

/** One party of a call as the core speaks to it. */
export type Party = {
  /** Offers a new description inside the call. */
  offer(sdp: string): Promise<Result<Description, Refused>>
  /** Asks for its offer inside the call. */
  solicit(): Promise<Result<Solicited, Refused>>
  /** Passes a DTMF digit, a picture request and the like; gives the peer's status. */
  info(contentType: string, body: Uint8Array): Promise<number>
  /** `detail`: the other party's own words for it, in its dialect. */
  hangUp(cause: EndCause, detail?: string): void
  /** It belongs to another call from now on: what it says goes to these events. */
  moveTo(call: string, events: PartyEvents): void
  /** Somebody else is at the other end from now on: told with the next `offer`, or at once where that needs no offer. */
  meets?(other: Shown): void
  /** What it wanted to be kept goes on in another call, where it cannot be. */
  unkept?(why: Refused): void
  /** It belongs to another exchange, which keeps itself what is said; gives its status. Missing: the house does. */
  record?(on: boolean): Promise<number>
  /** Its exchange calls somebody in its place: a number, or whoever has that `address`. Missing: the house does. */
  refer?(to: Dialled | string, told: (status: number) => void): Promise<Result<void, Refused>>
  /** How other parties of its exchange call it in the place of who speaks with it now. */
  address?(): string | undefined
}

/** The caller, while and after it waits for an answer. */
export type CallerParty = Party & {
  /** `ringing`: the called phone alerts; `progress`: something else happens (early media, forwarding). */
  progress(kind: 'ringing' | 'progress', status: number, sdp?: string): void
  /** Answers. Resolves when the caller has confirmed, with its description where the answer held the offer. */
  answer(sdp: string | undefined, status?: number): Promise<string | undefined>
  /** Gives the status that the caller was told; undefined where there is none to tell. */
  refuse(refused: Refused): number | undefined
  /** The called side says by which name it knows the call, or who serves it. */
  agent?(words: AgentWords): void
  /** What answers next is a mailbox, and nobody. */
  voiceMail?(): void
}

/** The called party from the moment it rings. */
export type CalleeParty = Party & {
  /** Names its dialogue, for the record. */
  readonly callId: string
  /** A browser: the name of its transport at the media engine, the one that it was rung with. */
  readonly web?: string
  /** Confirms the answer; with our description where its answer held the offer. */
  confirm(sdp?: string): void
  /** Stops ringing. `elsewhere`: another phone of the same person took the call; `declined`: another refused for all. */
  cancel(why: CancelCause, detail?: string): void
}

export type CancelCause = 'caller' | 'elsewhere' | 'declined' | 'timeout'

/** What the core hears from either party once it speaks to it, and where the party sits. */
export type PartyEvents = Seat & {
  onOffer(description: Description): Promise<Result<string, Refused>>
  /** The party wants an offer from the other one. */
  onOfferWanted(): Promise<Result<Wanted, Refused>>
  onInfo(contentType: string, body: Uint8Array): Promise<number>
  onEnd(end: { by: 'peer' | 'timeout' | 'failure'; reason?: string }): void
  /** Any sign of life in signalling. */
  onSignal(): void
  /**
   * The party wants to leave and the other one to be put through: to somebody who is rung first (blind), or to whom
   * `to` speaks with, where that is another seat of the same person (attended). `told` hears the statuses on the way.
   * Resolves when it is done, or will not be.
   */
  onTransfer(to: Dialled | Seat, told?: (status: number) => void): Promise<Result<void, Refused>>
  /** The party wants what is said to be kept, or no longer. */
  onRecord(on: boolean): Promise<Result<void, Refused>>
}

export type CalleeEvents = PartyEvents & {
  onAgent?(words: AgentWords): void
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
  /** An emergency call of somebody who proved nothing. */
  unproved?: boolean
}

/** What is asked for: to reach `user` (a name or a number, with its phone-context). */
export type CallOffer = {
  caller: Caller
  /** Undefined: an ordinary call. `emergency`: `dialled.user` is the service (`sos`, `sos.fire`). */
  kind?: 'mt' | 'emergency'
  dialled: Dialled
  /** Undefined: the caller wants our offer. */
  description: Description | undefined
  /** Index of the sip_addr item that the call came in by. */
  listener: number
  /** Our own address as the caller reaches it. */
  local?: string
  /** The caller is a browser: the name of its transport at the media engine. */
  web?: string
  /** Empty: the house itself calls. */
  callId: string
  /** How many more elements the call may pass through (Max-Forwards). */
  hops: number
  /** The caller's own phone, which is not rung: the `address:port` that it calls from, and how others reach it. */
  from?: string
  contact?: string
  /** The trunk that it came in by. */
  trunk?: string
  /** Somebody whom we believe wants the called phone to answer by itself. */
  answerNow?: boolean
  /** It takes this party's place in its call. */
  replaces?: Seat
  /** Who put the caller through: what may be dialled, and how, is a matter of that one. */
  behalf?: Caller
  /** The call that the caller was in before. */
  transferredFrom?: string
  /** Seconds that the caller waits for an answer, where it says so. */
  patienceS?: number
  /** A guest's call, for its record. Its caller's subscriber is whom guests call by: nobody's own in anything. */
  guest?: GuestCall
  /** What the caller, a call centre, says of it. */
  agent?: AgentWords
  /** What the caller's page says of it, for its record. */
  site?: NonNullable<CallRecord['site']>
  /** Further header fields for the called phone. */
  headers?: readonly (readonly [name: string, value: string])[]
}

/**
 * Rings one binding. The adapter builds its own messages; the core only says whom and with which description. `web`: the
 * transport of a browser's binding (`CallsPorts.transportOf`), which the description is made for.
 */
export type Ring = (
  call: {
    id: string
    caller: Caller
    called: Identity
    callee: Subscriber
    dialled: string
    hops: number
    headers?: CallOffer['headers']
    web?: string
    answerNow?: boolean
    agent?: AgentWords
  },
  binding: Binding,
  sdp: string | undefined,
  events: CalleeEvents,
) => Result<CalleeParty, Refused>

type Reached = { kind: 'subscriber'; found: Found; bindings: Binding[] }
export type Route =
  | Reached
  | { kind: 'plan'; plan: CallPlan }
  | { kind: 'echo'; status: number }
  /** `found`: whom it would have been for. `later`: other phones of who calls itself, which may come: for who has no mailbox. */
  | { kind: 'refused'; refused: Refused; found?: Found; later?: Reached }

/** Read at each use: the remote API may change them while calls are up. */
export type CallSettings = {
  /** Seconds without media and signalling after which a call is given up. */
  dialogTimeoutS: () => number
  /** Seconds a call may ring. */
  noAnswerS: number
  mostCalls: number
}
