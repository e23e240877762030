import { type Kysely, sql } from 'kysely'

/** What a user did is found by the user; most rows of a trunk's calls have neither and cost the indexes nothing. */
export const phoneMigration = async (db: Kysely<unknown>): Promise<void> => {
  const { schema } = db
  for (const column of ['caller_impi', 'callee_impi'])
    await schema.alterTable('calls').addColumn(column, 'varchar(255)').execute()
  await schema.alterTable('calls').addColumn('guest', 'text').execute()
  for (const column of ['caller_impi', 'callee_impi'])
    await schema
      .createIndex(`calls_by_${column}`)
      .on('calls')
      .columns([column, 'started_at_ms', 'id'])
      .where(sql.ref(column), 'is not', null)
      .execute()
  await schema
    .createTable('phone_users')
    .addColumn('impi', 'varchar(255)', (c) => c.primaryKey())
    .execute()
  await schema
    .createTable('phone_texts')
    .addColumn('impi', 'varchar(255)', (c) => c.notNull())
    .addColumn('message_id', 'varchar(32)', (c) => c.notNull())
    .addPrimaryKeyConstraint('phone_texts_key', ['impi', 'message_id'])
    .execute()
  await schema
    .createTable('phone_items')
    .addColumn('kind', 'varchar(16)', (c) => c.notNull())
    .addColumn('name', 'varchar(64)', (c) => c.notNull())
    .addColumn('impi', 'varchar(255)', (c) => c.notNull())
    .addColumn('value', 'text', (c) => c.notNull())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('phone_items_key', ['kind', 'name'])
    .execute()
}
