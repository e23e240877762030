import type { MessageBody, MessageRecord, MessageStep } from '#core'
import type { MessageDetailView, MessageView, StepView } from '../../contract.ts'
import { viaViewOf } from '../../gateways/views.ts'

const iso = (ms: number): string => new Date(ms).toISOString()

export const messageViewOf = (record: MessageRecord): MessageView => ({
  id: record.id,
  state: record.state,
  origin: record.origin,
  from: record.from,
  ...(record.fromImpi !== undefined && { sender: record.fromImpi }),
  to: record.to,
  recipient: record.queue.replace(/^subscriber:/, ''),
  ...bodyOf(record.body),
  acceptedAt: iso(record.acceptedAtMs),
  expiresAt: iso(record.expiresAtMs),
  ...whyOf(record),
  attempts: record.attempts,
  parts: record.partsTotal,
  partsDone: record.partsDone,
  incomplete: record.incomplete === true,
  ...(record.tag !== undefined && { tag: record.tag }),
  ...(record.delivery !== undefined && { delivery: record.delivery }),
  ...(record.via && { via: viaViewOf(record.via) }),
})

export const messageDetailOf = (record: MessageRecord): MessageDetailView => ({
  ...messageViewOf(record),
  timeline: record.steps.map(stepViewOf),
})

const stepViewOf = (step: MessageStep): StepView => ({
  at: iso(step.atMs),
  state: step.state,
  ...whyOf(step),
})

const whyOf = ({ reason, route, cause }: { reason?: string; route?: string; cause?: number }) => ({
  ...(reason !== undefined && { reason }),
  ...(route !== undefined && { route }),
  ...(cause !== undefined && { cause }),
})

const bodyOf = (body: MessageBody): Pick<MessageView, 'kind' | 'text' | 'data' | 'udh' | 'dcs'> => {
  if (body.kind === 'report') return { kind: 'report' }
  const { dcs, udh } = body
  return {
    ...(body.kind === 'text' ? { kind: body.kind, text: body.text } : { kind: body.kind, data: body.octets }),
    ...(dcs !== undefined && { dcs }),
    ...(udh !== undefined && { udh }),
  }
}
