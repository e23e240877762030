import { type Kysely, sql } from 'kysely'

const COUNTS = ['sent', 'failed', 'received'].flatMap((what) =>
  ['day', 'month', 'total'].map((period) => `${what}_${period}`),
)

/** Cards and what they have sent, what gateways told, and by which marks their reports name a text. */
export const fleetMigration = async ({ schema }: Kysely<unknown>): Promise<void> => {
  await schema.alterTable('messages').addColumn('via', 'text').execute()
  let sims = schema
    .createTable('sims')
    .addColumn('card', 'varchar(190)', (c) => c.primaryKey())
    .addColumn('day', 'integer', (c) => c.notNull())
    .addColumn('month', 'integer', (c) => c.notNull())
    .addColumn('locked', 'smallint', (c) => c.notNull())
    .addColumn('rest_until_ms', 'bigint', (c) => c.notNull())
  for (const name of COUNTS) sims = sims.addColumn(name, 'integer', (c) => c.notNull())
  await sims.execute()
  await schema
    .createTable('sim_recipients')
    .addColumn('card', 'varchar(190)', (c) => c.notNull())
    .addColumn('month', 'integer', (c) => c.notNull())
    .addColumn('recipient', 'integer', (c) => c.notNull())
    .addPrimaryKeyConstraint('sim_recipients_key', ['card', 'month', 'recipient'])
    .execute()
  await schema
    .createTable('gateway_marks')
    .addColumn('seq', 'integer', (c) => c.autoIncrement().primaryKey())
    .addColumn('line', 'varchar(190)', (c) => c.notNull())
    .addColumn('mark', 'varchar(190)', (c) => c.notNull())
    .addColumn('message_id', 'varchar(32)', (c) => c.notNull())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .execute()
  await schema.createIndex('gateway_marks_by_mark').on('gateway_marks').columns(['line', 'mark']).execute()
  await schema
    .createTable('gateway_reports')
    .addColumn('id', 'varchar(32)', (c) => c.primaryKey())
    .addColumn('report', 'text', (c) => c.notNull())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .execute()
  await schema
    .createTable('gateway_events')
    .addColumn('seq', 'integer', (c) => c.autoIncrement().primaryKey())
    .addColumn('line', 'varchar(190)', (c) => c.notNull())
    .addColumn('name', 'varchar(64)', (c) => c.notNull())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .addColumn('fields', 'text', (c) => c.notNull())
    .execute()
  await schema.createIndex('gateway_events_by_line').on('gateway_events').columns(['line', 'seq']).execute()
  await schema
    .createTable('gateway_calls')
    .addColumn('id', 'varchar(190)', (c) => c.primaryKey())
    .addColumn('line', 'varchar(190)', (c) => c.notNull())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .addColumn('data', 'text', (c) => c.notNull())
    .execute()
  await schema.createIndex('gateway_calls_by_time').on('gateway_calls').columns(['at_ms']).execute()
  await schema.createIndex('gateway_calls_by_line').on('gateway_calls').columns(['line', 'at_ms']).execute()
}

/** What applications handed in by DBL's calls, by its number, in rows that a text column of MariaDB can hold. */
export const tasksMigration = async ({ schema }: Kysely<unknown>): Promise<void> => {
  await schema
    .createTable('text_tasks')
    .addColumn('id', 'varchar(32)', (c) => c.notNull())
    .addColumn('place', 'integer', (c) => c.notNull())
    .addColumn('items', 'text', (c) => c.notNull())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('text_tasks_key', ['id', 'place'])
    .execute()
  await schema.createIndex('text_tasks_by_time').on('text_tasks').columns(['at_ms']).execute()
}

const OLD_RUN = 16_384
/** Runs are numbered by the first mark in them, and the new table counts from one. */
const BEFORE_ALL = 2_000_000_000

/**
 * Who was texted and by which marks texts are named, in the order in which it came: indexes over all of that had random
 * pages, and those were most of what a text had written to the disk.
 */
export const orderMigration = async (db: Kysely<unknown>): Promise<void> => {
  await orderTexted(db)
  await orderMarks(db)
}

const orderTexted = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('sim_texted')
    .addColumn('seq', 'integer', (c) => c.autoIncrement().primaryKey())
    .addColumn('card', 'varchar(190)', (c) => c.notNull())
    .addColumn('month', 'integer', (c) => c.notNull())
    .addColumn('recipient', 'integer', (c) => c.notNull())
    .execute()
  await sql`insert into sim_texted (card, month, recipient) select card, month, recipient from sim_recipients`.execute(
    db,
  )
  await db.schema.dropTable('sim_recipients').execute()
}

const orderMarks = async (db: Kysely<unknown>): Promise<void> => {
  const { schema } = db
  await schema
    .createTable('gateway_sorted_marks')
    .addColumn('run', 'integer', (c) => c.notNull())
    .addColumn('line', 'varchar(190)', (c) => c.notNull())
    .addColumn('mark', 'varchar(190)', (c) => c.notNull())
    .addColumn('seq', 'integer', (c) => c.notNull())
    .addColumn('message_id', 'varchar(32)', (c) => c.notNull())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('gateway_sorted_marks_key', ['run', 'line', 'mark', 'seq'])
    .execute()
  await schema
    .createTable('gateway_mark_runs')
    .addColumn('run', 'integer', (c) => c.primaryKey())
    .addColumn('until_ms', 'bigint', (c) => c.notNull())
    .execute()
  await sql`insert into gateway_sorted_marks (run, line, mark, seq, message_id, at_ms)
    select seq - seq % ${sql.lit(OLD_RUN)} - ${sql.lit(BEFORE_ALL)}, line, mark, seq, message_id, at_ms
    from gateway_marks order by 1, line, mark, seq`.execute(db)
  await sql`insert into gateway_mark_runs (run, until_ms)
    select run, max(at_ms) from gateway_sorted_marks group by run`.execute(db)
  await schema.dropTable('gateway_marks').execute()
  await schema
    .createTable('gateway_new_marks')
    .addColumn('seq', 'integer', (c) => c.autoIncrement().primaryKey())
    .addColumn('line', 'varchar(190)', (c) => c.notNull())
    .addColumn('mark', 'varchar(190)', (c) => c.notNull())
    .addColumn('message_id', 'varchar(32)', (c) => c.notNull())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .execute()
}

/** In which lines a card is and was, an id in each line of the text, the newest first: its texts are found by them. */
export const placesMigration = async ({ schema }: Kysely<unknown>): Promise<void> => {
  await schema.alterTable('sims').addColumn('places', 'text').execute()
}
