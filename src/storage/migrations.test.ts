import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { describe, test } from 'node:test'
import { Kysely, sql } from 'kysely'
import { createDialect } from './dialect.ts'
import { faultOf } from './faults.ts'
import { migrate, migrations } from './migrations.ts'

const fresh = () => {
  const database = new DatabaseSync(':memory:')
  const db = new Kysely<unknown>({ dialect: createDialect(database) })
  const tables = () =>
    database
      .prepare(
        `select name from sqlite_schema where type = 'table' and name not like 'sqlite%' order by name`,
      )
      .all()
      .map((row) => row.name)
  const versions = () =>
    database
      .prepare('select version from migrations order by version')
      .all()
      .map((row) => row.version)
  return { db, tables, versions }
}

describe('migrations', () => {
  test('run once each, in order', async () => {
    const { db, tables, versions } = fresh()
    await migrate(db, 'x')
    await migrate(db, 'x')
    assert.deepEqual(
      versions(),
      migrations.map((_, at) => at + 1),
    )
    assert.deepEqual(tables(), [
      'bindings',
      'calls',
      'gateway_calls',
      'gateway_events',
      'gateway_mark_runs',
      'gateway_new_marks',
      'gateway_reports',
      'gateway_sorted_marks',
      'message_keys',
      'messages',
      'migrations',
      'outbox',
      'phone_items',
      'phone_texts',
      'phone_users',
      'settings',
      'sim_texted',
      'sims',
      'sounds',
      'sqns',
      'text_tasks',
    ])
  })

  test('a failing step leaves nothing of itself, and the steps before it stand', async () => {
    const { db, tables, versions } = fresh()
    const steps = [
      ...migrations,
      async (tx: Kysely<unknown>) => void (await sql`create table good (a integer)`.execute(tx)),
    ]
    await assert.rejects(
      migrate(db, 'x', [
        ...steps,
        async (tx) => {
          await sql`create table half (a integer)`.execute(tx)
          throw new Error('no')
        },
      ]),
      /no/,
    )
    assert.deepEqual(
      versions(),
      [...migrations, 'good'].map((_, at) => at + 1),
    )
    assert.ok(tables().includes('good'))
    assert.ok(!tables().includes('half'))
  })

  test('a database that only may be read is named so', () => {
    const database = new DatabaseSync(':memory:')
    database.exec('pragma query_only=1')
    try {
      database.exec('create table a (b integer)')
      assert.fail('written')
    } catch (error) {
      assert.equal(faultOf(error, 'x.db').kind, 'read-only')
    }
  })
})
