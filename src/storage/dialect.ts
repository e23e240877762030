import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { SqliteDialect } from 'kysely'

type Prepared = { statement: StatementSync; reader: boolean }

/** Kysely compiles the same few questions over and over; SQLite takes ten times as long to read one as to answer it. */
const MOST_KEPT = 128

/** Kysely's SQLite dialect expects the driver of better-sqlite3; node:sqlite differs in these few names. */
export const createDialect = (database: DatabaseSync): SqliteDialect => {
  const kept = new Map<string, Prepared>()
  const prepared = (text: string): Prepared => {
    const known = kept.get(text)
    if (known) return known
    const statement = database.prepare(text)
    const fresh = { statement, reader: statement.columns().length > 0 }
    if (text.startsWith('select') && kept.size < MOST_KEPT) kept.set(text, fresh)
    return fresh
  }
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[]
  return new SqliteDialect({
    database: {
      close: () => {
        kept.clear()
        database.close()
      },
      prepare: (text) => {
        const { statement, reader } = prepared(text)
        return {
          reader,
          all: (parameters) => statement.all(...values(parameters)),
          run: (parameters) => statement.run(...values(parameters)),
          // Its own, as another question with the same words may be asked while this one is being answered.
          iterate: (parameters) => database.prepare(text).iterate(...values(parameters)),
        }
      },
    },
  })
}
