import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { Kysely } from 'kysely'
import { type Batch, type Value, WIDTHS } from './batch.ts'
import { createDialect } from './dialect.ts'
import { createMarks, type Marks } from './fleet/marks.ts'
import { createMessageWriter } from './messages/writer.ts'
import { migrate } from './migrations.ts'
import { createOutboxWriter } from './outbox/writer.ts'
import { createFollowing, type Following } from './phone/following.ts'
import { createQueries, type Queries } from './queries.ts'
import type { Tables } from './schema.ts'
import { hotStatements } from './statements.ts'

export type Database = {
  /**
   * One transaction, on disk when it returns. Throws what SQLite throws, and then nothing of the batch is kept. Gives
   * which messages were there before, as messages/writer.ts does.
   */
  write(batch: Batch): Value[]
  queries: Queries
  close(): void
}

export type DatabaseOptions = { file: string; maxPages?: number }

/**
 * WAL with synchronous=FULL: a commit is one append and one fsync. The log is folded back into the file every
 * 16 MiB instead of every 4, since a refresh storm writes the same pages again and again.
 * Four megabytes of pages: a storm that writes the bindings of 40,000 users in any order is no faster with sixteen.
 */
const PRAGMAS = [
  'pragma journal_mode=wal',
  'pragma synchronous=full',
  'pragma busy_timeout=2000',
  'pragma wal_autocheckpoint=4000',
  'pragma journal_size_limit=33554432',
  'pragma cache_size=-4000',
]

/** Rejects with what SQLite throws, or with `StoreFailure`. */
export const openDatabase = async ({ file, maxPages }: DatabaseOptions): Promise<Database> => {
  makePrivate(file)
  const database = new DatabaseSync(file)
  try {
    for (const pragma of PRAGMAS) database.exec(pragma)
    if (maxPages !== undefined) database.exec(`pragma max_page_count=${maxPages}`)
    // SQLite opens a file it may not write read-only without a word: the first commit must not be the one to find out.
    database.exec('begin immediate; rollback')
    const db = new Kysely<Tables>({ dialect: createDialect(database) })
    await migrate(db as Kysely<unknown>, file)
    const following = createFollowing(database)
    const marks = createMarks(database, db)
    return {
      write: createWriter(database, db, following, marks),
      queries: createQueries(db, following, marks),
      close: () => {
        database.exec('pragma wal_checkpoint(truncate)')
        database.close()
      },
    }
  } catch (error) {
    database.close()
    throw error
  }
}

/** SIM sequence numbers and password hashes are nobody else's business; the WAL inherits the file's mode. */
const makePrivate = (file: string): void => {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    closeSync(openSync(file, 'a', 0o600))
    chmodSync(file, 0o600)
  } catch {
    // Opening the database says the same more clearly.
  }
}

const ORDER: readonly (keyof typeof WIDTHS)[] = [
  ...([
    'sqns',
    'settings',
    'unbound',
    'bindings',
    'calls',
    'phoneItems',
    'phoneGone',
    'sounds',
    'soundsGone',
  ] as const),
  ...([
    'sims',
    'recipients',
    'marks',
    'parked',
    'unparked',
    'gatewayEvents',
    'deviceCalls',
    'tasks',
  ] as const),
]

const createWriter = (
  database: DatabaseSync,
  db: Kysely<Tables>,
  following: Following,
  marks: Marks,
): Database['write'] => {
  const texts = hotStatements(db)
  const hot = ORDER.map((table) => ({
    table,
    width: WIDTHS[table],
    statement: database.prepare(texts[table]),
  }))
  const writeMessages = createMessageWriter(database, db)
  const writeOutbox = createOutboxWriter(database, db)
  const [begin, commit, rollback] = ['begin immediate', 'commit', 'rollback'].map((sql) =>
    database.prepare(sql),
  )
  const rows = (batch: Batch): void => {
    for (const { table, width, statement } of hot) {
      const values = batch[table] as SQLInputValue[]
      for (let at = 0; at < values.length; at += width) statement.run(...values.slice(at, at + width))
    }
  }
  return (batch) => {
    begin?.run()
    try {
      rows(batch)
      const folded = marks.fold(batch)
      const firsts = writeMessages(batch)
      following.write(batch)
      writeOutbox(batch)
      commit?.run()
      marks.done(batch, folded)
      return firsts
    } catch (error) {
      if (database.isTransaction) rollback?.run()
      throw error
    }
  }
}
