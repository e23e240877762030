import type { MessageQuery } from './contract.ts'
import type { DedupeClaim, MessageRecord, MessageVia } from './record.ts'

/** What one transaction writes besides the message's present state. */
export type Saving = {
  /** Body, parts and wishes have changed too; else only what a step changes. */
  whole?: boolean
  /** It may wait some milliseconds for company: its message is on its way for seconds. */
  patient?: boolean
  /** A further key that names this message from now on. */
  claim?: DedupeClaim
  /** A line, or a device, has it: the marks by which that one's reports name the message. */
  handed?: { line: string; marks: string[]; atMs: number }[]
  /** Status reports that come to be with this step, TS 23.040 §9.2.2.3. */
  reports?: MessageRecord[]
}

/** What a start needs to know of messages that wait. */
export type Backlog = {
  /** Of all that are kept. */
  lastId?: string
  /** How many are in turn, by queue; those without are absent. */
  inTurn: Map<string, number>
  /** Long texts that lack parts. */
  accepted: MessageRecord[]
}

/** With whom a card has talked, as it was written. `by`: who of ours texted that number; absent: the text came in. */
export type CardTalk = { number: string; by?: string; via: MessageVia }
/** Each number once, newest first. `next`: the id behind which there may be more; absent: there is nothing. */
export type CardTalks = { talks: CardTalk[]; next?: string }

/**
 * Where messages are kept. Records are snapshots: nobody changes one that was handed over. Promises of writers resolve
 * after commit and fsync; a rejected one means that nothing of it was kept, nor will be later.
 */
export type MessageStore = {
  load(): Promise<Backlog>
  /** Gives the id of an earlier message that has the claimed key, and then adds nothing. In the order of the calls. */
  add(message: MessageRecord, claim?: DedupeClaim): Promise<string | undefined>
  /** Replaces what is kept by the same id. */
  save(message: MessageRecord, more?: Saving): Promise<void>
  /** The same in the background: nobody waits for it, and a newer state may take its place before it is written. */
  saveLater(message: MessageRecord): Promise<void>
  get(id: string): Promise<MessageRecord | undefined>
  /** The first messages in turn (`queued`, `submitting`) of a queue, by id; behind `after`. */
  next(queue: string, limit: number, after?: string): Promise<MessageRecord[]>
  /** Messages in turn or `sent` whose time is up. */
  due(of: 'queued' | 'sent', nowMs: number, limit: number): Promise<MessageRecord[]>
  /** Newest first; at most 1000. */
  list(query: MessageQuery): Promise<MessageRecord[]>
  /** By the newest `most` messages, at most 2000 and none accepted before `sinceMs`; behind the id `before`. */
  talks(sinceMs: number, most: number, before?: string): Promise<CardTalks>
  /** The wall clock was set: moves the ends of what was accepted until then and has not ended, the age of what has. */
  shift(byMs: number, acceptedUntilMs: number): Promise<void>
  /** Retention; gives how many went. Keys that name nothing any more go too. */
  deleteEndedBefore(endedMs: number, nowMs: number): Promise<number>
}
