import type { Result } from '#lib/result'
import type { LogReader } from './log-reader.ts'
import type { MessageName } from './schemas.ts'

export const EVENTS = ['sms', 'users_update'] as const
export type EventName = (typeof EVENTS)[number]

/** One that is connected, as messages see it. */
export type RemoteClient = {
  /** Address and port. */
  readonly place: string
  readonly events: Set<EventName>
  readonly logs: LogReader
}

/** The members of an answer beside `message` and `message_id`, or what went wrong. */
export type Answer = Result<Record<string, unknown>, string>

/** A message whose members have been checked against its schema. */
export type Input = Readonly<Record<string, unknown>>

export type Message = {
  name: MessageName
  /** `alone` (default): begins when all before it are answered. `together`: among its like; `apart`: nobody waits for it. */
  order?: 'alone' | 'together' | 'apart'
  /** Before the check: spellings that mean the same. */
  prepare?(input: Input): Input
  run(input: Input, client: RemoteClient): Answer | Promise<Answer>
  /** When the answer is on its way. */
  after?(): void
}
