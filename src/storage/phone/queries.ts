import { type Kysely, sql } from 'kysely'
import type { CallRecord, CallsOf, MessageRecord, MessagesOf, PhoneItem } from '#core'
import { type CallRow, toRecord } from '../call-row.ts'
import { toMessage } from '../messages/columns.ts'
import type { Tables } from '../schema.ts'
import type { Following } from './following.ts'

/** What a reader may ask the worker for web phones. */
export type PhoneQueries = {
  phoneItems(): Promise<PhoneItem[]>
  callsOf(query: CallsOf): Promise<CallRecord[]>
  messagesOf(query: MessagesOf): Promise<MessageRecord[]>
  guestTalkMs(sinceMs: number): Promise<number>
}

const MAX_PAGE = 500

export const createPhoneQueries = (
  db: Kysely<Tables>,
  { follow }: Pick<Following, 'follow'>,
): PhoneQueries => ({
  phoneItems: async () => {
    const rows = await db.selectFrom('phone_items').selectAll().execute()
    return rows.map(({ at_ms, kind, ...row }) => ({ ...row, kind: kind as PhoneItem['kind'], atMs: at_ms }))
  },
  callsOf: (query) => callsOf(db, query),
  guestTalkMs: async (sinceMs) => {
    const row = await db
      .selectFrom('calls')
      .select(sql<number | null>`sum(ended_at_ms - answered_at_ms)`.as('talk'))
      .where('started_at_ms', '>', sinceMs)
      .where('guest', 'is not', null)
      .executeTakeFirst()
    return Number(row?.talk ?? 0)
  },
  messagesOf: async (query) => {
    await follow(query.impi)
    return messagesOf(db, query)
  },
})

/** One side after the other, each from its index, then both in order: an `or` would look through everything. */
const callsOf = async (db: Kysely<Tables>, query: CallsOf): Promise<CallRecord[]> => {
  const { impi, before, beforeId } = query
  const limit = Math.max(1, Math.min(query.limit, MAX_PAGE))
  const side = (column: 'caller_impi' | 'callee_impi'): Promise<CallRow[]> => {
    let find = db
      .selectFrom('calls')
      .selectAll()
      .where(column, '=', impi)
      .where('ended_at_ms', 'is not', null)
    if (before !== undefined)
      find = find.where((e) =>
        e.or([
          e('started_at_ms', '<', before),
          e.and([e('started_at_ms', '=', before), e('id', '<', beforeId ?? '')]),
        ]),
      )
    return find.orderBy('started_at_ms', 'desc').orderBy('id', 'desc').limit(limit).execute()
  }
  const rows = new Map<string, CallRow>()
  for (const row of [...(await side('caller_impi')), ...(await side('callee_impi'))]) rows.set(row.id, row)
  return [...rows.values()]
    .sort((a, b) => b.started_at_ms - a.started_at_ms || (a.id < b.id ? 1 : -1))
    .slice(0, limit)
    .map(toRecord)
}

const messagesOf = async (db: Kysely<Tables>, query: MessagesOf): Promise<MessageRecord[]> => {
  let find = db
    .selectFrom('phone_texts')
    .innerJoin('messages', 'messages.id', 'phone_texts.message_id')
    .selectAll('messages')
    .where('phone_texts.impi', '=', query.impi)
  if (query.before !== undefined) find = find.where('phone_texts.message_id', '<', query.before)
  const limit = Math.max(1, Math.min(query.limit, MAX_PAGE))
  return (await find.orderBy('phone_texts.message_id', 'desc').limit(limit).execute()).map(toMessage)
}
