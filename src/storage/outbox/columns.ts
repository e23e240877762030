import type { OutboxEvent, StoredEvent } from '#core'
import type { Value } from '../batch.ts'

/** An event as it lies in the table. */
export type OutboxRow = {
  seq: number
  id: string
  type: string
  subject: string
  at_ms: number
  data: string
}

export const OUTBOX_COLUMNS = [
  'id',
  'type',
  'subject',
  'at_ms',
  'data',
] as const satisfies (keyof OutboxRow)[]

export const pushEvent = (out: Value[], event: OutboxEvent): void => {
  out.push(event.id, event.type, event.subject, event.atMs, event.data)
}

export const toEvent = ({ at_ms, ...row }: OutboxRow): StoredEvent => ({ ...row, atMs: at_ms })
