import type { Compilable, Kysely } from 'kysely'
import type { WIDTHS } from './batch.ts'
import type { CallRow } from './call-row.ts'
import { fleetStatements } from './fleet/statements.ts'
import type { Tables } from './schema.ts'
import { SOUND_COLUMNS, type SoundRow } from './sounds/columns.ts'

export const CALL_COLUMNS = [
  'id',
  'caller',
  'callee',
  'dialled',
  'kind',
  'video',
  'started_at_ms',
  'ringing_at_ms',
  'answered_at_ms',
  'ended_at_ms',
  'cause',
  'status',
  'call_ids',
  'caller_impi',
  'callee_impi',
  'guest',
  'links',
] as const satisfies (keyof CallRow)[]

/** The SQL of the hot writes: Kysely spells it in the database's dialect once, the driver prepares it once. */
export const hotStatements = (db: Kysely<Tables>): Record<keyof typeof WIDTHS, string> => {
  const text = (query: Compilable): string => query.compile().sql
  return {
    sqns: text(
      db
        .insertInto('sqns')
        .values({ impi: '', sqn: 0 })
        .onConflict((on) => on.column('impi').doUpdateSet((e) => ({ sqn: e.ref('excluded.sqn') }))),
    ),
    settings: text(
      db
        .insertInto('settings')
        .values({ name: '', value: '' })
        .onConflict((on) => on.column('name').doUpdateSet((e) => ({ value: e.ref('excluded.value') }))),
    ),
    bindings: text(
      db
        .insertInto('bindings')
        .values({ impi: '', contact: '', data: '', expires_at_ms: 0 })
        .onConflict((on) =>
          on.columns(['impi', 'contact']).doUpdateSet((e) => ({
            data: e.ref('excluded.data'),
            expires_at_ms: e.ref('excluded.expires_at_ms'),
          })),
        ),
    ),
    unbound: text(db.deleteFrom('bindings').where('impi', '=', '').where('contact', '=', '')),
    calls: text(upsertCall(db)),
    phoneItems: text(
      db
        .insertInto('phone_items')
        .values({ kind: '', name: '', impi: '', value: '', at_ms: 0 })
        .onConflict((on) =>
          on.columns(['kind', 'name']).doUpdateSet((e) => ({
            impi: e.ref('excluded.impi'),
            value: e.ref('excluded.value'),
            at_ms: e.ref('excluded.at_ms'),
          })),
        ),
    ),
    sounds: text(
      db
        .insertInto('sounds')
        .values(Object.fromEntries(SOUND_COLUMNS.map((column) => [column, ''])) as unknown as SoundRow)
        .onConflict((on) => on.column('id').doUpdateSet((e) => ({ heard: e.ref('excluded.heard') }))),
    ),
    soundsGone: text(db.deleteFrom('sounds').where('id', '=', '')),
    phoneGone: text(db.deleteFrom('phone_items').where('kind', '=', '').where('name', '=', '')),
    ...fleetStatements(db),
  }
}

const FIXED: readonly string[] = ['id', 'started_at_ms', 'caller_impi']

/** Who calls and when are parts of indexes and never change: leaving them out of the update spares the indexes. */
const upsertCall = (db: Kysely<Tables>): Compilable => {
  const blank = Object.fromEntries(CALL_COLUMNS.map((column) => [column, ''])) as unknown as CallRow
  const changing = CALL_COLUMNS.filter((column) => !FIXED.includes(column))
  return db
    .insertInto('calls')
    .values(blank)
    .onConflict((on) =>
      on
        .column('id')
        .doUpdateSet((e) =>
          Object.fromEntries(changing.map((column) => [column, e.ref(`excluded.${column}`)])),
        ),
    )
}
