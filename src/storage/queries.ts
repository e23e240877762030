import { setImmediate as breathe } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import type { CallRecord, StoredBinding } from '#core'
import { toRecord } from './call-row.ts'
import type { Marks } from './fleet/marks.ts'
import { createFleetQueries, type FleetQueries } from './fleet/queries.ts'
import { createMessageQueries, type MessageQueries } from './messages/queries.ts'
import { createOutboxQueries, type OutboxQueries } from './outbox/queries.ts'
import type { Following } from './phone/following.ts'
import { createPhoneQueries, type PhoneQueries } from './phone/queries.ts'
import type { Tables } from './schema.ts'
import { createSoundQueries, type SoundQueries } from './sounds/queries.ts'

/**
 * `before` and `beforeId` are the start and id of the last record of the page before; without the id, records of that
 * very millisecond are left out. `user` matches caller, callee or the dialled number, as a whole or as the user part.
 */
export type CallQuery = { limit: number; before?: number; beforeId?: string; user?: string; ended?: boolean }

/** What a reader may ask the worker. */
export type Queries = MessageQueries &
  FleetQueries &
  OutboxQueries &
  PhoneQueries &
  SoundQueries & {
    sqns(): Promise<Map<string, number>>
    bindings(nowMs: number): Promise<StoredBinding[]>
    closeOpenCalls(cause: string, nowMs: number): Promise<number>
    calls(query: CallQuery): Promise<CallRecord[]>
    deleteCalls(beforeMs: number): Promise<number>
    setting(name: string): Promise<string | undefined>
  }

export const MAX_PAGE = 1000
const DELETE_STEP = 2000

export const createQueries = (db: Kysely<Tables>, following: Following, marks: Marks): Queries => ({
  ...createMessageQueries(db),
  ...createFleetQueries(db, marks),
  ...createOutboxQueries(db),
  ...createPhoneQueries(db, following),
  ...createSoundQueries(db),
  sqns: async () => {
    const rows = await db.selectFrom('sqns').selectAll().execute()
    return new Map(rows.map((row) => [row.impi, row.sqn]))
  },
  bindings: async (nowMs) => {
    await db.deleteFrom('bindings').where('expires_at_ms', '<=', nowMs).execute()
    const rows = await db.selectFrom('bindings').selectAll().execute()
    return rows.map((r) => ({ impi: r.impi, contact: r.contact, data: r.data, expiresAtMs: r.expires_at_ms }))
  },
  closeOpenCalls: async (cause, nowMs) => {
    const done = await db
      .updateTable('calls')
      .set({ ended_at_ms: nowMs, cause })
      .where('ended_at_ms', 'is', null)
      .executeTakeFirst()
    return Number(done.numUpdatedRows)
  },
  calls: (query) => listCalls(db, query),
  deleteCalls: (beforeMs) => deleteCalls(db, beforeMs),
  setting: async (name) =>
    (await db.selectFrom('settings').select('value').where('name', '=', name).executeTakeFirst())?.value,
})

const listCalls = async (db: Kysely<Tables>, query: CallQuery): Promise<CallRecord[]> => {
  const { before, beforeId, user, ended } = query
  let find = db.selectFrom('calls').selectAll()
  if (before !== undefined)
    find = find.where((e) => {
      const earlier = e('started_at_ms', '<', before)
      return beforeId === undefined
        ? earlier
        : e.or([earlier, e.and([e('started_at_ms', '=', before), e('id', '<', beforeId)])])
    })
  if (ended !== undefined) find = find.where('ended_at_ms', ended ? 'is not' : 'is', null)
  if (user !== undefined)
    find = find.where((e) =>
      e.or((['caller', 'callee', 'dialled'] as const).flatMap((side) => names(side, user))),
    )
  const rows = await find
    .orderBy('started_at_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(Math.max(1, Math.min(query.limit, MAX_PAGE)))
    .execute()
  return rows.map(toRecord)
}

/** `sip:1001@home` is found by itself, by `sip:1001` and by `1001`; LIKE's own signs are taken literally. */
const names = (side: 'caller' | 'callee' | 'dialled', user: string) => {
  const literal = user.replace(/[\\%_]/g, '\\$&')
  const column = sql.ref<string>(side)
  return [user, `${literal}@%`, `sip:${literal}@%`, `sips:${literal}@%`, `tel:${literal}`].map(
    (pattern, at) =>
      at === 0 ? sql<boolean>`${column} = ${pattern}` : sql<boolean>`${column} like ${pattern} escape '\\'`,
  )
}

/** In small steps, so that a big clean-up never keeps writers waiting for long. */
const deleteCalls = async (db: Kysely<Tables>, beforeMs: number): Promise<number> => {
  for (let total = 0; ; ) {
    const old = db
      .selectFrom('calls')
      .select('id')
      .where('started_at_ms', '<', beforeMs)
      .where('ended_at_ms', 'is not', null)
      .limit(DELETE_STEP)
    const done = await db.deleteFrom('calls').where('id', 'in', old).executeTakeFirst()
    total += Number(done.numDeletedRows)
    if (Number(done.numDeletedRows) === 0) return total
    await breathe()
  }
}
