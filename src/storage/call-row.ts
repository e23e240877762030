import type { CallRecord, GuestCall } from '#core'

export type CallRow = {
  id: string
  caller: string
  callee: string
  dialled: string
  kind: string
  video: number
  started_at_ms: number
  ringing_at_ms: number | null
  answered_at_ms: number | null
  ended_at_ms: number | null
  cause: string | null
  status: number | null
  /** JSON array of strings. */
  call_ids: string
  caller_impi: string | null
  callee_impi: string | null
  /** JSON object. */
  guest: string | null
  /** JSON object. */
  links: string | null
}

type Links = Pick<
  CallRecord,
  'transferredTo' | 'transferredFrom' | 'mailbox' | 'ownMailbox' | 'recordings' | 'site'
>

export const toRecord = (row: CallRow): CallRecord => ({
  id: row.id,
  caller: row.caller,
  callee: row.callee,
  dialled: row.dialled,
  kind: row.kind as CallRecord['kind'],
  video: row.video === 1,
  startedAtMs: row.started_at_ms,
  ...(row.ringing_at_ms !== null && { ringingAtMs: row.ringing_at_ms }),
  ...(row.answered_at_ms !== null && { answeredAtMs: row.answered_at_ms }),
  ...(row.ended_at_ms !== null && { endedAtMs: row.ended_at_ms }),
  ...(row.cause !== null && { cause: row.cause }),
  ...(row.status !== null && { status: row.status }),
  ...(row.caller_impi !== null && { callerImpi: row.caller_impi }),
  ...(row.callee_impi !== null && { calleeImpi: row.callee_impi }),
  ...(row.guest !== null && { guest: JSON.parse(row.guest) as GuestCall }),
  ...(row.links !== null && (JSON.parse(row.links) as Links)),
  callIds: JSON.parse(row.call_ids) as string[],
})
