import type { Kysely } from 'kysely'

/** Numbers are never used twice, also when the newest events are gone: bookmarks of webhooks are such numbers. */
export const outboxMigration = async ({ schema }: Kysely<unknown>): Promise<void> => {
  await schema
    .createTable('outbox')
    .addColumn('seq', 'integer', (c) => c.autoIncrement().primaryKey())
    .addColumn('id', 'varchar(128)', (c) => c.notNull())
    .addColumn('type', 'varchar(64)', (c) => c.notNull())
    .addColumn('subject', 'varchar(255)', (c) => c.notNull())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .addColumn('data', 'text', (c) => c.notNull())
    .execute()
  await schema.createIndex('outbox_by_id').unique().on('outbox').columns(['id']).execute()
  await schema.createIndex('outbox_by_time').on('outbox').columns(['at_ms']).execute()
}
