import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Compilable, Kysely } from 'kysely'
import type { Batch, Value } from '../batch.ts'
import type { Tables } from '../schema.ts'
import { MESSAGE_COLUMNS, type MessageRow } from './columns.ts'

const WIDTH = MESSAGE_COLUMNS.length
/** A new row and its claim: key, now, end. */
const ADDITION = WIDTH + 3

const blank = (columns: readonly (keyof MessageRow)[]) =>
  Object.fromEntries(columns.map((column) => [column, ''])) as unknown as MessageRow

const PROGRESS = ['state', 'attempts', 'parts_total', 'parts_done', 'steps'] as const
const MOVE = [...PROGRESS, 'via', 'turn', 'phase', 'due_at_ms'] as const

/** The SQL of the hot writes; `progress` leaves the indexes alone. */
const messageStatements = (db: Kysely<Tables>) => {
  const text = (query: Compilable): string => query.compile().sql
  const change = (columns: readonly (keyof MessageRow)[]): string =>
    text(db.updateTable('messages').set(blank(columns)).where('id', '=', ''))
  return {
    insert: text(db.insertInto('messages').values(blank(MESSAGE_COLUMNS))),
    progress: change(PROGRESS),
    moves: change(MOVE),
    wholes: change(MESSAGE_COLUMNS),
    claim: text(
      db
        .insertInto('message_keys')
        .values({ dedupe: '', message_id: '', until_ms: 0 })
        .onConflict((on) => on.column('dedupe').doNothing()),
    ),
    keys: text(
      db
        .insertInto('message_keys')
        .values({ dedupe: '', message_id: '', until_ms: 0 })
        .onConflict((on) =>
          on.column('dedupe').doUpdateSet((e) => ({
            message_id: e.ref('excluded.message_id'),
            until_ms: e.ref('excluded.until_ms'),
          })),
        ),
    ),
    holder: text(db.selectFrom('message_keys').select(['message_id', 'until_ms']).where('dedupe', '=', '')),
  }
}

/**
 * Writes the messages of a batch, inside its transaction. Gives, of those that were there before, place among the new
 * ones and id of the first, in turn.
 */
export const createMessageWriter = (database: DatabaseSync, db: Kysely<Tables>) => {
  const texts = messageStatements(db)
  const prepare = (name: keyof typeof texts): StatementSync => database.prepare(texts[name])
  const [insert, claim, holder] = [prepare('insert'), prepare('claim'), prepare('holder')]
  const changes = (
    [
      ['wholes', WIDTH + 1],
      ['keys', 3],
      ['progress', PROGRESS.length + 1],
      ['moves', MOVE.length + 1],
    ] as const
  ).map(([table, width]) => ({ table, width, statement: prepare(table) }))
  const take = prepare('keys')

  /** The message that has the key, if it was claimed within its window; else the key changes hands. */
  const earlier = (key: string, id: string, nowMs: number, untilMs: number): string | undefined => {
    if (claim.run(key, id, untilMs).changes === 1) return undefined
    const held = holder.get(key) as { message_id: string; until_ms: number }
    // A clock that was set back must not make a key outlive its window by more than the window.
    if (held.until_ms > nowMs && held.until_ms <= untilMs + (untilMs - nowMs)) return held.message_id
    take.run(key, id, untilMs)
    return undefined
  }
  const add = (values: Value[]): Value[] => {
    const firsts: Value[] = []
    for (let at = 0; at < values.length; at += ADDITION) {
      const [key, nowMs, untilMs] = values.slice(at + WIDTH, at + ADDITION) as [string | null, number, number]
      const first = key === null ? undefined : earlier(key, values[at] as string, nowMs, untilMs)
      if (first === undefined) insert.run(...(values.slice(at, at + WIDTH) as SQLInputValue[]))
      else firsts.push(at / ADDITION, first)
    }
    return firsts
  }
  return (batch: Batch): Value[] => {
    const firsts = add(batch.messages)
    for (const { table, width, statement } of changes) {
      const values = batch[table] as SQLInputValue[]
      for (let at = 0; at < values.length; at += width) statement.run(...values.slice(at, at + width))
    }
    return firsts
  }
}
