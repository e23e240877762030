import { setImmediate as breathe } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type { StoredEvent } from '#core'
import type { Tables } from '../schema.ts'
import { toEvent } from './columns.ts'

/** What a reader may ask the worker about events; as `Outbox` of the core has it. */
export type OutboxQueries = {
  eventsAfter(seq: number, limit: number): Promise<StoredEvent[]>
  events(seqs: readonly number[]): Promise<StoredEvent[]>
  lastEvent(): Promise<number>
  eventBefore(ms: number): Promise<number>
  eventOf(id: string): Promise<number | undefined>
  countEvents(after: number): Promise<Map<string, number>>
  deleteEvents(beforeMs: number): Promise<number>
}

const DELETE_STEP = 500
/** Parameters of one statement. */
const MOST_SEQS = 500

export const createOutboxQueries = (db: Kysely<Tables>): OutboxQueries => ({
  eventsAfter: async (seq, limit) => {
    const rows = await db
      .selectFrom('outbox')
      .selectAll()
      .where('seq', '>', seq)
      .orderBy('seq')
      .limit(limit)
      .execute()
    return rows.map(toEvent)
  },
  events: async (seqs) => {
    const found: StoredEvent[] = []
    for (let at = 0; at < seqs.length; at += MOST_SEQS) {
      const some = seqs.slice(at, at + MOST_SEQS)
      const rows = await db.selectFrom('outbox').selectAll().where('seq', 'in', some).orderBy('seq').execute()
      found.push(...rows.map(toEvent))
    }
    return found
  },
  lastEvent: async () => {
    const row = await db
      .selectFrom('outbox')
      .select(({ fn }) => fn.max('seq').as('seq'))
      .executeTakeFirst()
    return row?.seq ?? 0
  },
  eventBefore: async (ms) => {
    const row = await db
      .selectFrom('outbox')
      .select(({ fn }) => fn.min('seq').as('seq'))
      .where('at_ms', '>=', ms)
      .executeTakeFirst()
    if (row?.seq != null) return row.seq - 1
    const last = await db
      .selectFrom('outbox')
      .select(({ fn }) => fn.max('seq').as('seq'))
      .executeTakeFirst()
    return last?.seq ?? 0
  },
  eventOf: async (id) =>
    (await db.selectFrom('outbox').select('seq').where('id', '=', id).executeTakeFirst())?.seq,
  countEvents: async (after) => {
    const rows = await db
      .selectFrom('outbox')
      .select(({ fn }) => ['type', fn.countAll<number>().as('count')])
      .where('seq', '>', after)
      .groupBy('type')
      .execute()
    return new Map(rows.map(({ type, count }) => [type, Number(count)]))
  },
  deleteEvents: async (beforeMs) => {
    for (let total = 0; ; ) {
      const old = await db
        .selectFrom('outbox')
        .select('seq')
        .where('at_ms', '<', beforeMs)
        .limit(DELETE_STEP)
        .execute()
      if (old.length === 0) return total
      const seqs = old.map(({ seq }) => seq)
      await db.deleteFrom('outbox').where('seq', 'in', seqs).execute()
      total += old.length
      await breathe()
    }
  },
})
