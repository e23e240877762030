import type { MessageBody, MessageRecord } from '#core'
import { tableOf } from '../table.ts'
import { counted } from './views.ts'

/** 2026-01-31 13:05:59, UTC. */
export const timeOf = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')

/** Why it is in its state, and how often it was tried. */
export const whyOf = ({
  reason,
  cause,
  attempts,
  partsTotal,
  partsDone,
  incomplete,
}: MessageRecord): string =>
  [
    reason ?? '',
    cause === undefined || reason?.includes(String(cause)) ? '' : `cause ${cause}`,
    partsTotal > 1 ? `${partsDone} of ${partsTotal} parts` : '',
    incomplete ? 'parts are missing' : '',
    attempts > 0 ? counted(attempts, 'attempt') : '',
  ]
    .filter((word) => word !== '')
    .join(', ')

const bodyOf = (body: MessageBody): string[] => {
  if (body.kind === 'text') return ['text', body.text]
  if (body.kind === 'data') {
    const header = body.udh === undefined ? '' : `, header ${body.udh}`
    return ['data', `${body.octets} (dcs ${body.dcs}${header})`]
  }
  const { reference, recipient, status } = body
  return ['report', `on message ${reference} to ${recipient}: status ${status}`]
}

/** Everything about one message: a line for each fact, then its life. */
export const messageCard = (record: MessageRecord): string => {
  const { id, origin, from, fromImpi, to, queue, state, expiresAtMs, tag } = record
  const facts = [
    ['message', id],
    ['from', fromImpi === undefined ? from : `${from} (${fromImpi})`],
    ['to', `${to} (${queue.replace(/^subscriber:/, '')})`],
    ['came by', origin],
    bodyOf(record.body),
    ['state', [state, whyOf(record)].filter((word) => word !== '').join(': ')],
    ['expires', timeOf(expiresAtMs)],
    ...(tag === undefined ? [] : [['tag', tag]]),
  ]
  const steps = record.steps.map(({ atMs, state: step, reason = '', route = '', cause }) => [
    `${timeOf(atMs)}.${String(atMs % 1000).padStart(3, '0')}`,
    step,
    route,
    cause === undefined ? '' : String(cause),
    reason,
  ])
  return `${tableOf(undefined, facts)}\n\n${tableOf(['TIME (UTC)', 'STATE', 'ROUTE', 'CAUSE', 'WHY'], steps)}`
}
