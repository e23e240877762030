import type { MessageRecord } from '../messages/record.ts'
import type { CallRecord } from '../records.ts'

/**
 * What is kept of a user's pages: `session` (name: hash of its cookie), `push` (name: hash of where a closed page is
 * woken), `read` (name: hash of user and partner; value: up to which text).
 */
export type PhoneItem = {
  kind: 'session' | 'push' | 'read'
  /** At most 64 characters; unique within its kind. */
  name: string
  impi: string
  value: string
  atMs: number
}

/** `before` and `beforeId`: the last one of the page before. */
export type CallsOf = { impi: string; limit: number; before?: number; beforeId?: string }
/** `before`: id of the last one of the page before. */
export type MessagesOf = { impi: string; limit: number; before?: string }

/** What web phones ask of the store beyond what all do. */
export type PhoneStore = {
  items(): Promise<PhoneItem[]>
  /** Replaces what has the same kind and name. Resolves when it is on disk. */
  put(item: PhoneItem): Promise<void>
  remove(item: Pick<PhoneItem, 'kind' | 'name'>): Promise<void>
  /** Ended calls that the subscriber made or got, newest first; from an index. */
  callsOf(query: CallsOf): Promise<CallRecord[]>
  /** How long guests have talked in calls that began since then. */
  guestTalkMs(sinceMs: number): Promise<number>
  /** Texts that the subscriber sent or was sent, newest first; from an index. */
  messagesOf(query: MessagesOf): Promise<MessageRecord[]>
}
