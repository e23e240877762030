import { type Kysely, sql } from 'kysely'
import { StoreFailure } from './faults.ts'
import { fleetMigration, orderMigration, placesMigration, tasksMigration } from './fleet/migration.ts'
import { messagesMigration } from './messages/migration.ts'
import { outboxMigration } from './outbox/migration.ts'
import { phoneMigration } from './phone/migration.ts'
import { soundsMigration, voicesMigration } from './sounds/migration.ts'

type Migration = (db: Kysely<unknown>) => Promise<void>

/** Column types are those that SQLite, MariaDB and PostgreSQL all know. */
const first: Migration = async (db) => {
  const { schema } = db
  await schema
    .createTable('sqns')
    .addColumn('impi', 'varchar(255)', (c) => c.primaryKey())
    .addColumn('sqn', 'bigint', (c) => c.notNull())
    .execute()
  await schema
    .createTable('bindings')
    .addColumn('impi', 'varchar(255)', (c) => c.notNull())
    .addColumn('contact', 'varchar(512)', (c) => c.notNull())
    .addColumn('data', 'text', (c) => c.notNull())
    .addColumn('expires_at_ms', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('bindings_key', ['impi', 'contact'])
    .execute()
  await schema
    .createTable('calls')
    .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
    .addColumn('caller', 'varchar(255)', (c) => c.notNull())
    .addColumn('callee', 'varchar(255)', (c) => c.notNull())
    .addColumn('dialled', 'varchar(255)', (c) => c.notNull())
    .addColumn('kind', 'varchar(16)', (c) => c.notNull())
    .addColumn('video', 'smallint', (c) => c.notNull())
    .addColumn('started_at_ms', 'bigint', (c) => c.notNull())
    .addColumn('ringing_at_ms', 'bigint')
    .addColumn('answered_at_ms', 'bigint')
    .addColumn('ended_at_ms', 'bigint')
    .addColumn('cause', 'varchar(64)')
    .addColumn('status', 'integer')
    .addColumn('call_ids', 'text', (c) => c.notNull())
    .execute()
  await schema.createIndex('calls_by_time').on('calls').columns(['started_at_ms', 'id']).execute()
  await schema
    .createTable('settings')
    .addColumn('name', 'varchar(190)', (c) => c.primaryKey())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute()
}

/** Number n of the table is entry n - 1. Entries are never changed once released, only added. */
export const migrations: readonly Migration[] = [
  first,
  messagesMigration,
  outboxMigration,
  fleetMigration,
  phoneMigration,
  tasksMigration,
  soundsMigration,
  voicesMigration,
  orderMigration,
  placesMigration,
]

/** Brings the schema up to date, each step in its own transaction; refuses one from a later version of Tandem. */
export const migrate = async (db: Kysely<unknown>, file: string, steps = migrations): Promise<void> => {
  await db.schema
    .createTable('migrations')
    .ifNotExists()
    .addColumn('version', 'integer', (c) => c.primaryKey())
    .addColumn('applied_at_ms', 'bigint', (c) => c.notNull())
    .execute()
  const found = await sql<{ version: number | null }>`select max(version) as version from migrations`.execute(
    db,
  )
  const version = found.rows[0]?.version ?? 0
  if (version > steps.length)
    throw new StoreFailure({
      kind: 'newer-schema',
      text: `${file} was written by a newer Tandem (schema ${version}, this one knows ${steps.length}): start that version, or use another file`,
    })
  for (let next = version; next < steps.length; next++)
    await db.transaction().execute(async (tx) => {
      await steps[next]?.(tx)
      await sql`insert into migrations (version, applied_at_ms) values (${next + 1}, ${Date.now()})`.execute(
        tx,
      )
    })
}
