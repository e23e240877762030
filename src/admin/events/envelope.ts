import type { CallRecord, CallState, CoreEvent, GatewayEvent, Line, MessageRecord, MessageStep } from '#core'
import type { EventView } from '../contract.ts'
import { gatewayEventViewOf, lineViewOf, viaViewOf } from '../gateways/views.ts'
import { callViewOf } from '../rest/call-view.ts'
import { messageViewOf } from '../rest/messages/view.ts'

/** An event on its way out. `subject`: events of one subject are told in order. */
export type OutEvent = { id: string; type: string; subject: string; atMs: number; data: object }

const CALL_TYPES: Record<CallState, string> = {
  routing: 'call.started',
  ringing: 'call.ringing',
  answered: 'call.answered',
  held: 'call.held',
  ended: 'call.ended',
}

const RECEIVED: ReadonlySet<MessageRecord['origin']> = new Set(['ims', 'sip', 'gateway'])

/**
 * What to call this step, or undefined when nobody needs to hear of it: attempts begin (`submitting`) and end all the
 * time. The first step is `message.received` for what an endpoint sent, `message.accepted` for what an application did.
 */
export const messageTypeOf = (message: MessageRecord, step: MessageStep): string | undefined => {
  if (step.state === 'submitting') return undefined
  if (message.steps.length > 1) return `message.${step.state}`
  return RECEIVED.has(message.origin) ? 'message.received' : 'message.accepted'
}

/** Made of the record alone: the same step gives the same event at every time of day and after every restart. */
export const messageEventOf = (type: string, message: MessageRecord, step: MessageStep): OutEvent => ({
  id: `${message.id}.${step.atMs}.${step.state}`,
  type,
  subject: message.id,
  atMs: step.atMs,
  data: messageViewOf(message),
})

/** `count`: which change of the call this is; the end is always the same fact. */
export const callEventOf = (
  type: string,
  call: CallRecord,
  state: CallState,
  count: number,
  atMs: number,
): OutEvent => ({
  id: state === 'ended' ? `${call.id}.ended` : `${call.id}.${count}`,
  type,
  subject: call.id,
  atMs,
  data: callViewOf(call, state, atMs),
})

/** As REST shows what devices told: `alarm` names it. What is about one line names its port and card too. */
export const alarmEventOf = (event: GatewayEvent, { sim }: Pick<Line, 'sim'> = {}): object => {
  const { name: alarm, line, ...view } = gatewayEventViewOf(event)
  return { alarm, ...(line.includes('/') ? viaViewOf({ ...sim, line }) : { line }), ...view }
}

/** As REST shows a line; `line` names it as the card of a text does. */
export const lineEventOf = (line: Line): object => ({ line: line.id, ...lineViewOf(line) })

export const typeOf = (event: CoreEvent): string | undefined => {
  switch (event.kind) {
    case 'message.changed':
      return messageTypeOf(event.message, event.step)
    case 'call.changed':
      return CALL_TYPES[event.state]
    case 'registration.changed':
      return `registration.${event.change}`
    case 'source.blocked':
    case 'line.changed':
    case 'gateway.alarm':
      return event.kind
  }
}

export const eventViewOf = ({ id, type, atMs, data }: OutEvent): EventView => ({
  id,
  type,
  timestamp: new Date(atMs).toISOString(),
  data,
})

/** `*`, `message.*` or a whole type. */
export const wantsOf = (patterns: readonly string[]): ((type: string) => boolean) => {
  if (patterns.includes('*')) return () => true
  const groups = patterns.filter((one) => one.endsWith('.*')).map((one) => one.slice(0, -1))
  const types = new Set(patterns)
  return (type) => types.has(type) || groups.some((group) => type.startsWith(group))
}
