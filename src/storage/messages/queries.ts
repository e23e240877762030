import { setImmediate as breathe } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import type { Backlog, CardTalks, MessageQuery, MessageRecord } from '#core'
import type { Tables } from '../schema.ts'
import { ENDED, PHASES, toMessage } from './columns.ts'
import { listMessages } from './list.ts'
import { listTalks } from './talks.ts'

/** What a reader may ask the worker about messages. */
export type MessageQueries = {
  backlog(): Promise<Backlog>
  message(id: string): Promise<MessageRecord | undefined>
  nextMessages(queue: string, limit: number, after?: string): Promise<MessageRecord[]>
  dueMessages(of: 'queued' | 'sent', nowMs: number, limit: number): Promise<MessageRecord[]>
  messages(query: MessageQuery): Promise<MessageRecord[]>
  talks(sinceMs: number, most: number, before?: string): Promise<CardTalks>
  shiftMessages(byMs: number, acceptedUntilMs: number): Promise<void>
  deleteMessages(endedMs: number, nowMs: number): Promise<number>
}

/** Small enough that a writer behind it hardly waits. */
const STEP = 500

export const createMessageQueries = (db: Kysely<Tables>): MessageQueries => ({
  backlog: () => backlog(db),
  message: async (id) => {
    const row = await db.selectFrom('messages').selectAll().where('id', '=', id).executeTakeFirst()
    return row && toMessage(row)
  },
  nextMessages: async (queue, limit, after) => {
    let first = db.selectFrom('messages').selectAll().where('turn', '=', queue).orderBy('id').limit(limit)
    if (after !== undefined) first = first.where('id', '>', after)
    return (await first.execute()).map(toMessage)
  },
  dueMessages: async (of, nowMs, limit) => {
    const due = db
      .selectFrom('messages')
      .selectAll()
      .where('phase', '=', PHASES[of])
      .where('due_at_ms', '<=', nowMs)
      .orderBy('due_at_ms')
      .limit(limit)
    return (await due.execute()).map(toMessage)
  },
  messages: (query) => listMessages(db, query),
  talks: (sinceMs, most, before) => listTalks(db, sinceMs, most, before),
  shiftMessages: (byMs, acceptedUntilMs) => shift(db, byMs, acceptedUntilMs),
  deleteMessages: async (endedMs, nowMs) => {
    await deleteKeys(db, nowMs)
    let total = 0
    for (const phase of ENDED) total += await deleteEnded(db, phase, endedMs)
    const oldest = db.selectFrom('messages').select(({ fn }) => fn.min('id').as('oldest'))
    await db.deleteFrom('phone_texts').where('message_id', '<', oldest).execute()
    return total
  },
})

const backlog = async (db: Kysely<Tables>): Promise<Backlog> => {
  const last = await db.selectFrom('messages').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst()
  const inTurn = await db
    .selectFrom('messages')
    .select(({ fn }) => ['turn', fn.countAll<number>().as('count')])
    .where('turn', 'is not', null)
    .groupBy('turn')
    .execute()
  const accepted = await db
    .selectFrom('messages')
    .selectAll()
    .where('phase', '=', PHASES.accepted)
    .orderBy('id')
    .execute()
  return {
    ...(last && { lastId: last.id }),
    inTurn: new Map(inTurn.map(({ turn, count }) => [turn as string, Number(count)])),
    accepted: accepted.map(toMessage),
  }
}

/** Lets whoever waits for the thread go first. */
const shift = async (db: Kysely<Tables>, byMs: number, untilMs: number): Promise<void> => {
  for (let after = ''; ; ) {
    const ids = await db
      .selectFrom('messages')
      .select('id')
      .where('id', '>', after)
      .orderBy('id')
      .limit(STEP)
      .execute()
    const last = ids.at(-1)?.id
    if (last === undefined) return
    await db
      .updateTable('messages')
      .set((e) => ({
        due_at_ms: e('due_at_ms', '+', byMs),
        expires_at_ms: sql<number>`case when phase <= ${PHASES.sent} then expires_at_ms + ${byMs} else expires_at_ms end`,
      }))
      .where('id', '>', after)
      .where('id', '<=', last)
      .where('accepted_at_ms', '<=', untilMs)
      .execute()
    after = last
    await breathe()
  }
}

const deleteEnded = async (db: Kysely<Tables>, phase: number, endedMs: number): Promise<number> => {
  for (let total = 0; ; ) {
    const old = await db
      .selectFrom('messages')
      .select('id')
      .where('phase', '=', phase)
      .where('due_at_ms', '<', endedMs)
      .limit(STEP)
      .execute()
    if (old.length === 0) return total
    const ids = old.map(({ id }) => id)
    await db.deleteFrom('messages').where('id', 'in', ids).execute()
    total += old.length
    await breathe()
  }
}

const deleteKeys = async (db: Kysely<Tables>, nowMs: number): Promise<void> => {
  for (;;) {
    const old = await db
      .selectFrom('message_keys')
      .select('dedupe')
      .where('until_ms', '<=', nowMs)
      .limit(STEP)
      .execute()
    if (old.length === 0) return
    const keys = old.map(({ dedupe }) => dedupe)
    await db.deleteFrom('message_keys').where('dedupe', 'in', keys).execute()
    await breathe()
  }
}
