import type { Generated } from 'kysely'
import type { CallRow } from './call-row.ts'
import type {
  DeviceCallRow,
  EventRow,
  MarkRow,
  RecipientRow,
  ReportRow,
  SimRow,
  TaskRow,
} from './fleet/columns.ts'
import type { MessageRow } from './messages/columns.ts'
import type { OutboxRow } from './outbox/columns.ts'
import type { SoundRow } from './sounds/columns.ts'

/** The tables as Kysely sees them, after the last migration. Times are wall clock milliseconds. */
export type Tables = {
  sqns: { impi: string; sqn: number }
  bindings: { impi: string; contact: string; data: string; expires_at_ms: number }
  calls: CallRow
  settings: { name: string; value: string }
  messages: MessageRow
  message_keys: { dedupe: string; message_id: string; until_ms: number }
  sims: SimRow
  sim_texted: RecipientRow & { seq: Generated<number> }
  gateway_new_marks: MarkRow & { seq: Generated<number> }
  gateway_sorted_marks: MarkRow & { run: number; seq: number }
  gateway_mark_runs: { run: number; until_ms: number }
  gateway_reports: ReportRow
  gateway_events: EventRow & { seq: Generated<number> }
  gateway_calls: DeviceCallRow
  text_tasks: TaskRow
  phone_users: { impi: string }
  phone_texts: { impi: string; message_id: string }
  phone_items: { kind: string; name: string; impi: string; value: string; at_ms: number }
  sounds: SoundRow
  outbox: Omit<OutboxRow, 'seq'> & { seq: Generated<number> }
}
