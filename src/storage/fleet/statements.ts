import type { Compilable, Kysely } from 'kysely'
import type { Tables } from '../schema.ts'
import { SIM_COLUMNS, type SimRow } from './columns.ts'
import type { FLEET_WIDTHS } from './widths.ts'

/** The SQL of the hot writes, in the order in which the values of a record stand. */
export const fleetStatements = (db: Kysely<Tables>): Record<keyof typeof FLEET_WIDTHS, string> => {
  const text = (query: Compilable): string => query.compile().sql
  const blank = Object.fromEntries(SIM_COLUMNS.map((column) => [column, ''])) as unknown as SimRow
  const changing = SIM_COLUMNS.filter((column) => column !== 'card')
  const event = { line: '', name: '', at_ms: 0, fields: '' }
  return {
    sims: text(
      db
        .insertInto('sims')
        .values(blank)
        .onConflict((on) =>
          on
            .column('card')
            .doUpdateSet((e) =>
              Object.fromEntries(changing.map((column) => [column, e.ref(`excluded.${column}`)])),
            ),
        ),
    ),
    recipients: text(db.insertInto('sim_texted').values({ card: '', month: 0, recipient: 0 })),
    marks: text(db.insertInto('gateway_new_marks').values({ line: '', mark: '', message_id: '', at_ms: 0 })),
    parked: text(
      db
        .insertInto('gateway_reports')
        .values({ id: '', report: '', at_ms: 0 })
        .onConflict((on) => on.column('id').doNothing()),
    ),
    tasks: text(db.insertInto('text_tasks').values({ id: '', place: 0, items: '', at_ms: 0 })),
    unparked: text(db.deleteFrom('gateway_reports').where('id', '=', '')),
    gatewayEvents: text(db.insertInto('gateway_events').values(event)),
    deviceCalls: text(
      db
        .insertInto('gateway_calls')
        .values({ id: '', line: '', at_ms: 0, data: '' })
        .onConflict((on) =>
          on
            .column('id')
            .doUpdateSet((e) => ({ at_ms: e.ref('excluded.at_ms'), data: e.ref('excluded.data') })),
        ),
    ),
  }
}
