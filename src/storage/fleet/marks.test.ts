import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { Kysely, sql } from 'kysely'
import { emptyBatch } from '../batch.ts'
import { createDialect } from '../dialect.ts'
import { migrate, migrations } from '../migrations.ts'
import type { Tables } from '../schema.ts'
import { createMarks, type Marks } from './marks.ts'
import { createFleetQueries } from './queries.ts'
import { fleetStatements } from './statements.ts'

/** The schema before marks were sorted in runs. */
const BEFORE = 8
const MOST = 6

const opened = () => {
  const database = new DatabaseSync(':memory:')
  const db = new Kysely<Tables>({ dialect: createDialect(database) })
  return { database, db, asAny: db as unknown as Kysely<unknown> }
}
type Opened = ReturnType<typeof opened>

/** As a transaction does; `stands` false: it is rolled back. */
const writeTo = ({ database, db }: Opened, marks: Marks) => {
  const insert = database.prepare(fleetStatements(db).marks)
  return (rows: [line: string, mark: string, id: string, atMs: number][], stands = true): boolean => {
    const batch = { ...emptyBatch(), marks: rows.flat() }
    database.exec('begin')
    for (const row of rows) insert.run(...row)
    const folded = marks.fold(batch)
    database.exec(stands ? 'commit' : 'rollback')
    if (stands) marks.done(batch, folded)
    return folded
  }
}

describe('marks', () => {
  test('are found newest first in memory and in runs, also after a restart', async () => {
    const house = opened()
    await migrate(house.asAny, 'x')
    const marks = createMarks(house.database, house.db, MOST)
    const write = writeTo(house, marks)
    let folds = 0
    for (let n = 0; n < 16; n++)
      if (write([[n % 2 ? 'b/1' : 'b/2', n < 14 ? '007' : `*${n}`, `m${n}`, n * 100]])) folds++
    assert.equal(folds, 2)
    const seen = (some: Marks) => [
      some.find('b/1', '007', 0),
      some.find('b/2', '007', 450),
      some.find('b/1', '*15', 0),
      some.find('b/2', '*15', 0),
    ]
    const expected = [['m13', 'm11', 'm9', 'm7', 'm5', 'm3', 'm1'], ['m12', 'm10', 'm8', 'm6'], ['m15'], []]
    assert.deepEqual(seen(marks), expected)
    assert.deepEqual(seen(createMarks(house.database, house.db, MOST)), expected)
    for (let n = 16; n < 30; n++) write([['b/1', '007', `m${n}`, n * 100]])
    assert.deepEqual(
      marks.find('b/1', '007', 0),
      Array.from({ length: 10 }, (_, n) => `m${29 - n}`),
    )
  })

  test('of what was not written name nothing', async () => {
    const house = opened()
    await migrate(house.asAny, 'x')
    const marks = createMarks(house.database, house.db, 2)
    const write = writeTo(house, marks)
    write([['b/1', '1', 'm1', 1]], false)
    assert.deepEqual(marks.find('b/1', '1', 0), [])
    write([['b/1', '1', 'm2', 2]])
    assert.ok(write([['b/1', '1', 'm3', 3]], false))
    assert.deepEqual(marks.find('b/1', '1', 0), ['m2'])
    assert.ok(write([['b/1', '1', 'm4', 4]]))
    assert.deepEqual(marks.find('b/1', '1', 0), ['m4', 'm2'])
  })

  test('go by whole runs when the youngest in them is old', async () => {
    const house = opened()
    await migrate(house.asAny, 'x')
    const marks = createMarks(house.database, house.db, 3)
    const write = writeTo(house, marks)
    for (let n = 0; n < 8; n++) write([['b/1', '1', `m${n}`, n]])
    assert.equal(await marks.deleteBefore(5), 3)
    assert.deepEqual(marks.find('b/1', '1', 0), ['m7', 'm6', 'm5', 'm4', 'm3'])
    assert.equal(await marks.deleteBefore(8), 5)
    assert.deepEqual(marks.find('b/1', '1', 0), [])
  })

  test('and who was texted: those of an older schema are there after it', async () => {
    const house = opened()
    await migrate(house.asAny, 'x', migrations.slice(0, BEFORE))
    const old = house.database.prepare(
      'insert into gateway_marks (line, mark, message_id, at_ms) values (?, ?, ?, ?)',
    )
    for (let n = 0; n < 16_390; n++) old.run('b/1', `${n % 16_384}`, `m${n}`, n)
    await sql`insert into sim_recipients (card, month, recipient) values ('c', 5, 7), ('c', 5, 8)`.execute(
      house.db,
    )
    await sql`insert into sims values ('c', 1, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)`.execute(house.db)
    await migrate(house.asAny, 'x')
    const marks = createMarks(house.database, house.db, 2)
    const write = writeTo(house, marks)
    for (const n of [1, 2, 3]) write([['b/1', '3', `new${n}`, 20_000 + n]])
    assert.deepEqual(marks.find('b/1', '3', 0), ['new3', 'new2', 'new1', 'm16387', 'm3'])
    assert.deepEqual(marks.find('b/1', '16000', 0), ['m16000'])
    const [card] = await createFleetQueries(house.db, marks).sims(5)
    assert.deepEqual(card?.recipients, [7, 8])
  })
})
