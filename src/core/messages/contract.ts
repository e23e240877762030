import type { Result } from '#lib/result'
import type { CardNames } from '../fleet/contract.ts'
import type { Refusal } from '../refusals.ts'
import type {
  DedupeClaim,
  Delivery,
  MessageBody,
  MessageOrigin,
  MessageRecord,
  MessageState,
  MessageStep,
  MessageVia,
  ReportWish,
} from './record.ts'

/** Whom it is for: a name or a number, its phone-context, the text as it came, and a number near which it is meant. */
export type MessageTarget =
  | { user: string; context?: string; text: string; near?: string }
  | { impi: string }
  /** Whoever the exchange elsewhere knows by this: `extension` is the one of its extensions that gets it, or has sent it. */
  | { extension: string; way: 'for'; text: string }
  /** `number`: the one it sends by. */
  | { extension: string; way: 'by'; number: string; text: string }

/** A message at the door. */
export type MessageDraft = {
  origin: MessageOrigin
  from: string
  fromImpi?: string
  to: MessageTarget
  body: MessageBody
  pid?: number
  /** Else `sms_expires`. */
  validityS?: number
  reportTo?: ReportWish
  /** A second draft with the same key (within the window) is the first one again. */
  dedupe?: string
  /** How long the key is known, where its origin does not say. */
  dedupeMs?: number
  tag?: string
  /** When it goes by SIM cards; absent: as its route says. */
  delivery?: Delivery
  /** The SIM card that it came in by. */
  via?: MessageVia
  /** IMPI of who wrote to the sender by this card before: whose answer this is when the card is nobody's. */
  answerTo?: string
  /** It is one part of a long text: parts with the same key belong together. */
  part?: { key: string; sequence: number; total: number; reference?: number }
}

/** `duplicate`: it was here before, `id` names the first one. */
export type Accepted = { id: string; duplicate: boolean }

/**
 * `overloaded`: a bound is reached. `full`: that of this sender, or for this recipient. `failure`: the disk does not take
 * it. None of these was kept.
 */
export type MessageRefusal =
  | Extract<Refusal, 'unknown-user' | 'forbidden' | 'overloaded' | 'bad-request'>
  | 'full'
  | 'failure'

/** What became of one attempt to hand a message over. */
export type Outcome =
  /** The recipient has it. `committed` is called when that is on disk: then the recipient may be told that we know. */
  | { kind: 'delivered'; route: string; committed?: () => void }
  /** Handed over; `Messages.report` tells the rest. */
  | Handed<'sent'>
  /** Not now: again after `afterS`, or after sms_retry_delay. */
  | { kind: 'retry'; reason: string; route?: string; cause?: number; afterS?: number; committed?: () => void }
  /** Nobody there (not registered, memory full): waits for `wake`, without counting as an attempt. */
  | { kind: 'away'; reason: string; route?: string; cause?: number; committed?: () => void }
  | { kind: 'failed'; reason: string; route?: string; cause?: number; committed?: () => void }
  | (Handed<'unknown'> & { reason: string })
  /** By this way it will never go: on to the next stage of its route; where there is none, it has failed. */
  | { kind: 'onward'; reason: string; route?: string; cause?: number; committed?: () => void }

/**
 * `marks`: how the device of line `via` will name it in its reports, which are awaited for `reportMs`; `task`: how that
 * device may name it by whatever line. `committed` is called when that is on disk.
 */
type Handed<Kind> = {
  kind: Kind
  route: string
  via?: MessageVia
  marks?: string[]
  task?: string
  reportMs?: number
  committed?: () => void
}

/** Why a message has no turn now. `own`: others of its queue may have theirs. `onward`: it goes to the next stage. */
export type Wait = { reason: string; againMs?: number; own?: true; onward?: true }

export type Progress = {
  /** The message takes so many parts; parts up to `message.partsDone` are confirmed already and stay away. */
  total(parts: number): void
  /**
   * So many parts are confirmed by the endpoint of this route, which the step names from now on; fewer than before when
   * another one began anew. Resolves when that is on disk.
   */
  partDone(parts: number, route: string): Promise<void>
}

/**
 * Hands messages to endpoints of one kind; never rejects. An attempt has one identity on the wire, made of `id`,
 * `partsDone` and `attempts` alone: after a crash the same attempt is a mere repeat to who has seen it before.
 */
export type Carrier = {
  /**
   * Whether a repeat of this message would be no mere repeat: then `submitting` is on disk before `deliver`, and after a
   * crash it becomes `unknown`. Absent: of none.
   */
  atMostOnce?(message: MessageRecord): boolean
  /** Under what name the endpoint will know this attempt: it goes to disk with `submitting`. */
  taskOf?(message: MessageRecord): Promise<string | undefined>
  /** What becomes of an attempt that a process before this one has begun; nothing is handed over. Else it is `unknown`. */
  follow?(message: MessageRecord): Promise<Outcome>
  /**
   * For queues of many recipients (`route:NAME`). `recipientOf`: whose messages follow each other. `most`: in hand at
   * once. `reserve`: before anything is written, a place for this message, by the name of its route; then follows
   * `deliver` or `cancel`. `isShared`: one recipient or one sender may have but a part of its places.
   */
  group?: {
    most: number
    isShared?: true
    recipientOf(message: MessageRecord): string
    reserve?(message: MessageRecord): Result<string, Wait>
    cancel?(message: MessageRecord): void
  }
  deliver(message: MessageRecord, progress: Progress): Promise<Outcome>
}

export type MessageQuery = {
  limit: number
  /** Exclusive: an id that was the last of the page before. Newest first. */
  before?: string
  state?: MessageState
  /** An address (as written) or an impi, on either end. */
  user?: string
  /** Text that from, to or body contains. */
  text?: string
}

export type Messages = {
  /** Resolves when it is on disk. */
  accept(draft: MessageDraft): Promise<Result<Accepted, MessageRefusal>>
  get(id: string): Promise<MessageRecord | undefined>
  list(query: MessageQuery): Promise<MessageRecord[]>
  /** Ends a message that waits; false when it is unknown or out of hand. Resolves when that is on disk. */
  cancel(id: string): Promise<boolean>
  /** Ends all that wait for the subscriber; gives how many. */
  flush(impi: string): Promise<number>
  /**
   * The subscriber can be reached (again), or has memory again. `number`: it is registered by that one at the exchange of
   * which it is an extension.
   */
  wake(impi: string, number?: string): void
  /** Gateways have room (again): routes go on. */
  free(): void
  /**
   * A late word on a message `sent` or `submitting`: true when it was waited for. Resolves when that is on disk; then
   * `claim` names the message, too. Undefined: it did not leave by the card `by`, but by another one.
   */
  report(
    id: string,
    step: Omit<MessageStep, 'atMs'>,
    claim?: DedupeClaim,
    by?: CardNames,
  ): Promise<boolean | undefined>
  /**
   * What a card perhaps sent is known after all: `sent`, with a report awaited for `reportMs`, or `failed`. False when it
   * is not `unknown`. Resolves when that is on disk.
   */
  correct(id: string, step: Omit<MessageStep, 'atMs'>, reportMs: number): Promise<boolean>
  /** The one message of this subscriber that is in hand or first in turn. */
  head(impi: string): Promise<MessageRecord | undefined>
  /** How many wait for each subscriber, by impi; those without are absent. */
  pending(): Promise<Map<string, number>>
  /** In all. */
  readonly waiting: number
  close(): Promise<void>
}
