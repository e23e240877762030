import type { CallRecord, StoredBinding } from '#core'
import { FLEET_WIDTHS } from './fleet/widths.ts'

export type Value = string | number | null

/**
 * What one transaction carries: per table one flat array in which every record takes `WIDTHS` places. Flat arrays
 * of strings and numbers cross to the worker about three times cheaper than arrays of objects.
 */
export type Batch = Record<keyof typeof WIDTHS | MessageTable | OutboxTable, Value[]>

/** Written by messages/writer.ts, each in its own way. */
type MessageTable = 'messages' | 'wholes' | 'keys' | 'progress' | 'moves'
/** Written by outbox/writer.ts; `told` tells of messages. */
type OutboxTable = 'told' | 'events'

export const WIDTHS = {
  sqns: 2,
  settings: 2,
  bindings: 4,
  unbound: 2,
  calls: 17,
  phoneItems: 5,
  phoneGone: 2,
  sounds: 13,
  soundsGone: 1,
  ...FLEET_WIDTHS,
}

export const emptyBatch = (): Batch => ({
  ...{ sqns: [], settings: [], bindings: [], unbound: [], calls: [], phoneItems: [], phoneGone: [] },
  ...{ sounds: [], soundsGone: [] },
  ...{
    sims: [],
    recipients: [],
    marks: [],
    parked: [],
    unparked: [],
    gatewayEvents: [],
    tasks: [],
    deviceCalls: [],
  },
  ...{ messages: [], wholes: [], keys: [], progress: [], moves: [], told: [], events: [] },
})

export const pushBinding = (out: Value[], b: StoredBinding): void => {
  out.push(b.impi, b.contact, b.data, b.expiresAtMs)
}

/** What a call came from and led to; most have nothing of that. */
const linksOf = (call: CallRecord): string | null => {
  const { transferredTo, transferredFrom, mailbox, ownMailbox, recordings, site } = call
  return (transferredTo ?? transferredFrom ?? mailbox ?? ownMailbox ?? recordings ?? site) === undefined
    ? null
    : JSON.stringify({ transferredTo, transferredFrom, mailbox, ownMailbox, recordings, site })
}

/** In the order of `CALL_COLUMNS` in statements.ts. */
export const pushCall = (out: Value[], c: CallRecord): void => {
  out.push(c.id, c.caller, c.callee, c.dialled, c.kind, c.video ? 1 : 0, c.startedAtMs)
  out.push(c.ringingAtMs ?? null, c.answeredAtMs ?? null, c.endedAtMs ?? null)
  out.push(c.cause ?? null, c.status ?? null, JSON.stringify(c.callIds))
  out.push(c.callerImpi ?? null, c.calleeImpi ?? null, c.guest ? JSON.stringify(c.guest) : null)
  out.push(linksOf(c))
}
