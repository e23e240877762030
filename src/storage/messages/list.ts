import { setImmediate as breathe } from 'node:timers/promises'
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely'
import type { MessageQuery, MessageRecord } from '#core'
import type { Tables } from '../schema.ts'
import { type MessageRow, phasesOf, toMessage } from './columns.ts'

const MAX_PAGE = 1000
/** So many rows are looked through in one go: some 10 ms, after which writers have their turn. */
const SLICE = 5000

type Find = SelectQueryBuilder<Tables, 'messages', MessageRow>

/**
 * Newest first. Pages of all, or of one state, come from an index; other filters look through the rows, in slices
 * between which writers go on.
 */
export const listMessages = async (db: Kysely<Tables>, query: MessageQuery): Promise<MessageRecord[]> => {
  const limit = Math.max(1, Math.min(query.limit, MAX_PAGE))
  const direct = query.user === undefined && query.text === undefined && query.state !== 'submitting'
  const found: MessageRow[] = []
  for (let before = query.before; ; ) {
    const floor = direct ? undefined : await floorOf(db, before)
    let find = filtered(db.selectFrom('messages').selectAll(), query)
    if (before !== undefined) find = find.where('id', '<', before)
    if (floor !== undefined) find = find.where('id', '>=', floor)
    const rows = await find
      .orderBy('id', 'desc')
      .limit(limit - found.length)
      .execute()
    found.push(...rows)
    if (floor === undefined || found.length >= limit) return found.map(toMessage)
    before = floor
    await breathe()
  }
}

/** The last id of the slice below; undefined when that is the last slice. */
const floorOf = async (db: Kysely<Tables>, before: string | undefined): Promise<string | undefined> => {
  let find = db.selectFrom('messages').select('id')
  if (before !== undefined) find = find.where('id', '<', before)
  const row = await find
    .orderBy('id', 'desc')
    .limit(1)
    .offset(SLICE - 1)
    .executeTakeFirst()
  return row?.id
}

const filtered = (find: Find, { state, user, text }: MessageQuery): Find => {
  let out = find
  if (state !== undefined) out = out.where('phase', 'in', phasesOf(state)).where('state', '=', state)
  if (user !== undefined)
    out = out.where((e) =>
      e.or([
        e('sender', '=', user),
        e('sender_impi', '=', user),
        e('recipient', '=', user),
        e('queue', '=', `subscriber:${user}`),
      ]),
    )
  if (text !== undefined) {
    const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`
    const holds = (column: 'sender' | 'recipient' | 'content') =>
      sql<boolean>`${sql.ref(column)} like ${pattern} escape '\\'`
    out = out.where((e) =>
      e.or([holds('sender'), holds('recipient'), e.and([e('kind', '=', 'text'), holds('content')])]),
    )
  }
  return out
}
