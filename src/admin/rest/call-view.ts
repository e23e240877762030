import type { CallRecord, CallState, GuestCall } from '#core'
import type { CallView } from '../contract.ts'

const iso = (ms: number): string => new Date(ms).toISOString()

export const callViewOf = (record: CallRecord, state: CallState, nowMs: number): CallView => {
  const { startedAtMs, ringingAtMs, answeredAtMs, endedAtMs, site, guest, ...rest } = record
  const { callerImpi: _, calleeImpi: __, ...same } = rest
  const { cti, skill } = guest ?? site ?? {}
  const talkMs = answeredAtMs === undefined ? 0 : (endedAtMs ?? nowMs) - answeredAtMs
  return {
    ...same,
    state,
    startedAt: iso(startedAtMs),
    ...(ringingAtMs !== undefined && { ringingAt: iso(ringingAtMs) }),
    ...(answeredAtMs !== undefined && { answeredAt: iso(answeredAtMs) }),
    ...(endedAtMs !== undefined && { endedAt: iso(endedAtMs) }),
    ...(cti !== undefined && { cti }),
    ...(skill !== undefined && { skill }),
    ...(guest && { guest: guestViewOf(guest) }),
    talkS: Math.max(0, Math.round(talkMs / 100) / 10),
  }
}

const guestViewOf = ({ cti: _, skill: __, ...view }: GuestCall): NonNullable<CallView['guest']> => view
