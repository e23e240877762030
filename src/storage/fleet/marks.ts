import type { DatabaseSync } from 'node:sqlite'
import { setImmediate as breathe } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import type { Batch } from '../batch.ts'
import type { Tables } from '../schema.ts'
import { FLEET_WIDTHS } from './widths.ts'

/**
 * By which marks lines and devices name texts. One index over all marks would have a random page of its own for each: more
 * octets than all else that is written of a text. So new ones lie in the order of their coming, and in memory; when they
 * are many they are moved, sorted, to a run of their own. A question looks into memory, and once into each run.
 */
export type Marks = {
  /** Behind the marks of a batch, in its transaction: moves what has become many. Gives whether it did. */
  fold(batch: Batch): boolean
  /** The transaction stands. */
  done(batch: Batch, folded: boolean): void
  /** The messages that a mark names, newest first; ten at most. */
  find(line: string, mark: string, sinceMs: number): string[]
  /** Retention; gives how many went. */
  deleteBefore(ms: number): Promise<number>
}

/** Marks of one run: some 20 ms to sort and write, and two megabytes while they are in memory. */
export const MARKS_OF_RUN = 16_384
const MOST_FOUND = 10

type Fresh = { id: string; atMs: number; older: Fresh | undefined }
type FreshRow = { line: string; mark: string; message_id: string; at_ms: number }

const keyOf = (line: string, mark: string): string => `${line}\0${mark}`

const statementsOf = (db: Kysely<Tables>) => ({
  found: db
    .selectFrom('gateway_mark_runs as r')
    // SQLite would go through all marks for the runs; a cross join it takes as it is written.
    .crossJoin('gateway_sorted_marks as m')
    .select('m.message_id')
    .whereRef('m.run', '=', 'r.run')
    .where('r.until_ms', '>=', 0)
    .where('m.line', '=', '')
    .where('m.mark', '=', '')
    .where('m.at_ms', '>=', 0)
    .orderBy('r.run', 'desc')
    .orderBy('m.seq', 'desc')
    .limit(MOST_FOUND)
    .compile().sql,
  sorted: sql`insert into gateway_sorted_marks (run, line, mark, seq, message_id, at_ms)
    select (select min(seq) from gateway_new_marks), line, mark, seq, message_id, at_ms
    from gateway_new_marks order by line, mark, seq`.compile(db).sql,
  run: sql`insert into gateway_mark_runs (run, until_ms)
    select min(seq), max(at_ms) from gateway_new_marks having count(*) > 0`.compile(db).sql,
  emptied: db.deleteFrom('gateway_new_marks').compile().sql,
})

export const createMarks = (database: DatabaseSync, db: Kysely<Tables>, most = MARKS_OF_RUN): Marks => {
  const texts = statementsOf(db)
  const found = database.prepare(texts.found)
  const folding = [texts.sorted, texts.run, texts.emptied].map((text) => database.prepare(text))
  const all = database.prepare('select line, mark, message_id, at_ms from gateway_new_marks order by seq')
  let fresh = new Map<string, Fresh>()
  let count = 0

  const enter = (line: string, mark: string, id: string, atMs: number): void => {
    const key = keyOf(line, mark)
    fresh.set(key, { id, atMs, older: fresh.get(key) })
    count++
  }
  const load = (): void => {
    fresh = new Map()
    count = 0
    for (const row of all.iterate() as Iterable<FreshRow>)
      enter(row.line, row.mark, row.message_id, row.at_ms)
  }
  load()
  return {
    fold: ({ marks }) => {
      if (marks.length === 0 || count + marks.length / FLEET_WIDTHS.marks < most) return false
      for (const statement of folding) statement.run()
      return true
    },
    done: ({ marks }, folded) => {
      if (folded) {
        fresh = new Map()
        count = 0
      } else
        for (let at = 0; at < marks.length; at += FLEET_WIDTHS.marks)
          enter(...(marks.slice(at, at + FLEET_WIDTHS.marks) as [string, string, string, number]))
    },
    find: (line, mark, sinceMs) => {
      const ids: string[] = []
      for (let one = fresh.get(keyOf(line, mark)); one && ids.length < MOST_FOUND; one = one.older)
        if (one.atMs >= sinceMs) ids.push(one.id)
      if (ids.length === MOST_FOUND) return ids
      const rows = found.all(sinceMs, line, mark, sinceMs, MOST_FOUND - ids.length)
      for (const row of rows) ids.push(row.message_id as string)
      return ids
    },
    deleteBefore: async (ms) => {
      const gone = await db.deleteFrom('gateway_new_marks').where('at_ms', '<', ms).executeTakeFirst()
      load()
      return Number(gone.numDeletedRows) + (await deleteRuns(db, ms))
    },
  }
}

/** Whole runs, each for itself, so that writers have their turn between two. */
const deleteRuns = async (db: Kysely<Tables>, ms: number): Promise<number> => {
  const old = await db.selectFrom('gateway_mark_runs').select('run').where('until_ms', '<', ms).execute()
  let total = 0
  for (const { run } of old) {
    const gone = await db.deleteFrom('gateway_sorted_marks').where('run', '=', run).executeTakeFirst()
    await db.deleteFrom('gateway_mark_runs').where('run', '=', run).execute()
    total += Number(gone.numDeletedRows)
    await breathe()
  }
  return total
}
