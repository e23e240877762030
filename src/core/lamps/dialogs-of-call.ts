import type { Shown } from '../call-ports.ts'
import type { CallState, LiveCall } from '../events.ts'
import type { Side } from '../ports.ts'

/** Why a dialogue ended, RFC 4235 §3.7.1. */
export type PhoneDialogEnd =
  | 'cancelled'
  | 'rejected'
  | 'replaced'
  | 'local-bye'
  | 'remote-bye'
  | 'error'
  | 'timeout'

/** One call of a phone, as others may see it. */
export type PhoneDialog = {
  id: string
  direction: 'initiator' | 'recipient'
  state: 'trying' | 'early' | 'confirmed' | 'terminated'
  /** The phone itself has put the other one on hold. */
  held: boolean
  /** An empty identity where it is withheld. */
  remote: Shown
  end?: PhoneDialogEnd
  beganAtMs: number
}

const STATES: Record<CallState, PhoneDialog['state']> = {
  routing: 'trying',
  ringing: 'early',
  answered: 'confirmed',
  held: 'confirmed',
  ended: 'terminated',
}

export const idOf = (call: string, side: Side): string => (side === 'caller' ? call : `${call}-mt`)

const remoteOf = ({ offer, record }: LiveCall, side: Side): Shown => {
  if (side === 'caller') return { identity: record.callee, display: '' }
  const { identity, display, anonymous } = offer.caller
  return anonymous ? { identity: '', display: '' } : { identity, display }
}

const endOf = ({ record, endedFrom }: LiveCall, side: Side): PhoneDialogEnd => {
  const { cause } = record
  if (cause === 'transferred') return 'replaced'
  if (record.answeredAtMs !== undefined) {
    if (endedFrom === undefined) return cause === 'silence' ? 'timeout' : 'error'
    return endedFrom === side ? 'local-bye' : 'remote-bye'
  }
  if (cause === 'caller' || cause === 'cancelled') return 'cancelled'
  return cause === 'no-answer' ? 'timeout' : 'rejected'
}

export const dialogOf = (call: LiveCall, side: Side, state: CallState): PhoneDialog => ({
  id: idOf(call.record.id, side),
  direction: side === 'caller' ? 'initiator' : 'recipient',
  state: STATES[state],
  held: state === 'held' && call.held[side],
  remote: remoteOf(call, side),
  ...(state === 'ended' && { end: endOf(call, side) }),
  beganAtMs: call.record.startedAtMs,
})
