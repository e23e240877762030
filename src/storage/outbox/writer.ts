import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Kysely } from 'kysely'
import type { Batch, Value } from '../batch.ts'
import type { Tables } from '../schema.ts'
import { OUTBOX_COLUMNS, type OutboxRow } from './columns.ts'

const WIDTH = OUTBOX_COLUMNS.length
const SUBJECT = OUTBOX_COLUMNS.indexOf('subject')

/** The same fact has the same id, and is told once; `told` asks whether its message is kept. */
const outboxStatements = (db: Kysely<Tables>) => {
  const blank = Object.fromEntries(OUTBOX_COLUMNS.map((column) => [column, ''])) as unknown as OutboxRow
  const row = db
    .selectNoFrom((e) => OUTBOX_COLUMNS.map((column) => e.val('').as(column)))
    .where((e) => e.exists(e.selectFrom('messages').select('id').where('id', '=', '')))
  return {
    events: db
      .insertInto('outbox')
      .values(blank)
      .onConflict((on) => on.column('id').doNothing())
      .compile().sql,
    told: db
      .insertInto('outbox')
      .columns(OUTBOX_COLUMNS)
      .expression(row)
      .onConflict((on) => on.column('id').doNothing())
      .compile().sql,
  }
}

/** Writes the events of a batch, inside its transaction and behind its messages. */
export const createOutboxWriter = (database: DatabaseSync, db: Kysely<Tables>) => {
  const texts = outboxStatements(db)
  const [events, told] = [database.prepare(texts.events), database.prepare(texts.told)]
  const each = (values: Value[], statement: StatementSync, withSubject: boolean): void => {
    for (let at = 0; at < values.length; at += WIDTH) {
      const row = values.slice(at, at + WIDTH) as SQLInputValue[]
      if (withSubject) row.push(row[SUBJECT] as SQLInputValue)
      statement.run(...row)
    }
  }
  return (batch: Batch): void => {
    each(batch.told, told, true)
    each(batch.events, events, false)
  }
}
