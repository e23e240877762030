import type { Kysely } from 'kysely'

/** Sounds are found by their owner, newest first; and what their calls came from and led to stands with the calls. */
export const soundsMigration = async ({ schema }: Kysely<unknown>): Promise<void> => {
  await schema
    .createTable('sounds')
    .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
    .addColumn('kind', 'varchar(16)', (c) => c.notNull())
    .addColumn('impi', 'varchar(255)', (c) => c.notNull())
    .addColumn('call_id', 'varchar(64)', (c) => c.notNull())
    .addColumn('other', 'varchar(255)', (c) => c.notNull())
    .addColumn('name', 'varchar(255)', (c) => c.notNull())
    .addColumn('at_ms', 'bigint', (c) => c.notNull())
    .addColumn('ms', 'bigint', (c) => c.notNull())
    .addColumn('path', 'varchar(255)', (c) => c.notNull())
    .addColumn('type', 'varchar(16)', (c) => c.notNull())
    .addColumn('heard', 'smallint', (c) => c.notNull())
    .addColumn('urgent', 'smallint', (c) => c.notNull())
    .execute()
  await schema.createIndex('sounds_by_owner').on('sounds').columns(['kind', 'impi', 'at_ms', 'id']).execute()
  await schema.createIndex('sounds_by_time').on('sounds').columns(['kind', 'at_ms']).execute()
  await schema.alterTable('calls').addColumn('links', 'text').execute()
}

/** Whose voice a recording is. */
export const voicesMigration = async ({ schema }: Kysely<unknown>): Promise<void> => {
  await schema.alterTable('sounds').addColumn('voice', 'varchar(8)').execute()
}
