import { setImmediate as breathe } from 'node:timers/promises'
import type { Kysely } from 'kysely'
import type {
  GatewayCall,
  GatewayCallQuery,
  GatewayEvent,
  KeptSim,
  KeyHolder,
  ParkedReport,
  TaskItem,
} from '#core'
import type { Tables } from '../schema.ts'
import { toDeviceCall, toGatewayEvent, toReport, toSim, toTaskItems } from './columns.ts'
import type { Marks } from './marks.ts'

/** What a reader may ask the worker about gateways; as `GatewayStore` of the core has it. */
export type FleetQueries = {
  sims(month: number): Promise<(KeptSim & { recipients: number[] })[]>
  handedTo(line: string, mark: string, sinceMs: number): Promise<string[]>
  parked(): Promise<ParkedReport[]>
  keyHolder(key: string): Promise<KeyHolder | undefined>
  textTask(id: string): Promise<TaskItem[] | undefined>
  gatewayEvents(query: {
    limit: number
    line?: string
    before?: number
  }): Promise<(GatewayEvent & { seq: number })[]>
  deviceCalls(query: GatewayCallQuery): Promise<GatewayCall[]>
  deleteOfGateways(beforeMs: number): Promise<number>
}

const MAX_PAGE = 1000
const STEP = 500

export const createFleetQueries = (db: Kysely<Tables>, marks: Marks): FleetQueries => ({
  sims: async (month) => {
    const recipients = new Map<string, Set<number>>()
    const texted = db.selectFrom('sim_texted').select(['card', 'recipient']).where('month', '=', month)
    for (const { card, recipient } of await texted.execute()) {
      const known = recipients.get(card)
      if (known) known.add(recipient)
      else recipients.set(card, new Set([recipient]))
    }
    await db.deleteFrom('sim_texted').where('month', '<', month).execute()
    const rows = await db.selectFrom('sims').selectAll().execute()
    return rows.map((row) => ({ ...toSim(row), recipients: [...(recipients.get(row.card) ?? [])] }))
  },
  handedTo: async (line, mark, sinceMs) => marks.find(line, mark, sinceMs),
  parked: async () => {
    const rows = await db.selectFrom('gateway_reports').selectAll().orderBy('at_ms').execute()
    return rows.map(toReport)
  },
  keyHolder: (key) =>
    db
      .selectFrom('message_keys')
      .select(['message_id as id', 'until_ms as untilMs'])
      .where('dedupe', '=', key)
      .executeTakeFirst(),
  textTask: async (id) => {
    const rows = await db
      .selectFrom('text_tasks')
      .select('items')
      .where('id', '=', id)
      .orderBy('place')
      .execute()
    return rows.length === 0 ? undefined : rows.flatMap(toTaskItems)
  },
  gatewayEvents: async ({ limit, line, before }) => {
    let find = db.selectFrom('gateway_events').selectAll()
    if (line !== undefined) find = find.where('line', '=', line)
    if (before !== undefined) find = find.where('seq', '<', before)
    const rows = await find
      .orderBy('seq', 'desc')
      .limit(Math.max(1, Math.min(limit, MAX_PAGE)))
      .execute()
    return rows.map(toGatewayEvent)
  },
  deviceCalls: async ({ limit, line, beforeMs, beforeKey = '', sinceMs }) => {
    let find = db.selectFrom('gateway_calls').select('data')
    if (line !== undefined) find = find.where('line', '=', line)
    if (sinceMs !== undefined) find = find.where('at_ms', '>=', sinceMs)
    if (beforeMs !== undefined)
      find = find.where((is) =>
        is.or([is('at_ms', '<', beforeMs), is.and([is('at_ms', '=', beforeMs), is('id', '<', beforeKey)])]),
      )
    const rows = await find
      .orderBy('at_ms', 'desc')
      .orderBy('id', 'desc')
      .limit(Math.max(1, Math.min(limit, MAX_PAGE)))
      .execute()
    return rows.map(toDeviceCall)
  },
  deleteOfGateways: async (beforeMs) =>
    (await deleteEvents(db, beforeMs)) +
    (await marks.deleteBefore(beforeMs)) +
    (await deleteByTime(db, 'gateway_calls', beforeMs)) +
    (await deleteByTime(db, 'gateway_reports', beforeMs)) +
    (await deleteByTime(db, 'text_tasks', beforeMs)),
})

/** Rows lie in the order of their coming, so that the first ones are the oldest. */
const deleteEvents = async (db: Kysely<Tables>, beforeMs: number): Promise<number> => {
  for (let total = 0; ; ) {
    const first = await db
      .selectFrom('gateway_events')
      .select(['seq', 'at_ms'])
      .orderBy('seq')
      .limit(STEP)
      .execute()
    const old = first.filter(({ at_ms }) => at_ms < beforeMs).map(({ seq }) => seq)
    if (old.length === 0) return total
    await db.deleteFrom('gateway_events').where('seq', 'in', old).execute()
    total += old.length
    await breathe()
  }
}

const deleteByTime = async (
  db: Kysely<Tables>,
  table: 'gateway_calls' | 'gateway_reports' | 'text_tasks',
  beforeMs: number,
): Promise<number> => {
  for (let total = 0; ; ) {
    const old = await db.selectFrom(table).select('id').where('at_ms', '<', beforeMs).limit(STEP).execute()
    if (old.length === 0) return total
    const ids = old.map(({ id }) => id)
    await db.deleteFrom(table).where('id', 'in', ids).execute()
    total += old.length
    await breathe()
  }
}
